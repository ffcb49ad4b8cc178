import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Interleaver, type Timed } from "./interleaver.ts";

const content = { track: 0, dts: 0, pts: 0, key: true, data: [] };

function interleaver(waitTicksMax: number, waitBytesMax: number) {
  const given: Timed[] = [];
  const made = new Interleaver({
    waitTicksMax,
    waitBytesMax,
    onNext: (timed) => given.push(timed),
  });
  made.pair = true;
  const push = (kind: Timed["kind"], ticks: number, heldBytes = 0): void =>
    made.push({ kind, ticks, heldBytes, content });
  return { made, given, push };
}

describe("two tracks", () => {
  test("come in the order of their times, sound first, and nothing is lost", () => {
    const times = fc.array(fc.nat(30)).map((array) => array.toSorted((a, b) => a - b));
    const order = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(times, times, order, (video, audio, isVideo) => {
        const { made, given, push } = interleaver(Number.POSITIVE_INFINITY, 1 << 30);
        const waiting = { video: [...video], audio: [...audio] };
        while (waiting.video.length + waiting.audio.length > 0) {
          const kind = isVideo.next().value === true ? "video" : "audio";
          const ticks = waiting[kind].shift();
          if (ticks !== undefined) {
            push(kind, ticks);
          }
        }
        made.finish();
        const sound = audio.map((ticks) => ({ ticks, kind: "audio" }));
        const all = [...sound, ...video.map((ticks) => ({ ticks, kind: "video" }))];
        const expected = all.toSorted((a, b) => a.ticks - b.ticks);
        expect(given.map(({ ticks, kind }) => ({ ticks, kind }))).toEqual(expected);
      }),
    );
  });

  test.for([
    [100, 0, [1, 50, 101], []],
    [100, 0, [1, 50, 102], [1]],
    // A unit costs 256 bytes beside the memory that it holds.
    [1_000, 400, [1, 2, 3], []],
    [1_000, 450, [1, 2, 3], [1]],
  ] as const)(
    "wait for each other for %i ticks and %i bytes each",
    ([waitTicksMax, heldBytes, times, expected]) => {
      const { given, push } = interleaver(waitTicksMax, 3 * (256 + 400));
      for (const ticks of times) {
        push("video", ticks, heldBytes);
      }
      expect(given.map(({ ticks }) => ticks)).toEqual(expected);
    },
  );

  test("don't wait where there is one only", () => {
    const { made, given, push } = interleaver(100, 100);
    made.pair = false;
    push("audio", 1);
    expect(given).toHaveLength(1);
  });
});
