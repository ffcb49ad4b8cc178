import type * as s3 from "@aws-sdk/client-s3";
import { invalidArgumentOf, invalidRequest } from "../errors.ts";

/*
 * How the actions of one rule fit together. Sources: S3 user guide, "Transitioning objects using
 * Amazon S3 Lifecycle", the constraints; sentences as clients have recorded them.
 */

/** From the warmest to the coldest, with the days that an object is charged for in each. */
const DAYS_CHARGED: ReadonlyMap<string, number> = new Map([
  ["STANDARD_IA", 30],
  ["ONEZONE_IA", 30],
  ["GLACIER_IR", 90],
  ["GLACIER", 90],
  ["DEEP_ARCHIVE", 180],
]);

/** Throws InvalidRequest and InvalidArgument. */
export function checkLifecycleOrder(rule: s3.LifecycleRule): void {
  const { Expiration, Transitions = [], NoncurrentVersionTransitions: later = [] } = rule;
  const where = filterText(rule);
  const timed = [...Transitions, ...(Expiration ? [Expiration] : [])];
  if (timed.some(({ Days }) => Days !== undefined) && timed.some(({ Date: date }) => date))
    throw invalidRequest(
      "Found mixed 'Date' and 'Days' based Expiration and Transition actions " +
        `in lifecycle rule for ${where}`,
    );
  requireDistinctClasses(Transitions, "Transition", where);
  requireDistinctClasses(later, "NoncurrentVersionTransition", where);
  requireTimeBetween(Transitions, where);
  // An object isn't moved once it has gone.
  const { NoncurrentDays } = rule.NoncurrentVersionExpiration ?? {};
  if (isReached(Expiration?.Days, Transitions, ({ Days }) => Days))
    throw invalidArgumentOf(
      `'Days' in the Expiration action for ${where} must be greater than ` +
        "'Days' in the Transition action",
    );
  if (isReached(Expiration?.Date?.getTime(), Transitions, ({ Date: date }) => date?.getTime()))
    throw invalidArgumentOf(
      `'Date' in the Expiration action for ${where} must be later than ` +
        "'Date' in the Transition action",
    );
  if (isReached(NoncurrentDays, later, (transition) => transition.NoncurrentDays))
    throw invalidArgumentOf(
      `'NoncurrentDays' in the NoncurrentVersionExpiration action for ${where} ` +
        "must be greater than 'NoncurrentDays' in the NoncurrentVersionTransition action",
    );
}

/** Whether a transition comes no sooner than the end. */
function isReached<Item>(
  end: number | undefined,
  transitions: readonly Item[],
  timeOf: (item: Item) => number | undefined,
): boolean {
  return end !== undefined && transitions.some((item) => (timeOf(item) ?? -1) >= end);
}

function requireDistinctClasses(
  transitions: readonly { readonly StorageClass?: string | undefined }[],
  action: string,
  where: string,
): void {
  if (new Set(transitions.map(({ StorageClass }) => StorageClass)).size === transitions.length)
    return;
  throw invalidRequest(
    `'StorageClass' must be different for '${action}' actions in same 'Rule' with ${where}`,
  );
}

/** A class that is charged for some days is left for a colder one after these days at least. */
function requireTimeBetween(transitions: readonly s3.Transition[], where: string): void {
  const daysOf = new Map(transitions.map(({ StorageClass, Days }) => [StorageClass, Days]));
  let warmer:
    | { readonly name: string; readonly charged: number; readonly days: number }
    | undefined;
  for (const [name, charged] of DAYS_CHARGED) {
    const days = daysOf.get(name as s3.TransitionStorageClass);
    if (days === undefined) continue;
    if (warmer && days < warmer.days + warmer.charged)
      throw invalidArgumentOf(
        `'Days' in the 'Transition' action for StorageClass '${name}' for ${where} ` +
          `must be ${warmer.charged} days more than '${where}' ` +
          `in the 'Transition' action for StorageClass '${warmer.name}'`,
      );
    warmer = { name, charged, days };
  }
}

/** How S3's sentences name the objects of a rule: `filter '(prefix=logs/)'`. */
function filterText({ Prefix: prefix, Filter: filter }: s3.LifecycleRule): string {
  if (prefix !== undefined) return `prefix '${prefix}'`;
  const all = { ...filter, ...filter?.And };
  const tags = [...(filter?.Tag ? [filter.Tag] : []), ...(filter?.And?.Tags ?? [])];
  const parts = [
    ...(all.ObjectSizeGreaterThan === undefined
      ? []
      : [`objectsizegreaterthan=${all.ObjectSizeGreaterThan}`]),
    ...(all.ObjectSizeLessThan === undefined
      ? []
      : [`objectsizelessthan=${all.ObjectSizeLessThan}`]),
    ...(all.Prefix === undefined ? [] : [`prefix=${all.Prefix}`]),
    ...tags.map(({ Key, Value }) => `tag: key=${Key}, value=${Value}`),
  ];
  return `filter '(${parts.join(" and ")})'`;
}
