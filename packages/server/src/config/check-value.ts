import { z } from "zod";
import { nearestName } from "./nearest-name.ts";

/** A problem with a value that a person gave. */
export interface Problem {
  /** The path of the wrong part: `["accounts", 0, "id"]`. */
  readonly path: readonly PropertyKey[];
  /** `can't be 99999: it takes a whole number from 0 to 65535`; the subject stands before it. */
  readonly message: string;
}

/** Longer values are cut: the beginning is enough to recognize them. */
const SHOWN_MAX = 80;

/** Checks a value; describes problems in plain words, and without the value if it is `secret`. */
export function checkValue<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  secret = false,
): { readonly value: z.output<Schema> } | { readonly problems: readonly Problem[] } {
  const result = schema.safeParse(value, { error: plainWords, reportInput: true });
  if (result.success) return { value: result.data };
  return {
    problems: result.error.issues.map((issue) => ({
      path: issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path,
      message: `${verdict(issue, secret)}: ${issue.message}`,
    })),
  };
}

/** `accounts[0].id` */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

function verdict(issue: z.core.$ZodIssue, secret: boolean): string {
  const { input } = issue;
  if (issue.code === "unrecognized_keys") return "isn't known";
  if (input === undefined) return "is missing";
  if (typeof input === "number" || typeof input === "boolean") return `can't be ${input}`;
  if (typeof input !== "string" || secret) return "can't be used";
  const shown = input.length > SHOWN_MAX ? `${input.slice(0, SHOWN_MAX)}…` : input;
  return `can't be ${JSON.stringify(shown)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "names with values",
  record: "names with values",
};

/** Describes what would be valid, if the schema itself doesn't. */
function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `it takes ${KINDS[issue.expected] ?? issue.expected}`;
    case "too_small":
      return sizeWords(issue.origin, "least", Number(issue.minimum));
    case "too_big":
      return sizeWords(issue.origin, "most", Number(issue.maximum));
    case "invalid_value":
      return `it takes ${issue.values
        .map(String)
        .join(", ")
        .replace(/, ([^,]*)$/, " or $1")}`;
    case "invalid_format":
      return issue.format === "url"
        ? "it takes a URL that begins with http:// or https://"
        : `it takes text of the form ${issue.pattern ?? issue.format}`;
    case "unrecognized_keys":
      return unknownWords(issue);
    case "invalid_key":
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
}

function sizeWords(origin: string, bound: "least" | "most", size: number): string {
  if (origin === "number" || origin === "int") return `it takes a number of at ${bound} ${size}`;
  if (bound === "least" && size === 1) return "it mustn't be empty";
  return `it takes at ${bound} ${size} ${origin === "string" ? "characters" : "entries"}`;
}

function unknownWords({ keys, inst }: { readonly keys: readonly string[]; inst?: unknown }) {
  const known = inst instanceof z.ZodObject ? Object.keys(inst.shape) : [];
  const near = nearestName(keys[0] ?? "", known);
  const all = `known are ${known.join(", ")}`;
  return near === undefined ? all : `did you mean ${near}? K${all.slice(1)}`;
}
