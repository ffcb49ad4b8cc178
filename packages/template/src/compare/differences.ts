import { isList, isMap, isScalar, member, type Value } from "../document/value.ts";

/** A place at which two values differ: the value there before and after, if there is one. */
export interface Difference {
  /** Keys of maps and indexes of lists, from the outside in. */
  readonly path: readonly string[];
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/**
 * Finds where two values differ, as deep as it can be said. `1` and `"1"` don't: CloudFormation
 * takes both for either. Lists are compared by place.
 */
export function differences(
  before: Value | undefined,
  after: Value | undefined,
): readonly Difference[] {
  const found: Difference[] = [];
  collect([], before, after, found);
  return found;
}

/** Whether two values differ nowhere. */
export function isSame(before: Value | undefined, after: Value | undefined): boolean {
  return differences(before, after).length === 0;
}

function collect(
  path: readonly string[],
  before: Value | undefined,
  after: Value | undefined,
  found: Difference[],
): void {
  if (before === after) return;
  if (isScalar(before) && isScalar(after) && String(before) === String(after)) return;
  if (isMap(before) && isMap(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      collect([...path, key], member(before, key), member(after, key), found);
  } else if (isList(before) && isList(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++)
      collect([...path, String(index)], before[index], after[index], found);
  } else {
    found.push({ path, before, after });
  }
}

/** The text of a value in a change set: JSON for maps and lists, with all scalars as text. */
export function shownValue(value: Value): string {
  return isScalar(value) ? String(value) : JSON.stringify(asTexts(value));
}

/** A value with its scalars as text, as change sets show them. */
export function asTexts(value: Value): Value {
  if (isScalar(value)) return String(value);
  if (isList(value)) return value.map(asTexts);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, asTexts(below)]));
}
