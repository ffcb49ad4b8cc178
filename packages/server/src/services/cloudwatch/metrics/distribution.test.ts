import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Distribution,
  KEPT_VALUES_MAX,
  percentileOf,
  textOfValues,
  valuesInText,
} from "./distribution.ts";
import { joined, type StatisticSet, statisticNamed } from "./statistics.ts";

const setOf = (value: number): StatisticSet => ({
  ...{ sampleCount: 1, sum: value, minimum: value, maximum: value },
});

/** The percentile by its definition, of the values one by one. */
function exact(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(Math.ceil((sorted.length * percent) / 100) - 1, 0)] ?? Number.NaN;
}

const value = fc.oneof(fc.nat(20), fc.double({ min: 0, max: 1e6, noNaN: true }));
const percent = fc.constantFrom("0", "10", "50", "90", "99.9", "100");

test("percentiles are exact of few values, and nearly so of many", () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), percent, (values, asked) => {
      const set = values.map(setOf).reduce((all, one) => joined(all, one));
      const found = statisticNamed(`p${asked}`)?.of(set) ?? Number.NaN;
      const wanted = exact(values, Number(asked));
      const distinct = new Set(values).size;
      expect(set.values?.size ?? 0).toBeLessThanOrEqual(KEPT_VALUES_MAX);
      if (distinct <= KEPT_VALUES_MAX) expect(found).toBe(wanted);
      expect(found).toBeGreaterThanOrEqual(set.minimum);
      expect(found).toBeLessThanOrEqual(set.maximum);
    }),
    { endOnFailure: true },
  );
});

test("of many values within two orders of magnitude a percentile is off by 8 % at most", () => {
  const many = fc.array(fc.double({ min: 10, max: 1_000, noNaN: true }), {
    ...{ minLength: 60, maxLength: 400 },
  });
  fc.assert(
    fc.property(many, percent, (values, asked) => {
      const set = values.map(setOf).reduce((all, one) => joined(all, one));
      const found = statisticNamed(`p${asked}`)?.of(set) ?? Number.NaN;
      expect(Math.abs(found / exact(values, Number(asked)) - 1)).toBeLessThan(0.08);
    }),
    { numRuns: 30, endOnFailure: true },
  );
});

test("a distribution's texts add up", () => {
  const distribution = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 9 })), {
    ...{ minLength: 1, maxLength: 20 },
  });
  fc.assert(
    fc.property(distribution, distribution, (one, other) => {
      const texts = [one, other].map((pairs) => textOfValues(new Map(pairs)));
      const read = valuesInText(texts.join(","), 100);
      const counts = (pairs: Distribution) => [...pairs.values()].reduce((sum, n) => sum + n, 0);
      expect(counts(read)).toBe(counts(new Map(one)) + counts(new Map(other)));
      for (const at of [0, 50, 100]) expect([...read.keys()]).toContain(percentileOf(read, at));
    }),
  );
});

test.each(["p", "p101", "p-1", "p1.12345678901", "tm90", "P90"])("%s is no statistic", (name) => {
  expect(statisticNamed(name)).toBeUndefined();
});
