import { describe, expect, test } from "vitest";
import { TICKS_PER_MS } from "../container/media-clock.ts";
import { PID } from "../container/mpegts/transport-stream.ts";
import type { Segment } from "../container/segment.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import { aacConfig, avcConfig, otherAvcConfig, picture } from "../testing/synthetic-media.ts";
import { demux } from "../testing/ts-demuxer.ts";
import { LeadingCutter } from "./cutter.ts";
import { PART_DURATION_MAX_MS, type SegmentPart } from "./part-cutter.ts";
import { Segmenter } from "./segmenter.ts";
import { TimedMetadata } from "./timed-metadata.ts";
import { Timeline } from "./timeline.ts";

const NOW_MS = 1_700_000_000_000;

function make(metadata?: TimedMetadata): {
  readonly segmenter: Segmenter;
  readonly segments: Segment[];
} {
  const segments: Segment[] = [];
  const segmenter = new Segmenter({
    limits: defaultMediaLimits,
    cutter: new LeadingCutter(defaultMediaLimits, () => NOW_MS),
    timeline: new Timeline(),
    onSegment: (segment) => segments.push(segment),
    metadata,
  });
  segmenter.setVideoConfig(avcConfig);
  return { segmenter, segments };
}

/** Frames each 100 ms from `startMs`, keyframes each `keyframeMs`. */
function feed(segmenter: Segmenter, startMs: number, endMs: number, keyframeMs = 2_000): void {
  for (let timeMs = startMs; timeMs < endMs; timeMs += 100) {
    segmenter.video(timeMs >>> 0, 0, (timeMs - startMs) % keyframeMs === 0, picture(false));
  }
}

describe("segmenter", () => {
  test.for([
    [500, [2_000, 2_000, 2_000]],
    [2_000, [2_000, 2_000, 2_000]],
    [1_500, [3_000, 3_000]],
    [5_000, [5_000, 1_000]],
  ] as const)("with keyframes each %i ms, segments last %j", ([keyframeMs, durations]) => {
    const { segmenter, segments } = make();
    feed(segmenter, 0, 6_000, keyframeMs);
    segmenter.finish();
    expect(segments.map(({ durationMs }) => durationMs)).toEqual(durations);
    for (const segment of segments) {
      const { body, durationMs, keyframeIntervals } = segment;
      expect(keyframeIntervals.reduce((sum, range) => sum + range.durationMs, 0)).toBe(durationMs);
      expect(keyframeIntervals.at(-1)).toMatchObject({
        length: body.length - (keyframeIntervals.at(-1)?.offset ?? 0),
      });
      for (const { offset } of keyframeIntervals) {
        // Program tables, then a packet that allows random access: a player may begin here.
        expect(body.readUInt16BE(offset + 1)).toBe(0x4000);
        expect(body.readUInt16BE(offset + 189) & 0x1fff).toBe(PID.pmt);
        expect(body.readUInt8(offset + 376 + 5) & 0x40).toBe(0x40);
      }
    }
  });

  test("a keyframe that rounding made a few milliseconds early still ends the segment", () => {
    const { segmenter, segments } = make();
    feed(segmenter, 33, 2_000, 10_000);
    segmenter.video(2_032, 0, true, picture(true));
    expect(segments).toHaveLength(1);
  });

  test("a keyframe begins with a delimiter and the parameter sets", () => {
    const { segmenter, segments } = make();
    segmenter.video(0, 0, true, picture(true));
    segmenter.finish();
    const [unit] = demux(segments[0]?.body ?? Buffer.alloc(0));
    const prefix = Buffer.concat([Buffer.of(0, 0, 0, 1, 9, 0xf0), avcConfig.parameterSets]);
    expect(unit?.payload.subarray(0, prefix.length)).toEqual(prefix);
  });

  test("sound without pictures ends in a limit error, too", () => {
    const { segmenter } = make();
    segmenter.setAudioConfig(aacConfig);
    segmenter.video(0, 0, true, picture(true));
    const send = () => {
      for (let timeMs = 0; timeMs < 40_000; timeMs += 20) segmenter.audio(timeMs, Buffer.alloc(40));
    };
    expect(send).toThrow("the keyframe interval is too long");
  });

  test("nothing is written before the first keyframe", () => {
    const { segmenter, segments } = make();
    segmenter.setAudioConfig(aacConfig);
    segmenter.audio(0, Buffer.alloc(9));
    segmenter.video(0, 0, false, picture(false));
    segmenter.finish();
    expect(segments).toEqual([]);
  });

  test("B-frames keep their presentation times, and decoding times always rise", () => {
    const { segmenter, segments } = make();
    const offsets = [80, 160, 0, 0];
    offsets.forEach((offset, index) => {
      segmenter.video(index * 40, offset, index === 0, picture(index === 0));
    });
    segmenter.video(120, 0, false, picture(false));
    segmenter.finish();
    const units = demux(segments[0]?.body ?? Buffer.alloc(0));
    const origin = units[0]?.dts ?? 0;
    const relative = (ticks: number): number => (ticks - origin) / TICKS_PER_MS;
    expect(units.map(({ pts, dts }) => [relative(pts), relative(dts)])).toEqual([
      [80, 0],
      [200, 40],
      [80, 80],
      [120, 120],
      [121, 121],
    ]);
  });

  test("audio is packed, follows the sample clock despite rounding, resumes after a gap", () => {
    const { segmenter, segments } = make();
    segmenter.setAudioConfig(aacConfig);
    segmenter.video(0, 0, true, picture(true));
    const times = Array.from({ length: 50 }, (_, index) => Math.round((index * 1_024) / 48));
    for (const timeMs of [...times, 2_000]) {
      segmenter.audio(timeMs, Buffer.alloc(100));
    }
    segmenter.finish();
    const packs = demux(segments[0]?.body ?? Buffer.alloc(0)).filter(
      ({ pid }) => pid === PID.audio,
    );
    expect(packs.map(({ payload }) => payload.length)).toEqual([...Array(10).fill(535), 107]);
    const origin = packs[0]?.pts ?? 0;
    expect(packs.map(({ pts }) => pts - origin)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => index * 5 * 1_920),
      2_000 * TICKS_PER_MS,
    ]);
  });

  test("a changed configuration ends the segment at the next keyframe with a discontinuity", () => {
    const { segmenter, segments } = make();
    feed(segmenter, 0, 500, 500);
    segmenter.setVideoConfig(otherAvcConfig);
    feed(segmenter, 500, 1_000, 500);
    segmenter.finish();
    expect(segments.map(({ durationMs, discontinuity }) => [durationMs, discontinuity])).toEqual([
      [500, false],
      [500, true],
    ]);
  });

  test("another publisher's segment is a discontinuity with a clock of its own, joinable", () => {
    const { segmenter, segments } = make();
    feed(segmenter, 0, 1_000);
    // A reordered frame, shown after the ones that are decoded next: it stays before the other
    // publisher's.
    segmenter.video(1_000, 300, false, picture(false));
    segmenter.restart();
    feed(segmenter, 77_000, 78_000);
    segmenter.finish();
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, true]);
    expect(segments.map(({ programDateTimeMs }) => programDateTimeMs)).toEqual([NOW_MS, NOW_MS]);
    // The demuxer throws where continuity counters don't go on.
    const joined = demux(Buffer.concat(segments.map(({ body }) => body)));
    const times = joined.map(({ dts }) => dts);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const shown = joined.map(({ pts }) => pts);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
  });

  test("keyframes that stay away end in a limit error", () => {
    const { segmenter } = make();
    expect(() => feed(segmenter, 0, 40_000, 100_000)).toThrow(
      expect.objectContaining({ code: "limit", message: expect.stringContaining("keyframe") }),
    );
  });

  test("timed metadata stands before the next frame, also where that one begins a segment", () => {
    const metadata = new TimedMetadata();
    const { segmenter, segments } = make(metadata);
    feed(segmenter, 0, 2_000);
    metadata.add(segmenter.mediaMs, Buffer.from("first"));
    metadata.add(segmenter.mediaMs, Buffer.from("second"));
    segmenter.video(2_000, 0, true, picture(true));
    metadata.add(segmenter.mediaMs, Buffer.from("last"));
    segmenter.finish();
    const found = segments.map(({ body }) =>
      demux(body).flatMap(({ pid, pts, payload }) =>
        pid === PID.metadata ? [[pts, payload.toString()]] : [],
      ),
    );
    const at = (timeMs: number) => 126_000 + timeMs * TICKS_PER_MS;
    expect(found).toEqual([
      [
        [at(1_900), "first"],
        [at(1_900), "second"],
      ],
      [[at(2_000), "last"]],
    ]);
  });

  test.for([
    [24, 2_000],
    [25, 2_000],
    [30, 2_000],
    [50, 500],
    [60, 4_000],
    [7, 2_000],
  ] as const)(
    "at %i frames a second, parts make up their segments and keep to their target",
    ([rate, gop]) => {
      const parts: SegmentPart[][] = [[]];
      const segments: Segment[] = [];
      const segmenter = new Segmenter({
        limits: defaultMediaLimits,
        cutter: new LeadingCutter(defaultMediaLimits, () => NOW_MS),
        timeline: new Timeline(),
        onSegment: (segment) => {
          segments.push(segment);
          parts.push([]);
        },
        onPart: (part) => parts.at(-1)?.push({ ...part, body: Buffer.from(part.body) }),
      });
      segmenter.setVideoConfig(avcConfig);
      segmenter.setAudioConfig(aacConfig);
      for (let frame = 0; frame < 8 * rate; frame += 1) {
        const timeMs = Math.round((frame * 1_000) / rate);
        const keyframe = frame % Math.round((gop * rate) / 1_000) === 0;
        segmenter.video(timeMs, 0, keyframe, picture(keyframe, 700));
        segmenter.audio(timeMs, Buffer.alloc(40, 0x21));
      }
      segmenter.finish();
      expect(segments.length).toBeGreaterThan(1);
      for (const [index, segment] of segments.entries()) {
        const own = parts[index] ?? [];
        expect(Buffer.concat(own.map(({ body }) => body)).equals(segment.body)).toBe(true);
        expect(own.map((part) => part.index)).toEqual(own.map((_, ordinal) => ordinal));
        const total = own.reduce((sum, { durationMs }) => sum + durationMs, 0);
        expect(total).toBe(segment.durationMs);
        expect(own[0]?.independent).toBe(true);
        for (const part of own.slice(0, -1)) {
          expect(part.durationMs).toBeLessThanOrEqual(PART_DURATION_MAX_MS);
          // RFC 8216bis, 4.4.4.9: all but the last have 85 % of the target.
          if (rate >= 24) {
            expect(part.durationMs).toBeGreaterThanOrEqual(0.85 * PART_DURATION_MAX_MS);
          }
        }
      }
    },
  );

  test("what a rendition takes back is written again", () => {
    const metadata = new TimedMetadata();
    const { segmenter, segments } = make(metadata);
    feed(segmenter, 0, 1_000);
    metadata.add(450, Buffer.from("tag"));
    feed(segmenter, 1_000, 2_000, 10_000);
    segmenter.discard();
    feed(segmenter, 2_000, 4_100);
    const tags = segments
      .flatMap(({ body }) => demux(body))
      .filter(({ pid }) => pid === PID.metadata);
    expect(tags.map(({ payload }) => payload.toString())).toEqual(["tag"]);
  });

  test("sound that begins later, as fragments: another init section", () => {
    const segments: Segment[] = [];
    const segmenter = new Segmenter({
      limits: defaultMediaLimits,
      container: "fmp4",
      cutter: new LeadingCutter(defaultMediaLimits, () => NOW_MS),
      timeline: new Timeline(),
      onSegment: (segment) => segments.push(segment),
    });
    segmenter.setVideoConfig(avcConfig);
    feed(segmenter, 0, 2_500);
    segmenter.setAudioConfig(aacConfig);
    segmenter.audio(2_500, Buffer.alloc(40));
    feed(segmenter, 2_500, 6_500);
    segmenter.finish();
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, true, false]);
    const inits = segments.map(({ init }) => init?.body.includes("mp4a"));
    expect(inits).toEqual([false, true, true]);
    const names = segments.map(({ init }) => init?.name);
    expect(new Set(names).size).toBe(2);
    for (const { body, keyframeIntervals } of segments)
      for (const { offset } of keyframeIntervals)
        expect(body.toString("latin1", offset + 4, offset + 8)).toBe("moof");
  });
});
