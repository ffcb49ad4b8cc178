import type { Report } from "../finding.ts";
import type { ConditionSubject, StatementSubject, Text } from "../subject.ts";

/**
 * Keys that name one account, organization, network or principal: a wildcard in their values may
 * name a stranger's. AWS's own list isn't published in full. Source: S3 User Guide, "The meaning of
 * 'public'", and IAM User Guide, "AWS global condition context keys".
 */
const SENSITIVE = new Set([
  ...["aws:principalaccount", "aws:principalorgid", "aws:resourceaccount", "aws:resourceorgid"],
  ...["aws:sourceaccount", "aws:sourceorgid", "aws:sourceowner", "aws:sourcevpc"],
  ...["aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid"],
]);
/** Keys whose wildcards need some characters before them. */
const PREFIXED = /^aws:(?:principal|resource|source|vpce)orgpaths$|:sub$/;
const PREFIX_CHARS_MIN = 6;
const USER_ID = "aws:userid";

/** The texts of both codes, in their order. */
const TEXTS = { prefixed: 0, sensitive: 1, userId: 2 } as const;

/** Wildcards and variables in values that should name one thing. */
export function* checkPermissiveValues(
  { name, key, read, values }: ConditionSubject,
  { effect }: StatementSubject,
): Iterable<Report> {
  const isPattern = read?.family === "stringLike" || read?.family === "arnLike";
  if (!read || effect !== "Allow" || read.negated) return;
  for (const value of values) {
    const places = [value.place];
    const wildcard = isPattern ? problemOf(name, value, /[*?]+/) : undefined;
    if (wildcard) {
      const text = TEXTS[wildcard];
      yield { code: "WILDCARD_USAGE_TOO_PERMISSIVE", places, words: { key }, text };
    }
    const variable = isPattern ? problemOf(name, value, /\$\{[^}*?$]+\}/) : undefined;
    if (variable) {
      const text = TEXTS[variable];
      yield { code: "VARIABLE_USAGE_TOO_PERMISSIVE", places, words: { key }, text };
    }
  }
}

function problemOf(name: string, { value }: Text, open: RegExp): keyof typeof TEXTS | undefined {
  if (!open.test(value)) return undefined;
  if (SENSITIVE.has(name)) return "sensitive";
  if (name === USER_ID) {
    const left = value.split(":")[0] ?? "";
    return open.test(left) && left.replace(open, "") !== "" ? "userId" : undefined;
  }
  if (!PREFIXED.test(name)) return undefined;
  // The characters after the last wildcard don't count: they precede none.
  const before = value.split(open).slice(0, -1);
  return before.some((text) => text.length < PREFIX_CHARS_MIN) ? "prefixed" : undefined;
}
