import { describe, expect, test } from "vitest";
import { parseAacConfig } from "../codec/aac-config.ts";
import { PID } from "../container/mpegts/transport-stream.ts";
import type { Segment } from "../container/segment.ts";
import { defaultMediaLimits } from "../port/limits.ts";
import { aacConfig, avcConfig, otherAvcConfig, picture } from "../testing/synthetic-media.ts";
import { demux } from "../testing/ts-demuxer.ts";
import { CutSchedule, FollowingCutter, LeadingCutter } from "./cutter.ts";
import { Segmenter, type SegmenterOptions } from "./segmenter.ts";
import { Timeline } from "./timeline.ts";

describe.for(["mpegts", "fmp4"] as const)("sound that changes, as %s", (container) => {
  const other = parseAacConfig(Buffer.from("1210", "hex"));
  const OLD = 0x21;
  const NEW = 0x42;
  const FRAMES = 25;

  function pictures(to: Segmenter, startMs: number, endMs: number): void {
    for (let timeMs = startMs; timeMs < endMs; timeMs += 100) {
      to.video(timeMs, 0, timeMs % 2_000 === 0, picture(timeMs % 2_000 === 0));
    }
  }

  /**
   * How many frames of each sound segments of two seconds have, where `change` is made in the
   * second one.
   */
  function segmentsOf(options: Partial<SegmenterOptions>, change: (at: Segmenter) => void) {
    const segments: Segment[] = [];
    const segmenter = new Segmenter({
      limits: defaultMediaLimits,
      container,
      cutter: new LeadingCutter(defaultMediaLimits, () => 0),
      timeline: new Timeline(),
      onSegment: (segment) => segments.push(segment),
      ...options,
    });
    const sound = (startMs: number, kind: number): void => {
      for (let timeMs = startMs; timeMs < startMs + 500; timeMs += 500 / FRAMES) {
        segmenter.audio(timeMs, Buffer.alloc(40, kind));
      }
    };
    segmenter.setVideoConfig(avcConfig);
    segmenter.setAudioConfig(aacConfig);
    for (const startMs of [0, 500, 1_000, 1_500]) {
      pictures(segmenter, startMs, startMs + 500);
      sound(startMs, OLD);
    }
    change(segmenter);
    for (const startMs of [2_200, 2_700]) {
      pictures(segmenter, startMs, startMs + 500);
      sound(startMs, NEW);
    }
    pictures(segmenter, 4_000, 4_500);
    sound(4_000, NEW);
    segmenter.finish();
    const count = (body: Buffer, kind: number): number => {
      const sounds = demuxed(body);
      const frame = Buffer.alloc(40, kind);
      let found = 0;
      for (let at = sounds.indexOf(frame); at >= 0; at = sounds.indexOf(frame, at + 40)) {
        found += 1;
      }
      return found;
    };
    return segments.map(({ body, discontinuity }) => [
      discontinuity,
      count(body, OLD),
      count(body, NEW),
    ]);
  }
  const demuxed = (body: Buffer): Buffer =>
    container === "fmp4"
      ? body
      : Buffer.concat(
          demux(body).flatMap(({ pid, payload }) => (pid === PID.audio ? [payload] : [])),
        );

  /** The cuts of the source. */
  const schedule = (): Partial<SegmenterOptions> => {
    const cuts = new CutSchedule();
    for (const [index, timeMs] of [0, 2_000, 4_000].entries()) {
      const at = { index, timeMs, shownMs: timeMs, programDateTimeMs: timeMs };
      cuts.add({ ...at, discontinuity: index === 1 });
    }
    return { cutter: new FollowingCutter(cuts) };
  };
  const keyframe = (at: Segmenter): void => at.video(2_000, 0, true, picture(true));
  const late = (at: Segmenter): void => {
    for (const timeMs of [2_000, 2_020]) {
      at.audio(timeMs, Buffer.alloc(40, OLD));
    }
  };

  test.for<[string, () => Partial<SegmenterOptions>, (at: Segmenter) => void]>([
    ["before the keyframe", () => ({}), (at) => [at.setAudioConfig(other), keyframe(at)]],
    ["behind it", () => ({}), (at) => [keyframe(at), at.setAudioConfig(other)]],
    [
      "behind it, of another picture",
      () => ({}),
      (at) => [at.setVideoConfig(otherAvcConfig), keyframe(at), at.setAudioConfig(other)],
    ],
    [
      "behind it and behind the last of the old sound",
      () => ({}),
      (at) => [keyframe(at), late(at), at.setAudioConfig(other)],
    ],
    ["behind a rendition's", schedule, (at) => [keyframe(at), at.setAudioConfig(other)]],
    [
      "behind a rendition's and behind the last of the old sound",
      schedule,
      (at) => [keyframe(at), late(at), at.setAudioConfig(other)],
    ],
  ])("%s begins the segment", ([, options, change]) => {
    expect(segmentsOf(options(), change)).toEqual([
      [false, 4 * FRAMES, 0],
      [true, 0, 2 * FRAMES],
      [false, 0, FRAMES],
    ]);
  });

  test("in the middle of a segment waits for the next, also after a part was given away", () => {
    const between = (at: Segmenter): void => {
      keyframe(at);
      for (let timeMs = 2_000; timeMs < 2_200; timeMs += 20) {
        at.audio(timeMs, Buffer.alloc(40, OLD));
      }
      at.setAudioConfig(other);
    };
    const silent = (at: Segmenter): void => {
      keyframe(at);
      pictures(at, 2_100, 2_900);
      at.setAudioConfig(other);
    };
    const expected = (old: number) => [
      [false, 4 * FRAMES, 0],
      [false, old, 0],
      [true, 0, FRAMES],
    ];
    expect(segmentsOf({}, between)).toEqual(expected(10));
    expect(segmentsOf({ onPart: () => undefined }, silent)).toEqual(expected(0));
  });
});
