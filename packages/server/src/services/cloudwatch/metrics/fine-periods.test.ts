import fc from "fast-check";
import { expect, test } from "vitest";
import { FINE_MS, FinePeriods } from "./fine-periods.ts";
import { joined, type StatisticSet } from "./statistics.ts";

const HOURS_3 = (3 * 3_600_000) / FINE_MS;
const set = (value: number, sampleCount: number): StatisticSet => ({
  sampleCount,
  sum: value * sampleCount,
  minimum: value,
  maximum: value,
});

/** In periods: near what came before, or hours away from it, in both directions. */
const step = fc.oneof(
  fc.integer({ min: -3, max: 6 }),
  fc.integer({ min: -2 * HOURS_3, max: 2 * HOURS_3 }),
);

test("the last three hours are kept, in whatever order values come", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(step, fc.integer({ min: -9, max: 9 }), fc.integer({ min: 1, max: 2 }))),
      fc.integer({ min: 0, max: 3 * HOURS_3 }),
      (additions, later) => {
        const fine = new FinePeriods();
        const model = new Map<number, StatisticSet>();
        let period = 10 * HOURS_3;
        let newest = Number.NEGATIVE_INFINITY;
        const forgetModel = (oldest: number) => {
          for (const at of model.keys()) if (at < oldest) model.delete(at);
        };
        for (const [by, value, count] of additions) {
          period = Math.max(0, period + by);
          fine.add(period * FINE_MS + 1_234, set(value, count));
          if (period > newest - HOURS_3)
            model.set(period, joined(model.get(period), set(value, count), 0));
          newest = Math.max(newest, period);
          forgetModel(newest - HOURS_3 + 1);
        }
        const seen = () => [...fine.between(0, Number.MAX_SAFE_INTEGER)];
        const expected = () =>
          [...model].sort(([a], [b]) => a - b).map(([at, values]) => [at * FINE_MS, values]);
        expect(seen()).toEqual(expected());
        fine.forget((newest + later) * FINE_MS);
        forgetModel(newest + later - HOURS_3);
        expect(seen()).toEqual(expected());
        if (fine.isEmpty) expect(model.size).toBe(0);
      },
    ),
  );
});
