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

/** Any access point of one account. Source: the same page, on s3:DataAccessPointArn. */
const ACCESS_POINTS_OF_ACCOUNT = /^arn:[^:*?]*:s3:[^:]*:[0-9]{12}:accesspoint\/[^$]*$/;

const NARROWING_OPERATORS = /^(stringequals|stringlike|arnequals|arnlike|ipaddress)$/;

/** Whether a valid bucket policy lets everybody in, as GetBucketPolicyStatus answers. */
export function isPublicPolicy(text: string): boolean {
  return hasPublicStatement(text, (key, value) => {
    const isOfAccount = key === "s3:dataaccesspointarn" && ACCESS_POINTS_OF_ACCOUNT.test(value);
    return isOfAccount || isFixed(value);
  });
}

/**
 * Whether an access point's policy lets everybody in who comes from anywhere. Unlike a bucket's it
 * is public if it names access points by a pattern. Source: S3 user guide, "Blocking public
 * access".
 */
export function isPublicAccessPointPolicy(text: string): boolean {
  return hasPublicStatement(text, (_, value) => isFixed(value));
}

type IsFixed = (key: string, value: string) => boolean;

function hasPublicStatement(text: string, isFixedOf: IsFixed): boolean {
  const document = JSON.parse(text) as { Statement?: unknown };
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return statements.some((statement) => isPublicStatement(statement, isFixedOf));
}

function isPublicStatement(statement: unknown, isFixedOf: IsFixed): boolean {
  if (!isObject(statement) || statement.Effect !== "Allow") return false;
  // Everybody but somebody is public however it is narrowed.
  if (statement.NotPrincipal !== undefined) return true;
  return namesEverybody(statement.Principal) && !isNarrowed(statement.Condition, isFixedOf);
}

function namesEverybody(principal: unknown): boolean {
  if (principal === "*") return true;
  return isObject(principal) && [principal.AWS].flat().includes("*");
}

function isNarrowed(condition: unknown, isFixedOf: IsFixed): boolean {
  if (!isObject(condition)) return false;
  return Object.entries(condition).some(([operator, block]) => {
    if (!NARROWING_OPERATORS.test(operator.toLowerCase()) || !isObject(block)) return false;
    return Object.entries(block).some(
      ([key, values]) =>
        NARROWING_KEYS.has(key.toLowerCase()) &&
        [values].flat().every((value) => isFixedOf(key.toLowerCase(), String(value))),
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
