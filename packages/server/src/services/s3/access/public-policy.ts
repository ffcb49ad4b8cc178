/**
 * Condition keys that keep a statement for everybody from being public when their values are fixed.
 * Source: Amazon S3 user guide, "Blocking public access", "The meaning of public".
 */
const NARROWING_KEYS: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
  "s3:x-amz-server-side-encryption-aws-kms-key-id",
]);

const NARROWING_OPERATORS = /^(stringequals|stringlike|arnequals|arnlike|ipaddress)$/;

/** Whether a valid bucket policy lets everybody in, as GetBucketPolicyStatus answers. */
export function isPublicPolicy(text: string): boolean {
  const document = JSON.parse(text) as { Statement?: unknown };
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return statements.some((statement) => isPublicStatement(statement));
}

function isPublicStatement(statement: unknown): boolean {
  if (!isObject(statement) || statement.Effect !== "Allow") return false;
  // Everybody but somebody is public however it is narrowed.
  if (statement.NotPrincipal !== undefined) return true;
  return namesEverybody(statement.Principal) && !isNarrowed(statement.Condition);
}

function namesEverybody(principal: unknown): boolean {
  if (principal === "*") return true;
  return isObject(principal) && [principal.AWS].flat().includes("*");
}

function isNarrowed(condition: unknown): boolean {
  if (!isObject(condition)) return false;
  return Object.entries(condition).some(([operator, block]) => {
    if (!NARROWING_OPERATORS.test(operator.toLowerCase()) || !isObject(block)) return false;
    return Object.entries(block).some(
      ([key, values]) =>
        NARROWING_KEYS.has(key.toLowerCase()) && [values].flat().every((v) => isFixed(String(v))),
    );
  });
}

/** No wildcard, no variable, and no address range wider than /8 (IPv6: /32). */
function isFixed(value: string): boolean {
  if (value.includes("*") || value.includes("?") || value.includes("${")) return false;
  const prefix = /\/(\d{1,3})$/.exec(value)?.[1];
  if (prefix === undefined || value.startsWith("arn:")) return true;
  return Number(prefix) >= (value.includes(":") ? 32 : 8);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
