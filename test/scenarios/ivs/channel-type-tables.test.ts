/** The user guide's channel types, compared with the engine's results from the service's tables. */
import type { ChannelType } from "@aws-sdk/client-ivs";
import { describe, expect, test } from "vitest";
import {
  bitrateBreach,
  resolutionBreach,
} from "../../../packages/media/src/broadcast/ingest-limits.ts";
import { chooseLadder } from "../../../packages/media/src/transcode/ladder.ts";
import {
  ladderOf,
  sourceLimitsOf,
} from "../../../packages/server/src/services/ivs/channels/channel-types.ts";

/** `name size rate/audio`, the source first. */
function shape(
  type: ChannelType,
  preset: string,
  width: number,
  height: number,
  frameRate: number,
): (string | undefined)[] {
  const plan = ladderOf(type, preset);
  const { source, steps } = plan
    ? chooseLadder(plan, { width, height, frameRate })
    : { source: true, steps: [] };
  return [
    ...(source ? ["source"] : []),
    ...steps.map(({ name, video, audio }) =>
      video
        ? `${name} ${video.width}x${video.height} ${video.bitrate / 1_000}k/${audio}`
        : `${name} ${audio}`,
    ),
  ];
}

const standardSmall = [
  "480p30 852x480 1400k/copy",
  "360p30 640x360 630k/64000",
  "160p30 284x160 230k/48000",
];

describe("ladders of the user guide, Channel Types", () => {
  test.each([
    [1920, 1080, 60, ["source", "720p60 1280x720 3400k/copy", ...standardSmall]],
    [1920, 1080, 30, ["source", "720p30 1280x720 2400k/copy", ...standardSmall]],
    [1600, 900, 50, ["source", "720p60 1280x720 3400k/copy", ...standardSmall]],
    [1280, 720, 60, ["720p60 1280x720 3400k/copy", ...standardSmall]],
    [1280, 720, 25, ["720p30 1280x720 2400k/copy", ...standardSmall]],
    [960, 540, 30, standardSmall],
    [852, 480, 30, standardSmall],
    [640, 360, 30, ["source", "160p30 284x160 230k/48000"]],
    [640, 400, 30, ["source", "360p30 576x360 630k/64000", "160p30 256x160 230k/48000"]],
    [320, 180, 30, ["source", "160p30 284x160 230k/48000"]],
    [160, 90, 30, ["source"]],
    [
      720,
      1280,
      30,
      [
        "720p30 720x1280 2400k/copy",
        "480p30 480x852 1400k/copy",
        "360p30 360x640 630k/64000",
        "160p30 160x284 230k/48000",
      ],
    ],
  ])("STANDARD, %i by %i at %i", (width, height, frameRate, expected) => {
    expect(shape("STANDARD", "", width, height, frameRate)).toEqual(expected);
  });

  const constrained = "CONSTRAINED_BANDWIDTH_DELIVERY";
  const higher = "HIGHER_BANDWIDTH_DELIVERY";
  const smallHigher = [
    "360p30 640x360 700k/64000",
    "160p30 284x160 270k/48000",
    "audio_only 64000",
  ];
  const smallConstrained = [
    "360p30 640x360 400k/64000",
    "160p30 284x160 220k/48000",
    "audio_only 64000",
  ];
  test.each([
    [
      "ADVANCED_HD",
      higher,
      60,
      ["720p60 1280x720 3000k/128000", "480p30 852x480 1300k/128000", ...smallHigher],
    ],
    [
      "ADVANCED_HD",
      "",
      30,
      ["720p30 1280x720 2300k/128000", "480p30 852x480 1300k/128000", ...smallHigher],
    ],
    [
      "ADVANCED_HD",
      constrained,
      60,
      ["720p60 1280x720 2200k/128000", "480p30 852x480 800k/128000", ...smallConstrained],
    ],
    [
      "ADVANCED_HD",
      constrained,
      30,
      ["720p30 1280x720 1900k/128000", "480p30 852x480 800k/128000", ...smallConstrained],
    ],
    ["ADVANCED_SD", higher, 60, ["480p30 852x480 1300k/128000", ...smallHigher]],
    ["ADVANCED_SD", constrained, 30, ["480p30 852x480 800k/128000", ...smallConstrained]],
  ] as const)("%s, preset '%s', of 1080p%i", (type, preset, frameRate, expected) => {
    expect(shape(type, preset, 1920, 1080, frameRate)).toEqual(expected);
  });

  test("BASIC serves the source alone", () => {
    expect(shape("BASIC", "", 1920, 1080, 60)).toEqual(["source"]);
  });
});

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
    [2560, 1440, { limit: "pixels", limitValue: 2_073_600, exceededBy: 1_612_800 }],
    [2048, 858, { limit: "edge", limitValue: 1_920, exceededBy: 128 }],
  ])("%i by %i", (width, height, expected) => {
    const breach = resolutionBreach(sourceLimitsOf("STANDARD"), { width, height });
    expect(breach).toEqual(expected);
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
      bitrateBreach(sourceLimitsOf(type), { width, height }, measured(bitrate), segments);
    expect(at(limit)).toBeUndefined();
    expect(at(limit * 1.5)).toEqual({
      limit: "bitrate",
      limitValue: limit,
      exceededBy: limit / 2,
    });
    expect(at(limit * 1.5, 2)).toBeUndefined();
  });
});
