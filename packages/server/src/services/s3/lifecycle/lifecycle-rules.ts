import type * as s3 from "@aws-sdk/client-s3";
import { LruMap } from "../../../kernel/lru-map.ts";
import { readTags, type TagSet } from "../rows/tag-set.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";

const DAY_MS = 24 * 3_600_000;
/** Texts whose rules are kept: a configuration may have 1,000 of them. */
const PARSED_MAX = 64;
/**
 * Smaller objects stay where they are, unless the rule's filter says otherwise, or an archive is
 * where they would go and the bucket's minimum varies by class. Source: S3 user guide,
 * "Transitioning objects using Amazon S3 Lifecycle".
 */
const TRANSITION_SIZE_MIN_BYTES = 128 * 1024;
/**
 * The classes that objects go to from each class; from those that aren't here they don't. Source:
 * as above.
 */
const ARCHIVES = ["GLACIER", "DEEP_ARCHIVE"];
const FROM_STANDARD = [
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  ...ARCHIVES,
];
const NEXT_CLASSES: ReadonlyMap<string, readonly string[]> = new Map([
  ["STANDARD", FROM_STANDARD],
  ["REDUCED_REDUNDANCY", FROM_STANDARD],
  ["STANDARD_IA", FROM_STANDARD.slice(1)],
  ["INTELLIGENT_TIERING", FROM_STANDARD.slice(2)],
  ["ONEZONE_IA", ARCHIVES],
  ["GLACIER_IR", ARCHIVES],
  ["GLACIER", ARCHIVES.slice(1)],
]);

/** The attributes of an object that rules look at. */
export type Candidate = Pick<ObjectRow, "object_key" | "size_bytes" | "tags" | "modified_ms">;

/** When a rule is due for something, and which one. */
export interface Due {
  readonly atMs: number;
  readonly ruleId: string;
}

interface ParsedRules {
  readonly all: readonly s3.LifecycleRule[];
  readonly enabled: readonly s3.LifecycleRule[];
}

/** By their text: hot paths ask for the header at every object. */
const parsed = new LruMap<string, ParsedRules>(PARSED_MAX);

function parseRules({ lifecycle }: Pick<BucketRow, "lifecycle">): ParsedRules {
  if (lifecycle === null) return { all: [], enabled: [] };
  const known = parsed.get(lifecycle);
  if (known) return known;
  const all = JSON.parse(lifecycle, (name, value) =>
    name === "Date" ? new Date(value) : value,
  ) as s3.LifecycleRule[];
  const rules = { all, enabled: all.filter(({ Status }) => Status === "Enabled") };
  parsed.set(lifecycle, rules);
  return rules;
}

/** The bucket's rules, with dates as dates. */
export function readLifecycle(bucket: Pick<BucketRow, "lifecycle">): readonly s3.LifecycleRule[] {
  return parseRules(bucket).all;
}

export function enabledRules(bucket: Pick<BucketRow, "lifecycle">): readonly s3.LifecycleRule[] {
  return parseRules(bucket).enabled;
}

/** The rule by which the latest version of an object expires first. */
export function expirationOf(
  object: Candidate,
  rules: readonly s3.LifecycleRule[],
): Due | undefined {
  const matches = matcherOf(object);
  return earliest(
    rules.map((rule) => {
      const { Days: days, Date: date } = rule.Expiration ?? {};
      const atMs = date?.getTime() ?? (days && daysAfter(object.modified_ms, days));
      return atMs !== undefined && matches(rule) ? due(rule, atMs) : undefined;
    }),
  );
}

/** The storage class that an object should be moved to by now; undefined: it stays where it is. */
export function transitionOf(
  object: Candidate & Pick<ObjectRow, "storage_class">,
  rules: readonly s3.LifecycleRule[],
  { lifecycle_minimum_size: minimum }: Pick<BucketRow, "lifecycle_minimum_size">,
  nowMs: number,
): string | undefined {
  const reachable = NEXT_CLASSES.get(object.storage_class) ?? [];
  const matches = matcherOf(object);
  let last: { readonly atMs: number; readonly storageClass: string } | undefined;
  for (const rule of rules) {
    const isSmall = object.size_bytes < TRANSITION_SIZE_MIN_BYTES && !hasSizeFilter(rule);
    for (const transition of rule.Transitions ?? []) {
      const { Days: days = 0, Date: date, StorageClass: storageClass = "" } = transition;
      const isMovedSmall = minimum === "varies_by_storage_class" && ARCHIVES.includes(storageClass);
      if (isSmall && !isMovedSmall) continue;
      const atMs = date?.getTime() ?? daysAfter(object.modified_ms, days);
      if (atMs > nowMs || (last && last.atMs > atMs)) continue;
      if (reachable.includes(storageClass) && matches(rule)) last = { atMs, storageClass };
    }
  }
  return last?.storageClass;
}

/** When an upload that nobody completes is aborted. Such rules have no tags. */
export function abortOf(
  upload: { readonly object_key: string; readonly created_ms: number },
  rules: readonly s3.LifecycleRule[],
): Due | undefined {
  return earliest(
    rules.map((rule) => {
      const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
      if (days === undefined || !upload.object_key.startsWith(prefixOf(rule))) return undefined;
      return due(rule, daysAfter(upload.created_ms, days));
    }),
  );
}

/**
 * Whether a version is due that stopped being the latest at `sinceMs`; `newer` counts those that
 * did so after it.
 */
export function isNoncurrentDue(
  version: Candidate,
  { sinceMs, newer }: { readonly sinceMs: number; readonly newer: number },
  rules: readonly s3.LifecycleRule[],
  nowMs: number,
): boolean {
  const matches = matcherOf(version);
  return rules.some((rule) => {
    const { NoncurrentDays: days, NewerNoncurrentVersions: kept = 0 } =
      rule.NoncurrentVersionExpiration ?? {};
    if (days === undefined || newer < kept || !matches(rule)) return false;
    return daysAfter(sinceMs, days) <= nowMs;
  });
}

/**
 * Whether a delete marker goes that has no versions below it; S3 counts it as expired by days too.
 * It has no tags, and no bytes.
 */
export function isMarkerDue(
  marker: Candidate,
  rules: readonly s3.LifecycleRule[],
  nowMs: number,
): boolean {
  const matches = matcherOf(marker);
  return rules.some((rule) => {
    const { Expiration: expiration } = rule;
    if (!expiration || !matches(rule)) return false;
    if (expiration.ExpiredObjectDeleteMarker) return true;
    const { Days: days, Date: date } = expiration;
    const atMs = date?.getTime() ?? (days && daysAfter(marker.modified_ms, days));
    return atMs !== undefined && atMs <= nowMs;
  });
}

/** The next midnight in UTC after so many days, as S3 rounds (S3 user guide, "Lifecycle rules"). */
function daysAfter(ms: number, days: number): number {
  return Math.ceil((ms + days * DAY_MS) / DAY_MS) * DAY_MS;
}

function due({ ID: ruleId = "" }: s3.LifecycleRule, atMs: number): Due {
  return { atMs, ruleId };
}

function earliest(all: readonly (Due | undefined)[]): Due | undefined {
  let first: Due | undefined;
  for (const each of all) if (each && (!first || each.atMs < first.atMs)) first = each;
  return first;
}

function prefixOf({ Prefix, Filter }: Pick<s3.LifecycleRule, "Prefix" | "Filter">): string {
  return Prefix ?? Filter?.Prefix ?? Filter?.And?.Prefix ?? "";
}

function sizesOf({ Filter: filter }: s3.LifecycleRule) {
  return {
    greater: filter?.ObjectSizeGreaterThan ?? filter?.And?.ObjectSizeGreaterThan,
    less: filter?.ObjectSizeLessThan ?? filter?.And?.ObjectSizeLessThan,
  };
}

function hasSizeFilter(rule: s3.LifecycleRule): boolean {
  const { greater, less } = sizesOf(rule);
  return greater !== undefined || less !== undefined;
}

/**
 * Tells which rules' filters take an object, whose tags are parsed once, if any rule asks for them.
 */
function matcherOf(object: Candidate): (rule: s3.LifecycleRule) => boolean {
  let tags: TagSet | undefined;
  return (rule) => {
    if (!object.object_key.startsWith(prefixOf(rule))) return false;
    const { greater = -1, less = Number.POSITIVE_INFINITY } = sizesOf(rule);
    if (object.size_bytes <= greater || object.size_bytes >= less) return false;
    const { Filter: filter } = rule;
    const wanted = filter?.Tag ? [filter.Tag] : (filter?.And?.Tags ?? []);
    if (wanted.length === 0) return true;
    tags ??= readTags(object.tags);
    const given = tags;
    return wanted.every(({ Key = "", Value }) => Object.hasOwn(given, Key) && given[Key] === Value);
  };
}
