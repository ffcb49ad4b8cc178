import type { RequestContextValues } from "../request.ts";
import { ARN_PARTS } from "./arn-parts.ts";
import type { Glob } from "./glob.ts";
import { globMatches, globOf } from "./glob.ts";
import type { PatternToken } from "./pattern-tokens.ts";
import { startsAt } from "./starts-at.ts";
import {
  patternMatches,
  requiredKeysOf,
  resolveTokens,
  type StringPattern,
  stringPatternOf,
} from "./string-pattern.ts";

/**
 * A pattern for ARNs. Wildcards of the first five parts stay within their part; the last part is
 * one glob in which `*` crosses colons and slashes. A pattern of fewer parts that ends in `*`
 * reaches over the parts it leaves out; any other short pattern matches nothing.
 */
export interface ArnPattern {
  shape: "any" | "exact" | "headed" | "parts" | "never";
  /**
   * The whole text of an exact pattern; the first five parts of a headed one with their colons, and
   * of any other one those before the first that isn't literal.
   */
  text: string;
  /** The pattern that the text after a head, or the last part, must match. */
  tail: StringPattern;
  /** The parts between text and tail, when they hold wildcards or variables. */
  parts: readonly PartPattern[];
  /** Keys of variables without which the pattern has no meaning. */
  requiredKeys: readonly string[];
}

/** "any": one star. */
type PartPattern = "any" | Glob | readonly PatternToken[];

const ANY: StringPattern = { shape: "any" };

/** Compiles tokens. Variables may be anywhere; callers decide where they are read as such. */
export function arnPatternOf(tokens: readonly PatternToken[]): ArnPattern {
  const requiredKeys = requiredKeysOf(tokens);
  const base = { text: "", tail: ANY, parts: [], requiredKeys };
  if (tokens.length > 0 && tokens.every((token) => token.kind === "star")) {
    return { ...base, shape: "any" };
  }
  const parts = splitTokens(tokens);
  const last = parts.at(-1) ?? [];
  if (parts.length < ARN_PARTS && last.at(-1)?.kind !== "star") {
    return { ...base, shape: "never" };
  }
  const tail = stringPatternOf(last);
  const head = parts.slice(0, -1);
  const literalHead = literalText(head);
  if (literalHead === undefined) {
    const first = head.findIndex((part) => literalText([part]) === undefined);
    const text = literalText(head.slice(0, first)) ?? "";
    return { ...base, shape: "parts", text, tail, parts: head.slice(first).map(compilePart) };
  }
  return tail.shape === "exact"
    ? { ...base, shape: "exact", text: literalHead + tail.text }
    : { ...base, shape: "headed", text: literalHead, tail };
}

function compilePart(tokens: readonly PatternToken[]): PartPattern {
  const [only] = tokens;
  if (tokens.length === 1 && only?.kind === "star") {
    return "any";
  }
  return tokens.some((token) => token.kind === "variable") ? tokens : globOf(tokens);
}

/** Cuts at the first five colons of literal text. */
export function splitTokens(tokens: readonly PatternToken[]): readonly (readonly PatternToken[])[] {
  let current: PatternToken[] = [];
  const parts = [current];
  for (const token of tokens) {
    if (token.kind !== "literal") {
      current.push(token);
      continue;
    }
    let rest = token.text;
    for (
      let colon = rest.indexOf(":");
      colon !== -1 && parts.length < ARN_PARTS;
      colon = rest.indexOf(":")
    ) {
      if (colon > 0) {
        current.push({ kind: "literal", text: rest.slice(0, colon) });
      }
      rest = rest.slice(colon + 1);
      current = [];
      parts.push(current);
    }
    if (rest !== "") {
      current.push({ kind: "literal", text: rest });
    }
  }
  return parts;
}

function literalText(parts: readonly (readonly PatternToken[])[]): string | undefined {
  let text = "";
  for (const part of parts) {
    const [only] = part;
    if (part.length > 1 || (only !== undefined && only.kind !== "literal")) {
      return undefined;
    }
    text += `${only?.text ?? ""}:`;
  }
  return text;
}

/** Whether the pattern covers an ARN (or the "*" of actions without resource-level permissions). */
export function arnMatches(
  pattern: ArnPattern,
  arn: string,
  context: RequestContextValues,
): boolean {
  switch (pattern.shape) {
    case "any":
      return true;
    case "exact":
      return arn === pattern.text;
    case "headed":
      return (
        startsAt(arn, pattern.text, 0) &&
        patternMatches(pattern.tail, arn, pattern.text.length, context)
      );
    case "parts":
      return partsMatch(pattern, arn, context);
    case "never":
      return false;
    default:
      return pattern.shape satisfies never;
  }
}

function partsMatch(
  { text, parts, tail }: ArnPattern,
  arn: string,
  context: RequestContextValues,
): boolean {
  if (!startsAt(arn, text, 0)) {
    return false;
  }
  let from = text.length;
  for (const part of parts) {
    const colon = arn.indexOf(":", from);
    if (colon === -1) {
      return false;
    }
    if (part !== "any") {
      const glob = "chunks" in part ? part : resolvePart(part, context);
      if (glob === undefined || !globMatches(glob, arn, from, colon)) {
        return false;
      }
    }
    from = colon + 1;
  }
  return patternMatches(tail, arn, from, context);
}

function resolvePart(
  tokens: readonly PatternToken[],
  context: RequestContextValues,
): Glob | undefined {
  const resolved = resolveTokens(tokens, context);
  return resolved && globOf(resolved);
}
