import type * as s3 from "@aws-sdk/client-s3";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { readTags } from "../tags/tag-set.ts";

const DAY_MS = 24 * 3_600_000;

/** What rules look at of an object. */
export type Candidate = Pick<ObjectRow, "object_key" | "size_bytes" | "tags" | "modified_ms">;

/** When a rule is due for something, and which one. */
export interface Due {
  readonly atMs: number;
  readonly ruleId: string;
}

/** Parsed once for each text: hot paths ask for the header at every object. */
let lastText: string | undefined;
let lastRules: readonly s3.LifecycleRule[] = [];

/** The bucket's rules, with dates as dates. */
export function readLifecycle({
  lifecycle,
}: Pick<BucketRow, "lifecycle">): readonly s3.LifecycleRule[] {
  if (lifecycle === null) return [];
  if (lifecycle !== lastText) {
    lastRules = JSON.parse(lifecycle, (name, value) =>
      name === "Date" ? new Date(value) : value,
    ) as s3.LifecycleRule[];
    lastText = lifecycle;
  }
  return lastRules;
}

export function enabledRules(bucket: Pick<BucketRow, "lifecycle">): readonly s3.LifecycleRule[] {
  return readLifecycle(bucket).filter(({ Status }) => Status === "Enabled");
}

/** The rule by which the latest version of an object expires first. */
export function expirationOf(
  object: Candidate,
  rules: readonly s3.LifecycleRule[],
): Due | undefined {
  return earliest(
    rules.map((rule) => {
      const { Days: days, Date: date } = rule.Expiration ?? {};
      const atMs = date?.getTime() ?? (days && daysAfter(object.modified_ms, days));
      return atMs !== undefined && matches(rule, object) ? due(rule, atMs) : undefined;
    }),
  );
}

/** The storage class that an object should be in by now; undefined: none of the rules'. */
export function transitionOf(
  object: Candidate,
  rules: readonly s3.LifecycleRule[],
  nowMs: number,
): string | undefined {
  let last: { readonly atMs: number; readonly storageClass: string | undefined } | undefined;
  for (const rule of rules) {
    for (const { Days: days = 0, Date: date, StorageClass } of rule.Transitions ?? []) {
      const atMs = date?.getTime() ?? daysAfter(object.modified_ms, days);
      if (atMs > nowMs || (last && last.atMs > atMs) || !matches(rule, object)) continue;
      last = { atMs, storageClass: StorageClass };
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
  return rules.some((rule) => {
    const { NoncurrentDays: days, NewerNoncurrentVersions: kept = 0 } =
      rule.NoncurrentVersionExpiration ?? {};
    if (days === undefined || newer < kept || !matches(rule, version)) return false;
    return daysAfter(sinceMs, days) <= nowMs;
  });
}

/** Whether a delete marker goes that has no versions below it; S3 counts it as expired by days too. */
export function isMarkerDue(
  marker: Pick<Candidate, "object_key" | "modified_ms">,
  rules: readonly s3.LifecycleRule[],
  nowMs: number,
): boolean {
  return rules.some(({ Expiration: expiration, ...rule }) => {
    if (!expiration || !marker.object_key.startsWith(prefixOf(rule))) return false;
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

function matches(rule: s3.LifecycleRule, object: Candidate): boolean {
  if (!object.object_key.startsWith(prefixOf(rule))) return false;
  const { Filter: filter } = rule;
  if (!filter) return true;
  const { And: and } = filter;
  const greater = filter.ObjectSizeGreaterThan ?? and?.ObjectSizeGreaterThan ?? -1;
  const less = filter.ObjectSizeLessThan ?? and?.ObjectSizeLessThan ?? Number.POSITIVE_INFINITY;
  if (object.size_bytes <= greater || object.size_bytes >= less) return false;
  const wanted = filter.Tag ? [filter.Tag] : (and?.Tags ?? []);
  if (wanted.length === 0) return true;
  const tags = readTags(object.tags);
  return wanted.every(({ Key = "", Value }) => Object.hasOwn(tags, Key) && tags[Key] === Value);
}
