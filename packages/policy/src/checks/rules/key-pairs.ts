import type { Report } from "../finding.ts";
import type { ConditionSubject, StatementSubject, Subject } from "../subject.ts";

interface Pair {
  readonly key: string;
  /** One of them beside the key is enough. */
  readonly others: readonly string[];
}

/**
 * Keys that say little alone: a private address is one of every network. AWS's own list isn't
 * published in full. Source: IAM User Guide, "AWS global condition context keys".
 */
const PAIRS: readonly Pair[] = [
  { key: "aws:VpcSourceIp", others: ["aws:SourceVpc", "aws:SourceVpce"] },
  { key: "aws:Ec2InstanceSourcePrivateIPv4", others: ["aws:Ec2InstanceSourceVpc"] },
  {
    key: "cognito-identity.amazonaws.com:amr",
    others: ["cognito-identity.amazonaws.com:aud"],
  },
];

/** Keys that a statement uses without those that make them mean something. */
export function* checkPairs(
  { name, key, read, keyPlace }: ConditionSubject,
  { conditions, effect }: StatementSubject,
): Iterable<Report> {
  const pair = PAIRS.find((each) => each.key.toLowerCase() === name);
  if (!pair || read?.family === "null" || effect !== "Allow") return;
  const wanted = pair.others.map((each) => each.toLowerCase());
  if (conditions.some((each) => wanted.includes(each.name))) return;
  const words = { conditionKeyName: key, recommendedKeys: pair.others.join(", ") };
  yield { code: "MISSING_PAIRED_CONDITION_KEYS", places: [keyPlace], words };
}

/** Attributes of items in reads that may ask for all of them. */
export function* checkSelect(
  { name, read, keyPlace }: ConditionSubject,
  { conditions, effect }: StatementSubject,
): Iterable<Report> {
  if (name !== "dynamodb:attributes" || !read || read.family === "null" || effect !== "Allow")
    return;
  const selects = conditions.some(
    (each) =>
      each.name === "dynamodb:select" &&
      each.values.some(({ value }) => /^SPECIFIC_?ATTRIBUTES$/i.test(value)),
  );
  if (!selects) yield { code: "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", places: [keyPlace] };
}

const VPC_ENDPOINT_KEYS = new Set(["aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"]);

/** Keys of VPC endpoints in statements about services that don't know them. */
export function* checkEndpointKeys(
  { name, key, read, keyPlace }: ConditionSubject,
  { action }: StatementSubject,
): Iterable<Report> {
  if (!VPC_ENDPOINT_KEYS.has(name) || !read || read.family === "null" || !action) return;
  const isScoped = !action.negated && action.items.every(({ value }) => /^[^*?]+:/.test(value));
  if (isScoped) return;
  yield {
    code: "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES",
    places: [keyPlace],
    words: { key },
  };
}

const RESOURCE_KEYS = new Set(["s3:resourceaccount", "aws:resourceaccount"]);
const TITLES: Readonly<Record<string, string>> = {
  "AWS::S3::Bucket": "S3 bucket",
  "AWS::S3::AccessPoint": "S3 access point",
  "AWS::S3::MultiRegionAccessPoint": "S3 multi-Region access point",
};

/** Keys about the resource in the resource's own policy. */
export function* checkRelevance(
  { name, key, keyPlace }: ConditionSubject,
  _statement: StatementSubject,
  { resourceType }: Subject,
): Iterable<Report> {
  const title = resourceType && TITLES[resourceType];
  if (!title || !RESOURCE_KEYS.has(name)) return;
  const words = { conditionKey: key, resourceType: title };
  yield { code: "IRRELEVANT_CONDITION_KEY_IN_POLICY", places: [keyPlace], words };
}
