import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BELOW_SOURCE, INSTEAD_OF_SOURCE } from "../testing/ladders.ts";
import { chooseLadder } from "./ladder.ts";

describe("a ladder", () => {
  test("begins with the source where it is taller or smaller than the plan's range", () => {
    const names = (height: number): string[] => {
      const { source, steps } = chooseLadder(BELOW_SOURCE, {
        width: 2 * height,
        height,
        frameRate: 30,
      });
      return [...(source ? ["source"] : []), ...steps.map(({ name }) => name)];
    };
    expect(names(1_080)).toEqual(["source", "720p30", "480p30", "360p30", "160p30"]);
    expect(names(720)).toEqual(["720p30", "480p30", "360p30", "160p30"]);
    expect(names(360)).toEqual(["source", "160p30"]);
    expect(names(90)).toEqual(["source"]);
  });

  test("without the source is never empty, and ends with sound alone", () => {
    const { steps } = chooseLadder(INSTEAD_OF_SOURCE, { width: 160, height: 90, frameRate: 60 });
    expect(steps.map(({ name }) => name)).toEqual(["160p30", "audio_only"]);
  });

  test("no step is larger or faster than its source, and sizes are even", () => {
    const side = fc.integer({ min: 16, max: 2_160 });
    const plan = fc.constantFrom(BELOW_SOURCE, INSTEAD_OF_SOURCE);
    fc.assert(
      fc.property(
        plan,
        side,
        side,
        fc.integer({ min: 5, max: 120 }),
        (plan, width, height, rate) => {
          const ladder = chooseLadder(plan, { width, height, frameRate: rate });
          expect(ladder.source || ladder.steps.length > 0).toBe(true);
          for (const { video } of ladder.steps) {
            expect(video?.width ?? 0).toBeLessThanOrEqual(width);
            expect(video?.height ?? 0).toBeLessThanOrEqual(height);
            expect(video?.frameRate ?? 0).toBeLessThanOrEqual(rate);
            expect(((video?.width ?? 0) % 2) + ((video?.height ?? 0) % 2)).toBe(0);
          }
        },
      ),
    );
  });
});
