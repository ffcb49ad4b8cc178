import { renditionName } from "../hls/rendition-name.ts";
import type { LadderRequest } from "../port/ladder.ts";

/*
 * Source: Amazon IVS user guide, "Channel Types". It names landscape sizes only; here a picture's
 * height is its shorter side, so that portrait streams get the same steps. Inputs below 480p aren't
 * in it: they keep the source on top (or, on ADVANCED channels, their own size) and get the steps
 * below it.
 */

export interface SourcePicture {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

/** One rendition that is encoded. */
export interface LadderStep {
  /** `480p30` or `audio_only`. */
  readonly name: string;
  readonly video: (SourcePicture & { readonly bitrate: number }) | undefined;
  /** Bits per second, or the source's own frames. */
  readonly audio: number | "copy";
}

export interface Ladder {
  /** The encoder's own media is served too, as the best rendition. */
  readonly source: boolean;
  /** The best first. */
  readonly steps: readonly LadderStep[];
}

const AUDIO_ONLY = "audio_only";
/** Rates from here on count as 60 and are halved for the steps that have 30. */
const HIGH_FRAME_RATE_LEAST = 40;
const AUDIO_ONLY_BITRATE = 64_000;
const SMALLEST_STEP = 160;
const WIDE = 16 / 9;
const WIDE_TOLERANCE = 0.01;
const SOURCE_KEPT_BELOW = 480;

interface Rates {
  readonly 720: { readonly 60: number; readonly 30: number };
  readonly 480: number;
  readonly 360: number;
  readonly 160: number;
}

const STANDARD: Rates = {
  720: { 60: 3_400_000, 30: 2_400_000 },
  480: 1_400_000,
  360: 630_000,
  160: 230_000,
};
const HIGHER_BANDWIDTH: Rates = {
  720: { 60: 3_000_000, 30: 2_300_000 },
  480: 1_300_000,
  360: 700_000,
  160: 270_000,
};
const CONSTRAINED_BANDWIDTH: Rates = {
  720: { 60: 2_200_000, 30: 1_900_000 },
  480: 800_000,
  360: 400_000,
  160: 220_000,
};
const STANDARD_AUDIO = { 720: "copy", 480: "copy", 360: 64_000, 160: 48_000 } as const;
const ADVANCED_AUDIO = { 720: 128_000, 480: 128_000, 360: 64_000, 160: 48_000 } as const;
const HEIGHTS = [720, 480, 360, 160] as const;
type Height = (typeof HEIGHTS)[number];

/** The renditions that a channel makes of a source. */
export function chooseLadder(request: LadderRequest, source: SourcePicture): Ladder {
  switch (request.type) {
    case "BASIC":
      return { source: true, steps: [] };
    case "STANDARD":
      return standard(source);
    case "ADVANCED_SD":
      return advanced(request, source, 480);
    case "ADVANCED_HD":
      return advanced(request, source, 720);
    default:
      return request.type satisfies never;
  }
}

function standard(source: SourcePicture): Ladder {
  const side = shortSide(source);
  const keepsSource = side > 720 || side < SOURCE_KEPT_BELOW;
  const heights = HEIGHTS.filter((height) => (keepsSource ? height < side : height <= side));
  return {
    source: keepsSource,
    steps: heights.map((height) => step(source, height, STANDARD, STANDARD_AUDIO[height])),
  };
}

function advanced(request: LadderRequest, source: SourcePicture, most: number): Ladder {
  const isConstrained = request.preset === "CONSTRAINED_BANDWIDTH_DELIVERY";
  const rates = isConstrained ? CONSTRAINED_BANDWIDTH : HIGHER_BANDWIDTH;
  const side = Math.min(most, Math.max(shortSide(source), SMALLEST_STEP));
  const heights = HEIGHTS.filter((height) => height <= side);
  return {
    source: false,
    steps: [
      ...heights.map((height) => step(source, height, rates, ADVANCED_AUDIO[height])),
      { name: AUDIO_ONLY, video: undefined, audio: AUDIO_ONLY_BITRATE },
    ],
  };
}

function step(
  source: SourcePicture,
  height: Height,
  rates: Rates,
  audio: LadderStep["audio"],
): LadderStep {
  const isFast = source.frameRate >= HIGH_FRAME_RATE_LEAST;
  const frameRate =
    isFast && height !== 720 ? source.frameRate / framesPerStepFrame(source) : source.frameRate;
  const bitrate = height === 720 ? rates[720][isFast ? 60 : 30] : rates[height];
  const size = scaled(source, height);
  return {
    name: renditionName(height, frameRate),
    video: { ...size, frameRate, bitrate },
    audio,
  };
}

/** Of so many frames of the source, a step with 30 frames per second has one. */
export function framesPerStepFrame({ frameRate }: SourcePicture): number {
  return Math.max(1, Math.round(frameRate / 30));
}

/**
 * The size whose shorter side is `side`, without distortion: even, as H.264's colours need, and not
 * upscaled. What is nearly 16:9, as 852x480 is, gets the guide's sizes.
 */
function scaled(source: SourcePicture, side: number): { width: number; height: number } {
  const { width, height } = source;
  const short = shortSide(source);
  const long = Math.max(width, height);
  const isWide = Math.abs(long / short / WIDE - 1) < WIDE_TOLERANCE;
  const longest = isWide ? Math.min(long, side * WIDE) : (long * side) / short;
  const factor = Math.min(1, side / short);
  const even = (length: number): number => {
    const exact = length === long ? Math.min(long, longest) : length * factor;
    return Math.max(2, Math.floor(exact / 2) * 2);
  };
  return { width: even(width), height: even(height) };
}

function shortSide({ width, height }: SourcePicture): number {
  return Math.min(width, height);
}
