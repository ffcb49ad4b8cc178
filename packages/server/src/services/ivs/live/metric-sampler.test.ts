import type { StreamStatus } from "@rolecast/media";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MetricSample } from "../../../kernel/metric-sink.ts";
import { MetricSampler } from "./metric-sampler.ts";
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
  recording: { state: "recording", durationMs: 0, pendingBytes: 0, gaps: 0, thumbnailsLost: 0 },
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("every five seconds a live stream's metrics are told, by channel and for the account", async () => {
  const clock = { nowMs: () => 1_000 };
  const viewers = new ViewerCounter(clock);
  viewers.note("st-1", "somebody");
  const told: MetricSample[] = [];
  let recordedMs = 10_000;
  const streams = async () => [
    { ...STREAM, recording: { ...STREAM.recording, durationMs: recordedMs } },
  ];
  const live = { engine: { streams }, viewers };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const sampler = new MetricSampler(live as never, { put: (all) => told.push(...all) }, clock, log);
  sampler.start();
  await vi.advanceTimersByTimeAsync(5_000);
  recordedMs = 14_000;
  await vi.advanceTimersByTimeAsync(5_000);
  sampler.close();
  const values = (name: string, dimensions: object) =>
    told
      .filter(
        (each) =>
          each.name === name && JSON.stringify(each.dimensions) === JSON.stringify(dimensions),
      )
      .map(({ value }) => value);
  expect(values("IngestBitrate", { Channel: "AbC" })).toEqual([2_100, 2_100]);
  expect(values("IngestBitrate", {})).toEqual([2_100, 2_100]);
  expect(values("ConcurrentViews", { Channel: "AbC" })).toEqual([1, 1]);
  expect(values("ConcurrentStreams", { Health: "HEALTHY" })).toEqual([1, 1]);
  expect(values("RecordedTime", { Channel: "AbC" })).toEqual([10, 4]);
  expect(values("KeyframeInterval", { Channel: "AbC" })).toEqual([2, 2]);
  expect(
    told.every(({ accountId, region }) => accountId === "000000000000" && region === "us-east-1"),
  ).toBe(true);
});
