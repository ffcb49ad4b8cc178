import { AwsError } from "../../../kernel/aws-error.ts";
import { accessDenied } from "../errors.ts";

/* Source: S3 API, "Browser-based uploads: POST policy"; sentences as clients have recorded them. */

/** Fields that needn't stand in the policy: the signature's, and what nobody reads. */
const FREE_FIELDS: ReadonlySet<string> = new Set([
  "policy",
  "file",
  "x-amz-signature",
  "signature",
  "awsaccesskeyid",
]);
const IGNORED_PREFIX = "x-ignore-";

/** How many bytes the file may have. */
export interface LengthRange {
  readonly min: number;
  readonly max: number;
}

interface FieldCondition {
  readonly kind: "eq" | "starts-with";
  /** Lower-case; undefined if it has no `$`, which no form fulfils. */
  readonly field: string | undefined;
  readonly value: string;
}

type Condition = (FieldCondition | ({ readonly kind: "length" } & LengthRange)) & {
  /** The condition as its refusal quotes it. */
  readonly quoted: string;
};

/**
 * Checks a form's fields, among them the bucket's name, against its policy. Gives what the policy
 * says of the file's length. Throws InvalidPolicyDocument, or AccessDenied for what the policy
 * doesn't allow.
 */
export function checkPostPolicy(
  encoded: string,
  fields: ReadonlyMap<string, string>,
  nowMs: number,
): LengthRange | undefined {
  const { expiration, conditions } = parsePolicy(encoded);
  if (nowMs > expiration) throw refused("Policy expired.");
  const lengths: LengthRange[] = [];
  const named = new Set<string>();
  for (const condition of conditions) {
    const isLength = condition.kind === "length";
    if (isLength) lengths.push(condition);
    else if (condition.field !== undefined) named.add(condition.field);
    const isMet = isLength ? isRange(condition) : holds(condition, fields);
    if (!isMet) throw refused(`Policy Condition failed: ${condition.quoted}`);
  }
  for (const field of fields.keys()) {
    if (named.has(field) || FREE_FIELDS.has(field) || field.startsWith(IGNORED_PREFIX)) continue;
    throw refused(`Extra input fields: ${field}`);
  }
  if (lengths.length === 0) return undefined;
  return {
    min: Math.max(...lengths.map(({ min }) => min)),
    max: Math.min(...lengths.map(({ max }) => max)),
  };
}

/** Limits that aren't numbers are no limits that a file could keep to. */
function isRange({ min, max }: LengthRange): boolean {
  return !Number.isNaN(min) && !Number.isNaN(max);
}

function holds(
  { kind, field, value }: FieldCondition,
  fields: ReadonlyMap<string, string>,
): boolean {
  if (field === undefined) return false;
  const given = fields.get(field) ?? "";
  if (kind === "eq") return given === value;
  // Of a list of content types each has to begin so.
  const parts = field === "content-type" ? given.split(",").map((part) => part.trim()) : [given];
  return parts.every((part) => part.startsWith(value));
}

function parsePolicy(encoded: string): {
  readonly expiration: number;
  readonly conditions: readonly Condition[];
} {
  const policy = parseJson(encoded);
  if (typeof policy !== "object" || policy === null) throw invalid("Invalid JSON.");
  const { expiration, conditions } = policy as Record<string, unknown>;
  if (expiration === undefined) throw invalid("Policy missing expiration.");
  if (conditions === undefined) throw invalid("Policy missing conditions.");
  const endMs =
    typeof expiration === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(expiration)
      ? Date.parse(expiration)
      : Number.NaN;
  if (Number.isNaN(endMs)) throw invalid(`Invalid 'expiration' value: '${String(expiration)}'`);
  if (!Array.isArray(conditions)) throw invalid("Invalid 'conditions' value: must be a List.");
  return { expiration: endMs, conditions: conditions.map(parseCondition) };
}

function parseCondition(condition: unknown): Condition {
  if (Array.isArray(condition)) return parseList(condition);
  if (typeof condition !== "object" || condition === null)
    throw invalid("Invalid Simple-Condition: must be a Map or a List.");
  const [entry, ...more] = Object.entries(condition);
  if (!entry || more.length > 0)
    throw invalid(
      "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
    );
  const [field, value] = entry;
  if (typeof value !== "string") throw invalid("Invalid Simple-Condition: value must be a string.");
  const quoted = quotedCondition("eq", `$${field}`, value);
  return { kind: "eq", field: field.toLowerCase(), value, quoted };
}

function parseList(condition: readonly unknown[]): Condition {
  const [operator, field, value] = condition;
  const kind = typeof operator === "string" ? operator.toLowerCase() : "";
  if (condition.length !== 3) throw invalid(`Invalid Condition: wrong number of arguments.`);
  if (kind === "content-length-range") {
    const quoted = quotedCondition(String(operator), field, value);
    return { kind: "length", min: toBytes(field), max: toBytes(value), quoted };
  }
  if (kind !== "eq" && kind !== "starts-with")
    throw invalid(`Invalid Condition: unknown operation '${String(operator)}'.`);
  if (typeof field !== "string" || typeof value !== "string")
    throw invalid("Invalid Condition: fields and values are strings.");
  const name = field.startsWith("$") ? field.slice(1).toLowerCase() : undefined;
  return { kind, field: name, value, quoted: quotedCondition(String(operator), field, value) };
}

/** NaN for what is no whole number. */
function toBytes(given: unknown): number {
  const text = typeof given === "number" || typeof given === "string" ? String(given) : "";
  return /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

/** `["eq", "$key", "a"]` */
function quotedCondition(...parts: readonly unknown[]): string {
  return `[${parts.map((part) => JSON.stringify(part)).join(", ")}]`;
}

function parseJson(encoded: string): unknown {
  try {
    return JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid("Invalid JSON.");
    throw error;
  }
}

function invalid(reason: string): AwsError {
  return new AwsError("InvalidPolicyDocument", `Invalid Policy: ${reason}`, { status: 400 });
}

function refused(reason: string): AwsError {
  return accessDenied(`Invalid according to Policy: ${reason}`);
}
