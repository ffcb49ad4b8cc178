import type { LimitBreach } from "../port/events.ts";
import type { PictureSize, SourceLimits } from "../port/ladder.ts";
import type { StreamMeasurement } from "../port/source.ts";

/** Encoders with a constant rate pass it for moments. */
const BITRATE_TOLERANCE = 1.1;
/** Segments of which the average counts: a stream's first seconds are no measure of it. */
const SEGMENTS_MEASURED_LEAST = 3;

interface Picture {
  readonly width: number;
  readonly height: number;
}

/** A picture that is larger than the limits allow. */
export function resolutionBreach(
  { pixelsMax, edgeMax }: PictureSize,
  { width, height }: Picture,
): LimitBreach | undefined {
  const edge = Math.max(width, height);
  const pixels = width * height;
  if (pixels > pixelsMax) {
    return { limit: "pixels", limitValue: pixelsMax, exceededBy: pixels - pixelsMax };
  }
  return edge > edgeMax
    ? { limit: "edge", limitValue: edgeMax, exceededBy: edge - edgeMax }
    : undefined;
}

/** Bits per second that are allowed for a picture, or before its size is known. */
export function bitrateLimit(
  { bitrates }: SourceLimits,
  picture: Picture | undefined,
): number | undefined {
  const fitting = bitrates.find(
    (size) => picture === undefined || resolutionBreach(size, picture) === undefined,
  );
  return (fitting ?? bitrates.at(-1))?.bitrateMax;
}

/** A rate that the limits don't allow, over the `segments` measured last. */
export function bitrateBreach(
  limits: SourceLimits,
  picture: Picture,
  { videoBitrate, audioBitrate }: StreamMeasurement,
  segments: number,
): LimitBreach | undefined {
  const limitValue = bitrateLimit(limits, picture);
  const measured = videoBitrate + audioBitrate;
  if (limitValue === undefined || segments < SEGMENTS_MEASURED_LEAST) {
    return undefined;
  }
  return measured > limitValue * BITRATE_TOLERANCE
    ? { limit: "bitrate", limitValue, exceededBy: measured - limitValue }
    : undefined;
}

const UNITS = {
  bitrate: "bits per second",
  pixels: "pixels",
  edge: "pixels per edge",
} as const satisfies Record<LimitBreach["limit"], string>;

/** A sentence for the operator. */
export function whatIsAllowed({ limit, limitValue }: LimitBreach): string {
  return `${limitValue} ${UNITS[limit]} are allowed`;
}

/** Watches one source, and reports its first breach only. */
export class IngestGuard {
  readonly #limits: SourceLimits | undefined;
  readonly #onBreach: (breach: LimitBreach) => void;
  #isBreached = false;

  constructor(limits: SourceLimits | undefined, onBreach: (breach: LimitBreach) => void) {
    this.#limits = limits;
    this.#onBreach = onBreach;
  }

  /** The source is about to be disconnected. */
  get isBreached(): boolean {
    return this.#isBreached;
  }

  picture(picture: Picture): void {
    this.#report(this.#limits && resolutionBreach(this.#limits, picture));
  }

  rate(picture: Picture, measured: StreamMeasurement, segments: number): void {
    this.#report(this.#limits && bitrateBreach(this.#limits, picture, measured, segments));
  }

  #report(breach: LimitBreach | undefined): void {
    if (breach !== undefined && !this.#isBreached) {
      this.#isBreached = true;
      this.#onBreach(breach);
    }
  }
}
