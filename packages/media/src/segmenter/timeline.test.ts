import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UnwrappedTime } from "../container/unwrapped-time.ts";
import { Timeline, type TimelineTrack } from "./timeline.ts";

interface Coming {
  readonly track: TimelineTrack;
  readonly rawMs: number;
}

const v = (rawMs: number): Coming => ({ track: "video", rawMs });
const a = (rawMs: number): Coming => ({ track: "audio", rawMs });

describe("timeline", () => {
  test.for([
    ["steps", [5_000, 5_040, 5_080], [0, 40, 80]],
    ["interleaving", [1_000, 1_020, 1_010, 1_040], [0, 20, 10, 40]],
    ["a jump ahead", [0, 40, 90_000, 90_040], [0, 40, 73, 113]],
    ["a jump back", [90_000, 90_040, 0, 40], [0, 40, 73, 113]],
  ] as const)("%s", ([, raw, expected]) => {
    const timeline = new Timeline();
    expect(raw.map((timeMs) => timeline.map("video", timeMs))).toEqual(expected);
    expect(timeline.takeJump()).toBe(expected.includes(73 as never));
    expect(timeline.takeJump()).toBe(false);
  });

  // Raw times in the order of their coming, their media times, whether the timeline jumped.
  test.for<readonly [string, readonly Coming[], readonly number[], boolean]>([
    [
      "sound far ahead",
      [v(0), a(3_000), v(33), a(3_021), v(66), a(3_042)],
      [0, 3_000, 33, 3_021, 66, 3_042],
      false,
    ],
    [
      "sound far ahead, and both begin anew, sound first",
      [v(60_000), a(63_000), a(3_000), v(0), a(3_021), v(33)],
      [0, 3_000, 3_033, 33, 3_054, 66],
      true,
    ],
    [
      "sound far behind, and both begin anew",
      [v(60_000), v(63_000), a(60_000), v(3_000), a(0), v(3_033), a(21)],
      [0, 3_000, 0, 3_033, 33, 3_066, 54],
      true,
    ],
    [
      "a jump of both",
      [v(0), a(10), v(90_000), a(90_010), v(90_040), a(90_031)],
      [0, 10, 43, 53, 83, 74],
      true,
    ],
    [
      "sound that begins anew",
      [v(60_000), a(60_010), v(60_040), a(0), v(60_080), a(21)],
      [0, 10, 40, 73, 80, 94],
      true,
    ],
    [
      "clocks that have nothing in common",
      [v(9_000_000), a(0), v(9_000_040), a(21)],
      [0, 33, 40, 54],
      true,
    ],
    [
      "sound that was away",
      [v(0), a(0), v(4_000), v(8_000), v(16_000), v(16_033), a(16_010)],
      [0, 0, 4_000, 8_000, 8_033, 8_066, 8_043],
      true,
    ],
    [
      "sound that was away when pictures began anew where it was",
      [v(0), a(0), v(4_000), a(4_000), v(8_000), v(12_000), v(0), v(4_000), a(4_021), v(4_040)],
      [0, 0, 4_000, 4_000, 8_000, 12_000, 12_033, 16_033, 16_054, 16_073],
      true,
    ],
    [
      "pictures that begin anew where sound that ended was",
      [v(0), a(0), v(4_000), v(8_000), v(0), v(40)],
      [0, 0, 4_000, 8_000, 8_033, 8_073],
      true,
    ],
    [
      "sound that goes back step by step, before the first picture",
      [v(5_000), a(4_100), a(3_200), v(5_040), a(3_221)],
      [0, -900, 33, 40, 54],
      true,
    ],
  ])("pictures and sound: %s", ([, comings, expected, jumps]) => {
    const timeline = new Timeline();
    expect(comings.map(({ track, rawMs }) => timeline.map(track, rawMs))).toEqual(expected);
    expect(timeline.takeJump()).toBe(jumps);
  });

  test("whenever a source begins anew, no track goes back, and both keep their distance", () => {
    const life = fc.record({
      startMs: fc.integer({ min: 0, max: 0xffffffff }),
      frames: fc.integer({ min: 1, max: 60 }),
      order: fc.constantFrom(["audio", "video"] as const, ["video", "audio"] as const),
    });
    const lives = fc.array(life, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.integer({ min: -1_000, max: 3_000 }), lives, (soundMs, lives) => {
        const timeline = new Timeline();
        const clock = new UnwrappedTime(32);
        const times = { video: -1_000, audio: -1_000 };
        const faults: unknown[] = [];
        // Sound that came first, seconds ahead, would leave pictures before all that can be
        // written.
        const first = { startMs: 0, frames: 60, order: ["video", "audio"] } as const;
        for (const { startMs, frames, order } of [first, ...lives]) {
          for (let rawMs = startMs; rawMs < startMs + frames * 400; rawMs += 400) {
            for (const track of order) {
              const before = times[track];
              const sentMs = (rawMs + (track === "audio" ? soundMs : 0)) >>> 0;
              times[track] = timeline.map(track, clock.unwrap(sentMs));
              if (times[track] < before - 1_000) faults.push({ track, rawMs, before, ...times });
            }
            if (times.audio - times.video !== soundMs) faults.push({ rawMs, ...times });
          }
        }
        expect(faults).toEqual([]);
      }),
    );
  });
});
