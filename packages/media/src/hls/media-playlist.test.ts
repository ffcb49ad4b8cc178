import { expect, test } from "vitest";
import { type MediaPlaylist, renderMediaPlaylist, renditionReportTag } from "./media-playlist.ts";
import { PeakBitrate } from "./peak-bitrate.ts";

const part = (index: number, discontinuity: boolean) => ({
  ...{ index, discontinuity, durationMs: 400, independent: index === 0 },
  ...{ body: Buffer.alloc(1), programDateTimeMs: 4_000 },
});

const playlist = (over: Partial<MediaPlaylist["next"]>, ended = false): string[] =>
  renderMediaPlaylist({
    ...{ targetDurationSeconds: 2, partTargetMs: 500, holdBackMs: 1_500, ended },
    ...{ discontinuitySequence: 3, segments: [], dateRanges: [] },
    next: { sequence: 7, parts: [part(0, false), part(1, false)], seam: false, ...over },
  })
    .trimEnd()
    .split("\n");

const HEAD = [
  ...["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:2"],
  "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500",
  "#EXT-X-PART-INF:PART-TARGET=0.500",
  ...["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-DISCONTINUITY-SEQUENCE:3"],
];
const PARTS = [
  "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:04.000Z",
  '#EXT-X-PART:DURATION=0.400,URI="7.0.ts",INDEPENDENT=YES',
  '#EXT-X-PART:DURATION=0.400,URI="7.1.ts"',
];
const HINTS = [
  '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="7.2.ts"',
  ...["#EXT-X-PREFETCH:7.ts", "#EXT-X-PREFETCH:8.ts"],
];

test("the segment that is being written begins where the media before it broke off", () => {
  expect(playlist({})).toEqual([...HEAD, ...PARTS, ...HINTS]);
  const broken = [...HEAD, "#EXT-X-DISCONTINUITY", ...PARTS, ...HINTS];
  const parts = [part(0, true), part(1, false)];
  expect(playlist({ seam: true })).toEqual(broken);
  expect(playlist({ parts })).toEqual(broken);
  expect(playlist({ parts, seam: true })).toEqual(broken);
});

test("nothing comes after the end", () => {
  expect(playlist({}, true)).toEqual([...HEAD, "#EXT-X-ENDLIST"]);
});

test("another rendition's report is its address and its last part", () => {
  expect(renditionReportTag("../720p/playlist.m3u8", { sequence: 7, part: 2 })).toBe(
    '#EXT-X-RENDITION-REPORT:URI="../720p/playlist.m3u8",LAST-MSN=7,LAST-PART=2',
  );
});

test.each([
  ["one segment", [[2_000, 1_000]], 4_000],
  [
    "the best of several",
    [
      [2_000, 1_000],
      [2_000, 3_000],
      [2_000, 1_000],
    ],
    12_000,
  ],
  [
    "no keyframe in a few milliseconds",
    [
      [6_000, 6_000],
      [5, 6_000],
      [6_000, 6_000],
    ],
    15_987,
  ],
  ["many short ones together", Array.from({ length: 12 }, () => [500, 500]), 8_000],
  [
    "the average where all is short",
    [
      [10, 1_000],
      [10, 3_000],
    ],
    1_600_000,
  ],
] as const)("a peak bit rate is that of %s", (_, pieces, expected) => {
  const peak = new PeakBitrate();
  for (const [durationMs, bytes] of pieces)
    peak.add({ durationMs: durationMs ?? 0, bytes: bytes ?? 0 });
  expect(peak.bitsPerSecond).toBe(expected);
});
