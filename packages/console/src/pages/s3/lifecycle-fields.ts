import type {
  LifecycleRule,
  LifecycleRuleFilter,
  Tag,
  TransitionStorageClass,
} from "@aws-sdk/client-s3";
import type { TagField } from "../../shared/tags.ts";

/** A lifecycle rule as the form shows it, in typed texts; an empty text means no value. */
export interface LifecycleFields {
  readonly name: string;
  readonly enabled: boolean;
  readonly scope: LifecycleScope;
  readonly expiration: { readonly days: string; readonly markers: boolean };
  readonly older: { readonly days: string; readonly kept: string };
  readonly abort: { readonly days: string };
  /** Transitions of the latest versions; those on a date aren't shown. */
  readonly moves: readonly TransitionField[];
  readonly olderMoves: readonly TransitionField[];
}

export interface TransitionField {
  readonly storageClass: string;
  readonly days: string;
  /** The number of newer noncurrent versions that aren't moved. The form keeps it as it is. */
  readonly kept: string;
}

/** The objects that a rule is for: all that match each of these. */
export interface LifecycleScope {
  readonly prefix: string;
  readonly tags: readonly TagField[];
  readonly largerThan: string;
  readonly smallerThan: string;
}

const NOTHING: LifecycleFields = {
  name: "",
  enabled: true,
  scope: { prefix: "", tags: [], largerThan: "", smallerThan: "" },
  expiration: { days: "", markers: false },
  older: { days: "", kept: "" },
  abort: { days: "" },
  moves: [],
  olderMoves: [],
};

export const NEW_RULE: LifecycleFields = {
  ...NOTHING,
  expiration: { days: "30", markers: false },
};

export function fieldsOf(rule: LifecycleRule): LifecycleFields {
  const { ID: name = "", Expiration: expiration, NoncurrentVersionExpiration: older } = rule;
  return {
    name,
    enabled: rule.Status === "Enabled",
    scope: scopeOf(rule),
    expiration: {
      days: textOf(expiration?.Days),
      markers: expiration?.ExpiredObjectDeleteMarker === true,
    },
    older: { days: textOf(older?.NoncurrentDays), kept: textOf(older?.NewerNoncurrentVersions) },
    abort: { days: textOf(rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation) },
    moves: (rule.Transitions ?? [])
      .filter(({ Date: on }) => on === undefined)
      .map(({ StorageClass = "", Days }) => ({
        storageClass: StorageClass,
        days: textOf(Days),
        kept: "",
      })),
    olderMoves: (rule.NoncurrentVersionTransitions ?? []).map(
      ({ StorageClass = "", NoncurrentDays, NewerNoncurrentVersions }) => ({
        storageClass: StorageClass,
        days: textOf(NoncurrentDays),
        kept: textOf(NewerNoncurrentVersions),
      }),
    ),
  };
}

/** A new rule of what was typed. */
export function newRule(fields: LifecycleFields): LifecycleRule {
  const rule: LifecycleRule = { Status: undefined, Filter: { Prefix: "" } };
  return changedRule(rule, NOTHING, fields);
}

/** The rule with what was changed in its form; the rest of it stays as it is. */
export function changedRule(
  rule: LifecycleRule,
  before: LifecycleFields,
  after: LifecycleFields,
): LifecycleRule {
  const { scope, expiration, older, abort, moves, olderMoves } = after;
  const onDates = (rule.Transitions ?? []).filter(({ Date: on }) => on !== undefined);
  const changed = (part: keyof LifecycleFields) =>
    JSON.stringify(before[part]) !== JSON.stringify(after[part]);
  const { Prefix: _prefix, Filter: _filter, ...unscoped } = rule;
  return {
    ...(changed("scope") ? { ...unscoped, Filter: filterOf(scope) } : rule),
    ID: after.name,
    Status: after.enabled ? "Enabled" : "Disabled",
    ...(changed("expiration") && {
      Expiration: settings({
        Days: numberOf(expiration.days),
        ExpiredObjectDeleteMarker: expiration.markers || undefined,
      }),
    }),
    ...(changed("older") && {
      NoncurrentVersionExpiration: settings({
        NoncurrentDays: numberOf(older.days),
        NewerNoncurrentVersions: numberOf(older.kept),
      }),
    }),
    ...(changed("abort") && {
      AbortIncompleteMultipartUpload: settings({ DaysAfterInitiation: numberOf(abort.days) }),
    }),
    ...(changed("moves") && {
      Transitions: listed([
        ...onDates,
        ...moves.map((move) => ({ StorageClass: classOf(move), Days: numberOf(move.days) })),
      ]),
    }),
    ...(changed("olderMoves") && {
      NoncurrentVersionTransitions: listed(
        olderMoves.map((move) => ({
          StorageClass: classOf(move),
          NoncurrentDays: numberOf(move.days),
          NewerNoncurrentVersions: numberOf(move.kept),
        })),
      ),
    }),
  };
}

function scopeOf({ Filter: filter = {}, Prefix: prefix }: LifecycleRule): LifecycleScope {
  const all = filter.And ?? { ...filter, Tags: filter.Tag ? [filter.Tag] : [] };
  return {
    prefix: all.Prefix ?? prefix ?? "",
    tags: (all.Tags ?? []).map(({ Key = "", Value = "" }) => ({ key: Key, value: Value })),
    largerThan: textOf(all.ObjectSizeGreaterThan),
    smallerThan: textOf(all.ObjectSizeLessThan),
  };
}

/** S3 wants what is more than one condition inside `And`. */
function filterOf({ prefix, tags, largerThan, smallerThan }: LifecycleScope): LifecycleRuleFilter {
  const Tags = tags.map(({ key, value }): Tag => ({ Key: key, Value: value }));
  const others = {
    ...(prefix === "" ? {} : { Prefix: prefix }),
    ...(largerThan === "" ? {} : { ObjectSizeGreaterThan: Number(largerThan) }),
    ...(smallerThan === "" ? {} : { ObjectSizeLessThan: Number(smallerThan) }),
  };
  const count = Object.keys(others).length + Tags.length;
  if (count === 0) return { Prefix: "" };
  if (count > 1) return { And: { ...others, ...(Tags.length > 0 ? { Tags } : {}) } };
  return Tags.length > 0 ? { Tag: Tags[0] } : others;
}

/** Undefined when nothing is set: S3 takes no element without members. */
function settings<Members extends object>(members: Members): Members | undefined {
  return Object.values(members).some((value) => value !== undefined) ? members : undefined;
}

/** Undefined when empty, for the same reason. */
function listed<Item>(items: Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** S3 refuses a text that is none, in its own words. */
function classOf({ storageClass }: TransitionField): TransitionStorageClass {
  return storageClass as TransitionStorageClass;
}

function numberOf(text: string): number | undefined {
  return text === "" ? undefined : Number(text);
}

function textOf(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}
