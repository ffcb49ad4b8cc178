import type * as s3 from "@aws-sdk/client-s3";
import type { Ids } from "../../../kernel/ids.ts";
import { invalidArgument, invalidArgumentOf, invalidRequest, malformedXml } from "../errors.ts";
import { checkLifecycleOrder } from "./check-lifecycle-order.ts";

/*
 * What S3 takes for a lifecycle configuration. Sources: S3 API, LifecycleRule; S3 user guide,
 * "Lifecycle configuration elements"; sentences as clients have recorded them.
 */

const RULES_MAX = 1000;
const ID_CHARS_MAX = 255;
/** The document's schema has an integer of 32 bits there. */
const DAYS_MAX = 2 ** 31 - 1;
const DAY_MS = 24 * 3_600_000;
/** Days that objects stay in STANDARD at least before they may go to these. */
const INFREQUENT_DAYS_MIN = 30;
const INFREQUENT_CLASSES = ["STANDARD_IA", "ONEZONE_IA"];
const TRANSITION_CLASSES = [
  ...INFREQUENT_CLASSES,
  "GLACIER",
  "INTELLIGENT_TIERING",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
];

/** Throws MalformedXML, InvalidArgument, InvalidRequest. Rules without an id get one. */
export function checkLifecycleRules(
  rules: readonly s3.LifecycleRule[] | undefined,
  ids: Ids,
): readonly s3.LifecycleRule[] {
  if (!rules || rules.length === 0 || rules.length > RULES_MAX) throw malformedXml();
  const seen = new Set<string>();
  return rules.map((rule) => {
    const id = rule.ID === undefined || rule.ID === "" ? ids.uuid() : rule.ID;
    if (id.length > ID_CHARS_MAX)
      throw invalidArgumentOf(`ID length should not exceed allowed limit of ${ID_CHARS_MAX}`);
    if (seen.has(id))
      throw invalidArgumentOf("Rule ID must be unique. Found same ID for more than one rule");
    seen.add(id);
    checkRule(rule);
    return { ...rule, ID: id };
  });
}

function checkRule(rule: s3.LifecycleRule): void {
  if (rule.Status !== "Enabled" && rule.Status !== "Disabled") throw malformedXml();
  // The prefix beside filters is their older form: a rule has one of the two.
  if ((rule.Prefix === undefined) === (rule.Filter === undefined)) throw malformedXml();
  checkFilter(rule.Filter);
  const { Expiration, Transitions, AbortIncompleteMultipartUpload: abort } = rule;
  const noncurrent = rule.NoncurrentVersionExpiration;
  const later = rule.NoncurrentVersionTransitions ?? [];
  if (!Expiration && !Transitions?.length && !abort && !noncurrent && later.length === 0)
    throw invalidRequest("At least one action needs to be specified in a rule.");
  const hasTags = rule.Filter?.Tag !== undefined || (rule.Filter?.And?.Tags?.length ?? 0) > 0;
  if (Expiration) checkExpiration(Expiration, hasTags);
  for (const transition of Transitions ?? []) checkTransition(transition);
  if (abort) {
    if (hasTags)
      throw invalidRequest("AbortIncompleteMultipartUpload cannot be specified with Tags.");
    checkDays(abort.DaysAfterInitiation, "DaysAfterInitiation", "AbortIncompleteMultipartUpload");
  }
  if (noncurrent) {
    checkDays(noncurrent.NoncurrentDays, "NoncurrentDays", "NoncurrentVersionExpiration");
    checkNewer(noncurrent.NewerNoncurrentVersions);
  }
  for (const { NoncurrentDays, NewerNoncurrentVersions, StorageClass } of later) {
    if (!TRANSITION_CLASSES.includes(StorageClass ?? "")) throw malformedXml();
    checkDays(NoncurrentDays, "NoncurrentDays", "NoncurrentVersionTransition", 0);
    checkInfrequent(NoncurrentDays, "NoncurrentDays", "NoncurrentVersionTransition", StorageClass);
    checkNewer(NewerNoncurrentVersions);
  }
  checkLifecycleOrder(rule);
}

function checkFilter(filter: s3.LifecycleRuleFilter | undefined): void {
  if (!filter) return;
  const { And: and } = filter;
  const given = Object.values(filter).filter((value) => value !== undefined);
  if (given.length > 1) throw malformedXml();
  const tags = [...(filter.Tag ? [filter.Tag] : []), ...(and?.Tags ?? [])];
  if (and) {
    const predicates = [
      and.Prefix,
      and.ObjectSizeGreaterThan,
      and.ObjectSizeLessThan,
      ...(and.Tags ?? []),
    ];
    if (predicates.filter((each) => each !== undefined).length < 2) throw malformedXml();
  }
  if (tags.some(({ Key }) => Key === undefined || Key === ""))
    throw invalidArgumentOf("The TagKey you have provided is invalid");
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw invalidRequest("Duplicate Tag Keys are not allowed.");
  const greater = filter.ObjectSizeGreaterThan ?? and?.ObjectSizeGreaterThan;
  const less = filter.ObjectSizeLessThan ?? and?.ObjectSizeLessThan;
  if (greater !== undefined && less !== undefined && less <= greater)
    throw invalidRequest("'ObjectSizeLessThan' has to be greater than 'ObjectSizeGreaterThan'.");
}

function checkExpiration(expiration: s3.LifecycleExpiration, hasTags: boolean): void {
  const { Days, Date: date, ExpiredObjectDeleteMarker: marker } = expiration;
  const given = [Days, date, marker].filter((each) => each !== undefined);
  if (given.length !== 1) throw malformedXml();
  if (marker !== undefined && hasTags)
    throw invalidRequest("ExpiredObjectDeleteMarker cannot be specified with Tags.");
  if (Days !== undefined) checkDays(Days, "Days", "Expiration");
  if (date) checkMidnight(date);
}

function checkTransition({ Days, Date: date, StorageClass }: s3.Transition): void {
  if (!TRANSITION_CLASSES.includes(StorageClass ?? "")) throw malformedXml();
  if ((Days === undefined) === (date === undefined)) throw malformedXml();
  if (date) checkMidnight(date);
  if (Days === undefined) return;
  checkDays(Days, "Days", "Transition", 0);
  checkInfrequent(Days, "Days", "Transition", StorageClass);
}

/**
 * Current and noncurrent versions alike stay so long before a class for infrequent access. Source:
 * S3 user guide, "Constraints and considerations for transitions".
 */
function checkInfrequent(
  days: number | undefined,
  member: string,
  action: string,
  storageClass = "",
): void {
  if (!INFREQUENT_CLASSES.includes(storageClass) || (days ?? 0) >= INFREQUENT_DAYS_MIN) return;
  throw invalidArgumentOf(
    `'${member}' in ${action} action must be greater than or equal to ` +
      `${INFREQUENT_DAYS_MIN} for storageClass '${storageClass}'`,
  );
}

function checkDays(days: number | undefined, member: string, action: string, min = 1): void {
  if (days === undefined || !Number.isInteger(days) || days > DAYS_MAX) throw malformedXml();
  if (days >= min) return;
  throw invalidArgumentOf(
    min === 0
      ? `'${member}' in ${action} action must be nonnegative`
      : `'${member}' for ${action} action must be a positive integer`,
  );
}

function checkNewer(count: number | undefined): void {
  if (count === undefined || (count >= 1 && count <= 100)) return;
  throw invalidArgumentOf(
    "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive integer",
  );
}

function checkMidnight(date: Date): void {
  if (date.getTime() % DAY_MS === 0) return;
  throw invalidArgument("'Date' must be at midnight GMT", "Date", date.toISOString());
}
