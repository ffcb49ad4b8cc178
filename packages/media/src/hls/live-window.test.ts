import { describe, expect, test } from "vitest";
import { segment } from "../testing/synthetic-media.ts";
import { LiveWindow } from "./live-window.ts";

function lines(window: LiveWindow): string[] {
  return window.playlist()?.trimEnd().split("\n") ?? [];
}

describe("live window", () => {
  test("lists the last segments with wall clock, length and sequence", () => {
    const window = new LiveWindow(2, 15_000);
    expect(window.playlist()).toBeUndefined();
    for (let index = 0; index < 3; index += 1) {
      window.add(segment({ programDateTimeMs: index * 2_000, durationMs: 2_002 }));
    }
    expect(lines(window)).toEqual([
      "#EXTM3U",
      "#EXT-X-VERSION:3",
      "#EXT-X-TARGETDURATION:2",
      "#EXT-X-MEDIA-SEQUENCE:1",
      "#EXT-X-DISCONTINUITY-SEQUENCE:0",
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:02.000Z",
      "#EXTINF:2.002,live",
      "1.ts",
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:04.000Z",
      "#EXTINF:2.002,live",
      "2.ts",
    ]);
  });

  test("keeps about 15 s, serves what is kept and counts its bytes", () => {
    const window = new LiveWindow(2, 15_000);
    for (let index = 0; index < 40; index += 1) {
      window.add(segment({ body: Buffer.alloc(188, index) }));
    }
    const kept = Array.from({ length: 41 }, (_, sequence) => window.segment(sequence));
    const sequences = kept.flatMap((body, sequence) => (body === undefined ? [] : [sequence]));
    expect(sequences).toEqual([32, 33, 34, 35, 36, 37, 38, 39]);
    expect(kept[35]).toEqual(Buffer.alloc(188, 35));
    expect(window.bytes).toBe(8 * 188);
  });

  test("an end is said, and taken back with a discontinuity when the channel is live again", () => {
    const window = new LiveWindow(3, 4_000);
    window.add(segment());
    window.end();
    expect(lines(window).at(-1)).toBe("#EXT-X-ENDLIST");
    window.resume(3);
    expect(lines(window).at(-1)).toBe("#EXT-X-ENDLIST");
    window.add(segment());
    expect(lines(window)).toContain("#EXT-X-DISCONTINUITY");
    expect(lines(window)).not.toContain("#EXT-X-ENDLIST");
    expect(lines(window)).toContain("#EXT-X-MEDIA-SEQUENCE:0");
    for (let index = 0; index < 9; index += 1) {
      window.add(segment());
    }
    expect(lines(window)).toContain("#EXT-X-DISCONTINUITY-SEQUENCE:1");
    expect(lines(window)).not.toContain("#EXT-X-DISCONTINUITY");
  });

  test("the target duration covers the longest segment and doesn't shrink again", () => {
    const window = new LiveWindow(1, 1_000);
    window.add(segment({ durationMs: 5_600 }));
    window.add(segment({ durationMs: 2_000 }));
    expect(lines(window)).toContain("#EXT-X-TARGETDURATION:6");
  });
});
