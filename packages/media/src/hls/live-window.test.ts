import { describe, expect, test, vi } from "vitest";
import type { SegmentPart } from "../segmenter/part-cutter.ts";
import { segment } from "../testing/synthetic-media.ts";
import { DateRanges } from "./date-ranges.ts";
import { LiveWindow, POSITION_START } from "./live-window.ts";

/** Milliseconds, and bytes without a bound. */
function kept(segmentsKeptMs: number, segmentsKeptBytesMax = Number.POSITIVE_INFINITY) {
  return { segmentsKeptMs, segmentsKeptBytesMax };
}

function lines(window: LiveWindow): string[] {
  return window.playlist()?.trimEnd().split("\n") ?? [];
}

describe("live window", () => {
  test("says the bitrate that players see: a keyframe in a short segment is no peak", () => {
    const window = new LiveWindow(4, kept(15_000));
    const add = (durationMs: number, bytes: number) =>
      window.add(segment({ durationMs, body: Buffer.alloc(bytes) }));
    add(2_000, 250_000);
    add(40, 50_000);
    add(2_000, 250_000);
    const together = Math.ceil((300_000 * 8_000) / 2_040);
    expect(window.bandwidth).toBe(together);
    add(2_000, 500_000);
    expect(window.bandwidth).toBe(2_000_000);
  });

  test("lists the last segments with wall clock, length and sequence", () => {
    const window = new LiveWindow(2, kept(15_000));
    expect(window.playlist()).toBeUndefined();
    // None is no number that a playlist may say.
    expect(window.bandwidth).toBe(1);
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

  test("keeps about 15 s, serves what is kept and counts its bytes", async () => {
    const window = new LiveWindow(2, kept(15_000));
    for (let index = 0; index < 40; index += 1) {
      window.add(segment({ body: Buffer.alloc(188, index) }));
    }
    const reads = Array.from({ length: 41 }, (_, sequence) => window.segment(sequence));
    const found = await Promise.all(reads);
    const sequences = found.flatMap((body, sequence) => (body === undefined ? [] : [sequence]));
    expect(sequences).toEqual([32, 33, 34, 35, 36, 37, 38, 39]);
    expect(found[35]).toEqual(Buffer.alloc(188, 35));
    expect(window.bytes).toBe(8 * 188);
  });

  test("drops segments before their time where they or their init sections are large", () => {
    const window = new LiveWindow(6, kept(15_000, 1_000));
    const init = { name: "init-1.mp4", body: Buffer.alloc(100) };
    const listed = (): number => lines(window).filter((line) => line.startsWith("#EXTINF")).length;
    for (let index = 0; index < 20; index += 1) {
      window.add(segment({ body: Buffer.alloc(200), init }));
    }
    expect([listed(), window.bytes]).toEqual([3, 900]);
    window.add(segment({ body: Buffer.alloc(2_000), init, discontinuity: true }));
    expect([listed(), window.bytes]).toEqual([1, 2_100]);
    expect(lines(window)).toContain("#EXT-X-MEDIA-SEQUENCE:20");
  });

  test("an end is said, and taken back with a discontinuity when the channel is live again", () => {
    const window = new LiveWindow(3, kept(4_000));
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
    const window = new LiveWindow(1, kept(1_000));
    window.add(segment({ durationMs: 5_600 }));
    window.add(segment({ durationMs: 2_000 }));
    expect(lines(window)).toContain("#EXT-X-TARGETDURATION:6");
  });

  test("a date range is listed from its first segment on, until no listed one touches it", () => {
    const ranges = new DateRanges();
    const window = new LiveWindow(2, kept(0), POSITION_START, ranges);
    const add = (sequence: number): string[] => {
      window.add(segment({ programDateTimeMs: sequence * 2_000 }));
      return lines(window).filter((line) => /DATERANGE|[.]ts$/.test(line));
    };
    add(0);
    ranges.add({ id: "ab", startMs: 4_000, plannedMs: 3_000, scte35Out: Buffer.from([0xfc, 1]) });
    const tag =
      '#EXT-X-DATERANGE:ID="ab",CLASS="urn:scte:scte35:2013:bin",' +
      'START-DATE="1970-01-01T00:00:04.000Z",PLANNED-DURATION=3.000,SCTE35-OUT=0xFC01';
    expect(add(1)).toEqual(["0.ts", "1.ts"]);
    expect(add(2)).toEqual(["1.ts", tag, "2.ts"]);
    expect(lines(window).indexOf(tag)).toBe(lines(window).indexOf("2.ts") - 2);
    expect(add(3)).toEqual([tag, "2.ts", "3.ts"]);
    expect(add(4)).toEqual([tag, "3.ts", "4.ts"]);
    expect(add(5)).toEqual(["4.ts", "5.ts"]);
  });

  describe("in parts", () => {
    const part = (index: number, durationMs = 400): SegmentPart => ({
      index,
      body: Buffer.of(index),
      durationMs,
      independent: index === 0,
      programDateTimeMs: 2_000,
      discontinuity: false,
    });

    test("lists what is there of the next segment, and hints at what comes", () => {
      const window = new LiveWindow(3, kept(15_000));
      window.add(segment());
      for (const index of [0, 1, 2, 3, 4]) {
        window.addPart(part(index));
      }
      window.add(segment({ programDateTimeMs: 2_000 }));
      window.addPart(part(1));
      window.addPart(part(0, 433));
      expect(lines(window)).toEqual([
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.299",
        "#EXT-X-PART-INF:PART-TARGET=0.433",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-DISCONTINUITY-SEQUENCE:0",
        "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z",
        "#EXTINF:2.000,live",
        "0.ts",
        "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:02.000Z",
        '#EXT-X-PART:DURATION=0.400,URI="1.0.ts",INDEPENDENT=YES',
        ...[1, 2, 3, 4].map((index) => `#EXT-X-PART:DURATION=0.400,URI="1.${index}.ts"`),
        "#EXTINF:2.000,live",
        "1.ts",
        "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:02.000Z",
        '#EXT-X-PART:DURATION=0.433,URI="2.0.ts",INDEPENDENT=YES',
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="2.1.ts"',
        "#EXT-X-PREFETCH:2.ts",
        "#EXT-X-PREFETCH:3.ts",
      ]);
      for (let index = 0; index < 4; index += 1) {
        window.add(segment());
      }
      expect(window.playlist()).not.toContain("1.0.ts");
      window.end();
      expect(window.playlist()).not.toMatch(/HINT|PREFETCH/);
    });

    test("a player's part stays as it was when its memory is written anew", async () => {
      const window = new LiveWindow(3, kept(15_000));
      const reused = Buffer.from("first");
      const bodyOf = async (index: number) => String(await window.part(0, index));
      window.addPart({ ...part(0), body: reused });
      const given = await window.part(0, 0);
      reused.write("other");
      window.addPart({ ...part(1), body: reused });
      expect([String(given), await bodyOf(0)]).toEqual(["first", "first"]);
      window.add(segment({ body: Buffer.from("otherwise") }));
      reused.write("third");
      expect([await bodyOf(0), await bodyOf(1)]).toEqual(["first", "other"]);
    });

    test("a date range stands before the first part of its first segment", () => {
      const ranges = new DateRanges();
      const window = new LiveWindow(2, kept(0), POSITION_START, ranges);
      window.add(segment());
      for (const startMs of [2_000, 4_000])
        ranges.add({ id: `at-${startMs}`, startMs, plannedMs: 9_000, scte35Out: Buffer.of(1) });
      window.addPart(part(0));
      const [tag, first] = lines(window).slice(-5);
      expect(tag).toContain('ID="at-2000"');
      expect(first).toContain("1.0.ts");
      expect(window.playlist()).not.toContain("at-4000");
    });

    test("a part behind a segment's last one is the next one's first; far ahead is too early", async () => {
      vi.useFakeTimers();
      const window = new LiveWindow(3, kept(15_000));
      window.add(segment());
      window.addPart(part(0));
      const ask = (sequence: number, index: number) => window.awaitMedia({ sequence, part: index });
      expect(await Promise.all([ask(1, 8), ask(2, 7), ask(0, 99)])).toEqual([
        ...["too-early", "too-early", "ready"],
      ]);
      expect(window.lastPart).toEqual({ sequence: 1, part: 0 });
      const [behind, hinted] = [ask(1, 7), window.part(1, 1)];
      const arrived = vi.fn();
      behind.then(arrived);
      window.add(segment());
      expect(await hinted).toBeUndefined();
      await vi.advanceTimersByTimeAsync(0);
      expect(arrived).not.toHaveBeenCalled();
      window.addPart(part(0));
      expect(await behind).toBe("ready");
      window.end();
      expect(window.lastPart).toBeUndefined();
      vi.useRealTimers();
    });

    test("whoever asks for what comes next waits for it, and no longer than allowed", async () => {
      vi.useFakeTimers();
      const window = new LiveWindow(3, kept(15_000));
      window.add(segment());
      window.addPart(part(0));
      const arrivals: string[] = [];
      const ask = (sequence: number, index?: number) => {
        const name = `${sequence}.${index}`;
        return window
          .awaitMedia({ sequence, part: index })
          .then((arrival) => arrivals.push(`${name} ${arrival}`));
      };
      const hinted = window.part(1, 1);
      const waiting = [ask(0), ask(1, 0), ask(1, 1), ask(1), ask(2, 0), ask(3)];
      await vi.advanceTimersByTimeAsync(0);
      expect(arrivals).toEqual(["0.undefined ready", "1.0 ready", "3.undefined too-early"]);
      window.addPart(part(1));
      await vi.advanceTimersByTimeAsync(0);
      expect(arrivals.slice(3)).toEqual(["1.1 ready"]);
      expect(await hinted).toEqual(Buffer.of(1));
      window.add(segment());
      await vi.advanceTimersByTimeAsync(6_000);
      expect(arrivals.slice(4)).toEqual(["1.undefined ready", "2.0 timeout"]);
      await Promise.all(waiting);
      // Parts of a segment that is complete are still there; others aren't waited for.
      expect(await window.part(1, 1)).toEqual(Buffer.of(1));
      expect(await window.part(1, 7)).toBeUndefined();
      expect(await window.part(5, 0)).toBeUndefined();
      vi.useRealTimers();
    });
  });
});
