import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type EarlierRecording,
  MERGED_DURATION_MAX_MS,
  MERGED_STREAMS_MAX,
  type MergeTraits,
  mergeTraits,
  type NextStream,
  whyNotMerged,
} from "./merge-rules.ts";

const further = { width: 854, height: 480, frameRate: 30, videoCodec: "avc1.4D401F" };
const traits: MergeTraits = {
  width: 1280,
  height: 720,
  frameRate: 30,
  videoCodec: "avc1.64001F",
  furtherVideo: [further],
  audioCodec: "mp4a.40.2",
  bitrate: 2_500_000,
  renditions: ["720p30"],
};
const earlier: EarlierRecording = { traits, streams: 1, startedAtMs: 0, closesAtMs: 100_000 };
const next: NextStream = { traits, connectedAtMs: 100_000, startedAtMs: 102_000 };

test("further tracks are compared by what their folders of thumbnails are named after", () => {
  const video = (height: number, frameRate: number) => ({
    ...{ width: height * 2, height, frameRate, codec: "avc1.4D401F" },
    ...{ profile: "Main", level: "3.1", targetBitrate: 0 },
  });
  const furtherVideo = [{ track: 1, ...video(480, 29.97) }];
  const { furtherVideo: compared } = mergeTraits({
    ...{ streamName: "c", streamId: "st-1", startedAtMs: 0 },
    stream: { video: video(720, 30), furtherVideo, audio: undefined, encoder: "" },
    media: { hlsPath: "", playlist: "", byteRangePlaylist: "", renditions: [] },
  });
  expect(compared).toEqual([{ ...further, width: 960 }]);
});

describe("a stream", () => {
  test("goes on with the recording of one that was like it, in time", () => {
    expect(whyNotMerged(earlier, next)).toBeUndefined();
  });

  test.each<[Partial<MergeTraits>]>([
    [{ width: 1278 }],
    [{ height: 718 }],
    [{ frameRate: 60 }],
    [{ videoCodec: "avc1.42C01F" }],
    [{ furtherVideo: undefined }],
    [{ furtherVideo: [] }],
    [{ furtherVideo: [{ ...further, videoCodec: "hvc1.1.6.L93.B0" }] }],
    [{ furtherVideo: [{ ...further, width: 640 }] }],
    [{ furtherVideo: [{ ...further, height: 360 }] }],
    [{ furtherVideo: [{ ...further, frameRate: 60 }] }],
    [{ audioCodec: "" }],
    [{ renditions: ["720p30", "480p30"] }],
    [{ bitrate: 3_750_001 }],
    [{ bitrate: 1_249_999 }],
  ])("with %o begins its own", (change) => {
    const different = { ...next, traits: { ...traits, ...change } };
    expect(whyNotMerged(earlier, different)).toMatch(/differ/);
  });

  test.each<[string, Partial<EarlierRecording>]>([
    ["after the window", { closesAtMs: next.connectedAtMs - 1 }],
    ["as the twenty-first", { streams: MERGED_STREAMS_MAX }],
    ["after 48 hours", { startedAtMs: next.startedAtMs - MERGED_DURATION_MAX_MS }],
  ])("%s begins its own", (_when, change) => {
    expect(whyNotMerged({ ...earlier, ...change }, next)).toBeDefined();
  });

  test("merges exactly while every bound holds", () => {
    const natural = fc.nat({ max: 400 });
    fc.assert(
      fc.property(natural, natural, natural, natural, (bitrate, late, streams, hours) => {
        const startedAtMs = hours * 3_600_000;
        const holds = bitrate >= 50 && bitrate <= 150 && late <= 200 && streams < 20 && hours < 48;
        const merged = whyNotMerged(
          { traits: { ...traits, bitrate: 100 }, streams, startedAtMs: 0, closesAtMs: 200 },
          { traits: { ...traits, bitrate }, connectedAtMs: late, startedAtMs },
        );
        expect(merged === undefined).toBe(holds);
      }),
      {
        examples: [
          [50, 200, 19, 47],
          [150, 0, 1, 0],
          [151, 0, 1, 0],
          [49, 0, 1, 0],
        ],
      },
    );
  });
});
