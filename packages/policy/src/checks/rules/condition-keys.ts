import type { Report } from "../finding.ts";
import type { ConditionSubject, StatementSubject, Subject } from "../subject.ts";

/** Keys that name a tag after a slash. Source: IAM User Guide, "Controlling access using tags". */
const TAG_KEYS = ["aws:resourcetag", "aws:requesttag", "aws:principaltag"];
const AWS_ARN = "aws:arn";

/** Keys that there aren't, or that say too little. */
export function* checkKey(
  condition: ConditionSubject,
  _statement: StatementSubject,
  { data }: Subject,
): Iterable<Report> {
  const { key, name, keyPlace } = condition;
  const places = [keyPlace];
  const colon = key.indexOf(":");
  if (colon <= 0 || colon === key.length - 1) {
    yield { code: "INVALID_CONDITION_KEY_FORMAT", places, words: { key } };
    return;
  }
  const tagKey = TAG_KEYS.find((each) => name === each || name === `${each}/`);
  if (tagKey !== undefined) {
    const conditionKeyName = `${key.replace(/\/$/, "")}/`;
    yield { code: "MISSING_TAG_KEY_IN_CONDITION", places, words: { conditionKeyName } };
    return;
  }
  if (name === AWS_ARN) {
    yield { code: comparesPrincipal(condition) ? DEPRECATED : UNSUPPORTED, places };
    return;
  }
  if (data.keyType(key) !== undefined) return;
  const prefix = name.slice(0, colon);
  if (prefix === "aws") {
    yield { code: "INVALID_GLOBAL_CONDITION_KEY", places, words: { key } };
  } else if (data.service(prefix)) {
    const words = { key, service: key.slice(0, colon) };
    yield { code: "INVALID_SERVICE_CONDITION_KEY", places, words };
  } else if (!/[./]/.test(prefix)) {
    // Identity providers' keys begin with their domain names.
    yield { code: "INVALID_SERVICE", places, words: { service: key.slice(0, colon) } };
  }
}

const DEPRECATED = "DEPRECATED_GLOBAL_CONDITION_KEY";
const UNSUPPORTED = "UNSUPPORTED_GLOBAL_CONDITION_KEY";

/** AWS publishes two checks of `aws:ARN`: one knows its successor, the other leaves two. */
function comparesPrincipal({ values }: ConditionSubject): boolean {
  return values.some(({ value }) => /^arn:[^:]*:(?:iam|sts):/.test(value));
}

/** Whether a key's values are several, and whether the operator says how to compare them. */
export function* checkQualifier(
  { operator: written, key, name, read, keyPlace }: ConditionSubject,
  { effect }: StatementSubject,
  { data }: Subject,
): Iterable<Report> {
  if (!read || read.family === "null") return;
  const type = data.keyType(key);
  if (type === undefined) return;
  const places = [keyPlace];
  const isList = type.startsWith("ArrayOf");
  const isAudience = name.endsWith(":aud");
  if (isList && read.set === undefined) {
    yield { code: "MISSING_QUALIFIER", places, words: { key, written } };
  }
  if (isList || effect !== "Allow") return;
  if (read.set === "all") {
    yield { code: "FORALLVALUES_WITH_SINGLE_VALUED_KEY", places, words: { key } };
  }
  if (read.set === "any" && isAudience) {
    yield { code: "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", places, words: { key } };
  }
}

/** Claims that name whom a token is for. */
const AUDIENCES = new Set(["aud", "azp", "client_id"]);

/** Audiences of identity providers whose claims AWS doesn't list. */
export function* checkAudience(
  { key, name, read, keyPlace }: ConditionSubject,
  _statement: StatementSubject,
  { data, isTrust }: Subject,
): Iterable<Report> {
  const audienceType = name.slice(name.lastIndexOf(":") + 1);
  if (!isTrust || !read?.set || !AUDIENCES.has(audienceType) || data.keyType(key)) return;
  yield { code: "CONFIRM_AUDIENCE_CLAIM_TYPE", places: [keyPlace], words: { key, audienceType } };
}
