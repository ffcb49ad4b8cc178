/** A template's content: what JSON can say. YAML's short tags are written out (`{ Ref: … }`). */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A map of a template. Its keys are read with `member`, which sees own keys only. */
export type MapValue = { readonly [key: string]: Value };

/** Tells maps from all other values. */
export function isMap(value: Value | undefined): value is MapValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells lists from all other values. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Tells what has one value, in AWS's sense: text, numbers and booleans. */
export function isScalar(value: Value | undefined): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** The member of a map, or undefined; names that every object inherits are no members. */
export function member(map: MapValue, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Makes a map of pairs. A key `__proto__` is a key like any other. */
export function mapOf(pairs: Iterable<readonly [string, Value]>): MapValue {
  return Object.fromEntries(pairs);
}

/** Whether two values are the same; the order of a map's keys makes no difference. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
  );
}

/** The values in a value, itself among them; counts no further than one above `max`. */
export function countValues(value: Value, max: number): number {
  if (typeof value !== "object" || value === null) return 1;
  let count = 1;
  for (const key in value) {
    if (count > max) break;
    count += countValues((value as MapValue)[key] ?? null, max - count);
  }
  return count;
}
