import type { RecordingFileRow, StreamStatus } from "@rolecast/media";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MetricSample } from "../../../kernel/ports/metric-sink.ts";
import { MetricSampler } from "./metric-sampler.ts";
import { RecordedTime } from "./recorded-time.ts";
import { ViewerCounter } from "./viewer-counter.ts";

const STREAM: StreamStatus = {
  streamName: "arn:aws:ivs:us-east-1:000000000000:channel/AbC",
  streamId: "st-1",
  state: "live",
  createdAtMs: 0,
  startedAtMs: 0,
  health: "HEALTHY",
  warnings: [],
  media: undefined,
  measured: { videoBitrate: 2_000, audioBitrate: 100, frameRate: 30, keyframeIntervalMs: 2_000 },
  furtherMeasured: [
    {
      track: 1,
      ...{ videoBitrate: 500, audioBitrate: 100, frameRate: 15 },
      keyframeIntervalMs: 2_000,
    },
  ],
  recording: { state: "recording", durationMs: 0, pendingBytes: 0, gaps: 0, thumbnailsLost: 0 },
};

const ROW: RecordingFileRow = {
  ...{ rendition: "720p30", index: 0, durationMs: 0, length: 1, programDateTimeMs: 0 },
  ...{ discontinuity: false, byteRanges: [] },
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("every five seconds a live stream's metrics are put, by channel and for the account", async () => {
  const clock = { nowMs: () => 1_000 };
  const viewers = new ViewerCounter(clock);
  for (const [id, country] of [
    ["a", "DE"],
    ["b", "DE"],
    ["c", "AT"],
    ["d", undefined],
  ] as const)
    viewers.note("st-1", { id, country });
  const samples: MetricSample[] = [];
  let streams = [STREAM];
  const recorded = new RecordedTime();
  const file = (streamId: string, durationMs: number, fileMs: number, rendition = "720p30") =>
    recorded.note({
      ...{ type: "recording-progress", streamName: STREAM.streamName, streamId, atMs: 0, files: 1 },
      ...{ durationMs, row: { ...ROW, rendition, durationMs: fileMs } },
    });
  const live = { engine: { streams: async () => streams }, viewers, recorded };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const sampler = new MetricSampler(
    live as never,
    { put: (all) => samples.push(...all) },
    clock,
    log,
  );
  sampler.start();
  file("st-1", 10_000, 10_000);
  file("st-1", 10_000, 10_000, "160p30");
  await vi.advanceTimersByTimeAsync(5_000);
  // The last file is written after the stream's end; the next stream goes on with the recording.
  streams = [];
  file("st-1", 14_000, 4_000);
  recorded.end("st-1");
  file("st-2", 17_000, 3_000);
  await vi.advanceTimersByTimeAsync(5_000);
  sampler.close();
  const values = (name: string, dimensions: object) =>
    samples
      .filter(
        (each) =>
          each.name === name && JSON.stringify(each.dimensions) === JSON.stringify(dimensions),
      )
      .map(({ value }) => value);
  expect(values("IngestBitrate", { Channel: "AbC" })).toEqual([2_600]);
  expect(values("IngestBitrate", {})).toEqual([2_600]);
  expect(values("IngestVideoBitrate", { Channel: "AbC" })).toEqual([2_500]);
  expect(values("IngestFramerate", { Channel: "AbC" })).toEqual([30]);
  for (const [name, first, second] of [
    ["IngestVideoBitrate", [2_000], [500]],
    ["IngestFramerate", [30], [15]],
    ["KeyframeInterval", [2], [2]],
    ["IngestAudioBitrate", [100], []],
  ] as const) {
    expect(values(name, { Channel: "AbC", Track: "Track0" })).toEqual(first);
    expect(values(name, { Channel: "AbC", Track: "Track1" })).toEqual(second);
  }
  expect(values("ConcurrentViews", { Channel: "AbC" })).toEqual([4]);
  expect(values("LiveDeliveredTime", {})).toEqual([20]);
  expect(values("LiveDeliveredTime", { Channel: "AbC", ViewerCountryCode: "DE" })).toEqual([10]);
  expect(values("LiveDeliveredTime", { Channel: "AbC", ViewerCountryCode: "AT" })).toEqual([5]);
  expect(values("ConcurrentStreams", { Health: "HEALTHY" })).toEqual([1]);
  expect(values("RecordedTime", { Channel: "AbC" })).toEqual([10, 7]);
  expect(values("KeyframeInterval", { Channel: "AbC" })).toEqual([2]);
  expect(
    samples.every(
      ({ accountId, region }) => accountId === "000000000000" && region === "us-east-1",
    ),
  ).toBe(true);
});
