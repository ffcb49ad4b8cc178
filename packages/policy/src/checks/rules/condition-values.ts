import { parseNumber } from "../../compile/parse-number.ts";
import { isRegion } from "../aws-regions.ts";
import type { CheckCode, Report } from "../finding.ts";
import type { ConditionSubject, StatementSubject, Subject, Text } from "../subject.ts";

const REGION_KEYS = new Set(["aws:requestedregion", "ec2:region"]);
const SERVICE_KEYS = new Set([
  ...["aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:principalservicename"],
  ...["aws:principalservicenameslist", "iam:passedtoservice", "iam:awsservicename"],
]);
const CALLED_VIA = /^aws:calledvia(?:first|last)?$/;
const VIA_SERVICE = "kms:viaservice";
/** Keys whose values are ARNs of KMS keys. Source: S3 User Guide, "Amazon S3 condition keys". */
const KMS_KEYS = new Set(["s3:x-amz-server-side-encryption-aws-kms-key-id"]);

/** Values that no request can have. */
export function* checkValues(
  condition: ConditionSubject,
  _statement: StatementSubject,
  subject: Subject,
): Iterable<Report> {
  const { read, values } = condition;
  if (!read || read.family === "null") return;
  for (const text of values) {
    const problem = isOpen(text.value) ? undefined : valueProblem(condition, text, subject);
    if (problem) yield { ...problem, places: [text.place] };
    if (isWildcardInVain(condition, text)) {
      yield { code: "WILDCARD_WITHOUT_LIKE_OPERATOR", places: [text.place] };
    }
  }
}

function isOpen(value: string): boolean {
  return /[*?]|\$\{/.test(value);
}

function isWildcardInVain({ read }: ConditionSubject, { value }: Text): boolean {
  const isText = read?.family === "stringEquals" || read?.family === "stringEqualsIgnoreCase";
  return isText && /[*?]/.test(value.replaceAll(/\$\{[^}]*\}/g, ""));
}

function valueProblem(
  { name, key }: ConditionSubject,
  { value }: Text,
  { data }: Subject,
): Omit<Report, "places"> | undefined {
  if (REGION_KEYS.has(name) && !isRegion(value)) {
    return { code: "INVALID_REGION", words: { region: value } };
  }
  if (name === "aws:sourcevpc" && !isId("vpc", value)) return { code: "INVALID_VPC_FORMAT" };
  if (name === "aws:sourcevpce" && !isId("vpce", value)) return { code: "INVALID_VPCE_FORMAT" };
  if (KMS_KEYS.has(name) && !/^arn:[^:]+:kms:[^:]+:[^:]+:key\/.+$/.test(value)) {
    return { code: "INVALID_KMS_KEY_VALUE", words: { key } };
  }
  const format = servicePrincipalFormat(name, value);
  if (format !== undefined) {
    return { code: "INVALID_SERVICE_PRINCIPAL_FORMAT", words: { expectedFormat: format } };
  }
  const service = value.slice(0, value.indexOf("."));
  if (CALLED_VIA.test(name) && !data.service(service)) {
    return { code: "INVALID_SERVICE", words: { service } };
  }
  return undefined;
}

function isId(prefix: string, value: string): boolean {
  return new RegExp(`^${prefix}-(?:[0-9a-z]{8}|[0-9a-z]{17})$`, "i").test(value);
}

/** The form that a value should have; undefined if it has it. */
function servicePrincipalFormat(name: string, value: string): string | undefined {
  if (name === VIA_SERVICE) {
    const fits = /^[a-z0-9-]+\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.test(value);
    return fits ? undefined : "service-name.region.amazonaws.com";
  }
  if (!SERVICE_KEYS.has(name)) return undefined;
  const fits =
    /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)$/;
  return fits.test(value) ? undefined : "service-name.amazonaws.com";
}

const BOUNDS: Readonly<Record<string, string>> = {
  LessThan: "greatest",
  LessThanEquals: "greatest",
  GreaterThan: "least",
  GreaterThanEquals: "least",
};

/** Several bounds of which one decides alone. */
export function* checkBounds({
  operator,
  key,
  read,
  values,
  place,
}: ConditionSubject): Iterable<Report> {
  const which = read?.family === "numeric" ? BOUNDS[read.comparison] : undefined;
  const areNumbers = values.every(({ value }) => parseNumber(value) !== undefined);
  if (which === undefined || values.length < 2 || !areNumbers) return;
  yield { code: "REDUNDANT_CONDITION_VALUE_NUM", places: [place], words: { operator, key, which } };
}

/**
 * Keys whose values the caller chooses freely. Source: IAM User Guide, "AWS global condition
 * context keys".
 */
const UNTRUSTWORTHY = new Set(["aws:referer", "aws:useragent"]);

/** Keys that are no proof of anything. */
export function* checkTrust(
  { name, key, read, keyPlace }: ConditionSubject,
  { principal }: StatementSubject,
): Iterable<Report> {
  const isOfService = principal?.entries.some(({ type }) => type === "Service");
  if (!read || !UNTRUSTWORTHY.has(name) || isOfService) return;
  yield { code: "UNTRUSTWORTHY_CONDITION_KEY", places: [keyPlace], words: { key } };
}

/** A prefix to list by, where a shorter one lists the same objects. */
export function* checkPrefix(
  { name, read, keyPlace }: ConditionSubject,
  { effect }: StatementSubject,
): Iterable<Report> {
  if (name !== "s3:prefix" || !read || read.family === "null" || !effect) return;
  const isInVain = (effect === "Deny") !== read.negated;
  const code: CheckCode = "S3_PREFIX_IN_NEGATIVE_CONTEXT";
  if (isInVain) yield { code, places: [keyPlace] };
}
