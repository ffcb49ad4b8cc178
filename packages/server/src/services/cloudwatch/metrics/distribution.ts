/** How often each value came. */
export type Distribution = ReadonlyMap<number, number>;

/** Values that are kept of a minute: about 40 bytes each in memory. */
export const KEPT_VALUES_MAX = 80;
/** Values that an answer's periods are computed from. */
export const ASKED_VALUES_MAX = 1_000;
/** Values closer than this share of them are the first to be counted as one. */
const RESOLUTION = 0.01;
/** The text of a minute's values, of all times that it was written to. */
export const TEXT_CHARS_MAX = 2_400;

/**
 * Adds one distribution to another. Where they have more than `max` values, values that are nearly
 * the same are counted as one: within half a percent, then within twice as much, and so on.
 */
export function merged(one: Distribution, other: Distribution, max: number): Distribution {
  const [large, small] = one.size < other.size ? [other, one] : [one, other];
  const all = new Map(large);
  for (const [value, count] of small) all.set(value, (all.get(value) ?? 0) + count);
  return compacted(all, max);
}

/** A distribution of at most `max` values, none of which is negative. */
export function compacted(given: Distribution, max: number): Distribution {
  let found = given;
  for (let width = Math.log1p(RESOLUTION); found.size > max; width *= 2) {
    const coarser = new Map<number, number>();
    for (const [value, count] of given) {
      const near = value === 0 ? 0 : rounded(Math.exp(Math.round(Math.log(value) / width) * width));
      coarser.set(near, (coarser.get(near) ?? 0) + count);
    }
    found = coarser;
  }
  return found;
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** The least value that at least so many percent of all values don't exceed. */
export function percentileOf(distribution: Distribution, percent: number): number | undefined {
  const sorted = [...distribution].sort(([one], [other]) => one - other);
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  let counted = 0;
  for (const [value, count] of sorted) {
    counted += count;
    if (counted * 100 >= all * percent) return value;
  }
  return sorted.at(-1)?.[0];
}

/** `29.97:3,30`: values, with how often each came. */
export function textOfValues(distribution: Distribution): string {
  return [...distribution]
    .map(([value, count]) => (count === 1 ? String(value) : `${value}:${count}`))
    .join(",");
}

/** Reads such texts, which may have a value several times. */
export function valuesInText(text: string, max: number): Distribution {
  const found = new Map<number, number>();
  for (const part of text.split(",")) {
    const [value = 0, count = 1] = part.split(":").map(Number);
    found.set(value, (found.get(value) ?? 0) + count);
  }
  return compacted(found, max);
}
