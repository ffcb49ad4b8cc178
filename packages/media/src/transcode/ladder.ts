import { renditionName } from "../hls/rendition-name.ts";
import type { LadderPlan, PlannedStep } from "../port/ladder.ts";

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
const WIDE = 16 / 9;
const WIDE_TOLERANCE = 0.01;

/** The renditions that a plan makes of a source. */
export function chooseLadder(plan: LadderPlan, source: SourcePicture): Ladder {
  const side = shortSide(source);
  const kept = plan.source;
  const keepsSource = kept !== undefined && (side > kept.above || side < kept.below);
  const fitting = plan.steps.filter(({ height }) => (keepsSource ? height < side : height <= side));
  const steps = keepsSource || fitting.length > 0 ? fitting : plan.steps.slice(-1);
  const { audioOnlyBitrate: audio } = plan;
  return {
    source: keepsSource,
    steps: [
      ...steps.map((planned) => step(source, planned)),
      ...(audio === undefined ? [] : [{ name: AUDIO_ONLY, video: undefined, audio }]),
    ],
  };
}

function step(source: SourcePicture, planned: PlannedStep): LadderStep {
  const { height, audio, fastBitrate } = planned;
  const isFast = source.frameRate >= HIGH_FRAME_RATE_LEAST;
  const keepsRate = !isFast || fastBitrate !== undefined;
  const frameRate = keepsRate ? source.frameRate : source.frameRate / framesPerStepFrame(source);
  const bitrate = isFast && fastBitrate !== undefined ? fastBitrate : planned.bitrate;
  const video = { ...scaled(source, height), frameRate, bitrate };
  return { name: renditionName(height, frameRate), video, audio };
}

/** A step with 30 frames per second has one for so many frames of the source. */
export function framesPerStepFrame({ frameRate }: SourcePicture): number {
  return Math.max(1, Math.round(frameRate / 30));
}

/**
 * The size whose shorter side is `side`, without distortion: even, as H.264's colours need, and not
 * upscaled. What is nearly 16:9, as 852x480 is, gets the usual sizes of 16:9.
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
