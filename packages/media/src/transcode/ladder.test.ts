import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LadderRequest } from "../port/ladder.ts";
import { chooseLadder } from "./ladder.ts";

/** `name size rate/audio`, the source first. */
function shape(
  request: LadderRequest,
  width: number,
  height: number,
  frameRate: number,
): (string | undefined)[] {
  const { source, steps } = chooseLadder(request, { width, height, frameRate });
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
    expect(shape({ type: "STANDARD" }, width, height, frameRate)).toEqual(expected);
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
    expect(shape({ type, preset }, 1920, 1080, frameRate)).toEqual(expected);
  });

  test("BASIC serves the source alone", () => {
    expect(shape({ type: "BASIC" }, 1920, 1080, 60)).toEqual(["source"]);
  });

  test("no step is larger or faster than its source, and sizes are even", () => {
    const side = fc.integer({ min: 16, max: 2_160 });
    const type = fc.constantFrom("STANDARD", "ADVANCED_SD", "ADVANCED_HD");
    fc.assert(
      fc.property(
        type,
        side,
        side,
        fc.integer({ min: 5, max: 120 }),
        (type, width, height, rate) => {
          const ladder = chooseLadder({ type }, { width, height, frameRate: rate });
          expect(ladder.source || ladder.steps.length > 0).toBe(true);
          for (const { video } of ladder.steps) {
            expect(video?.width ?? 0).toBeLessThanOrEqual(width);
            expect(video?.height ?? 0).toBeLessThanOrEqual(height);
            expect(video?.frameRate ?? 0).toBeLessThanOrEqual(rate);
            expect(((video?.width ?? 0) % 2) + ((video?.height ?? 0) % 2)).toBe(0);
          }
        },
      ),
    );
  });
});
