import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cut, CutSchedule, FollowingCutter, LeadingCutter } from "./cutter.ts";

const limits = { segmentDurationMs: 2_000 };

describe("cutters", () => {
  test("a rendition is cut where its source was, whatever the keyframes and the reordering", () => {
    const intervals = fc.array(fc.integer({ min: 60, max: 5_000 }), {
      minLength: 2,
      maxLength: 40,
    });
    const rounding = fc.integer({ min: -40, max: 40 });
    fc.assert(
      fc.property(intervals, fc.nat(200), rounding, (steps, reorderMs, roundingMs) => {
        const schedule = new CutSchedule();
        const leading = new LeadingCutter(
          limits,
          () => 1_000_000,
          (cut) => schedule.add(cut),
        );
        const following = new FollowingCutter(schedule);
        const led: Cut[] = [];
        const followed: Cut[] = [];
        let timeMs = 0;
        let open: Cut | undefined;
        const keyframes = steps.map((step) => (timeMs += step));
        for (const at of keyframes) {
          const cut = leading.cutAt(at, at + reorderMs, open);
          open = cut ?? open;
          led.push(...(cut ? [cut] : []));
        }
        for (const at of keyframes) {
          const cut = following.cutAt(at + reorderMs, at + reorderMs + roundingMs);
          followed.push(...(cut ? [cut] : []));
        }
        expect(followed).toEqual(led);
      }),
    );
  });

  test("a keyframe that the encoder left out is an error, not a hole", () => {
    const schedule = new CutSchedule();
    for (const [index, timeMs] of [0, 2_000].entries()) {
      const programDateTimeMs = timeMs;
      schedule.add({ index, timeMs, shownMs: timeMs, discontinuity: false, programDateTimeMs });
    }
    const following = new FollowingCutter(schedule);
    expect(following.cutAt(0, 0)?.index).toBe(0);
    expect(following.cutAt(1_000, 1_000)).toBeUndefined();
    expect(() => following.cutAt(2_500, 2_500)).toThrow("no keyframe at 2000 ms");
    following.resumeAt(0);
    expect(following.cutAt(0, 0)?.index).toBe(0);
  });
});
