import { describe, expect, test } from "vitest";
import { bitrateBreach, resolutionBreach } from "./ingest-limits.ts";

const measured = (bitrate: number) => ({
  videoBitrate: bitrate - 100_000,
  audioBitrate: 100_000,
  frameRate: 30,
  keyframeIntervalMs: 2_000,
});

describe("limits of the user guide, Channel Types", () => {
  test.each([
    [1920, 1080, undefined],
    [1080, 1920, undefined],
    [2560, 1440, { limitValue: 2_073_600, exceededBy: 1_612_800, limitUnit: "total pixels" }],
    [2048, 858, { limitValue: 1_920, exceededBy: 128, limitUnit: "pixels per edge" }],
  ])("%i by %i", (width, height, expected) => {
    const breach = resolutionBreach({ width, height });
    expect(breach).toEqual(expected && { limitName: "Ingest Resolution", ...expected });
  });

  test.each([
    ["BASIC", 852, 480, 1_500_000],
    ["BASIC", 640, 360, 1_500_000],
    ["BASIC", 1280, 720, 3_500_000],
    ["STANDARD", 640, 360, 8_500_000],
    ["ADVANCED_SD", 1920, 1080, 8_500_000],
    ["ADVANCED_HD", 1920, 1080, 8_500_000],
  ] as const)("%s, %i by %i: %i bits per second", (type, width, height, limit) => {
    const at = (bitrate: number, segments = 3) =>
      bitrateBreach(type, { width, height }, measured(bitrate), segments);
    expect(at(limit)).toBeUndefined();
    expect(at(limit * 1.5)).toEqual({
      limitName: "Ingest Bitrate",
      limitValue: limit,
      exceededBy: limit / 2,
      limitUnit: "bits per second",
    });
    expect(at(limit * 1.5, 2)).toBeUndefined();
  });
});
