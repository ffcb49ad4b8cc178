import type { LimitBreach } from "../port/events.ts";
import type { ChannelType } from "../port/ladder.ts";
import type { StreamMeasurement } from "../port/source.ts";

/*
 * Source: Amazon IVS user guide, "Channel Types", for sizes and bitrates; its page on EventBridge
 * for the words of the breach and for 495,000 pixels and 855 per edge, its bounds of 480p. Those of
 * 1080p aren't published: taken exactly.
 */

interface Bounds {
  readonly pixels: number;
  readonly edge: number;
}

const FULL_HD: Bounds = { pixels: 1_920 * 1_080, edge: 1_920 };
const SD: Bounds = { pixels: 495_000, edge: 855 };
const BITRATE = { transcoded: 8_500_000, basic: 3_500_000, basicSd: 1_500_000 } as const;
/**
 * Encoders with a constant rate pass it for moments; how much Amazon IVS lets pass isn't published.
 */
const BITRATE_TOLERANCE = 1.1;
/** Segments of which the average counts: a stream's first seconds are no measure of it. */
const SEGMENTS_MEASURED_LEAST = 3;

interface Picture {
  readonly width: number;
  readonly height: number;
}

/** A picture that is too large for any channel. */
export function resolutionBreach({ width, height }: Picture): LimitBreach | undefined {
  const edge = Math.max(width, height);
  const pixels = width * height;
  if (pixels > FULL_HD.pixels) {
    return breach("Ingest Resolution", FULL_HD.pixels, pixels, "total pixels");
  }
  return edge > FULL_HD.edge
    ? breach("Ingest Resolution", FULL_HD.edge, edge, "pixels per edge")
    : undefined;
}

/** A rate that the channel's type doesn't allow, over the `segments` measured last. */
export function bitrateBreach(
  type: ChannelType,
  { width, height }: Picture,
  { videoBitrate, audioBitrate }: StreamMeasurement,
  segments: number,
): LimitBreach | undefined {
  const isSd = width * height <= SD.pixels && Math.max(width, height) <= SD.edge;
  const basic = isSd ? BITRATE.basicSd : BITRATE.basic;
  const limit = type === "BASIC" ? basic : BITRATE.transcoded;
  const measured = videoBitrate + audioBitrate;
  return segments >= SEGMENTS_MEASURED_LEAST && measured > limit * BITRATE_TOLERANCE
    ? breach("Ingest Bitrate", limit, measured, "bits per second")
    : undefined;
}

function breach(
  name: LimitBreach["limitName"],
  value: number,
  measured: number,
  unit: LimitBreach["limitUnit"],
): LimitBreach {
  return { limitName: name, limitValue: value, exceededBy: measured - value, limitUnit: unit };
}

/** Watches one source; tells of its first breach only. */
export class IngestGuard {
  readonly #type: ChannelType | undefined;
  readonly #onBreach: (breach: LimitBreach) => void;
  #isBreached = false;

  /** Without a type there are no limits. */
  constructor(type: ChannelType | undefined, onBreach: (breach: LimitBreach) => void) {
    this.#type = type;
    this.#onBreach = onBreach;
  }

  /** The source is about to be disconnected. */
  get isBreached(): boolean {
    return this.#isBreached;
  }

  picture(picture: Picture): void {
    this.#tell(this.#type && resolutionBreach(picture));
  }

  rate(picture: Picture, measured: StreamMeasurement, segments: number): void {
    this.#tell(this.#type && bitrateBreach(this.#type, picture, measured, segments));
  }

  #tell(breach: LimitBreach | undefined): void {
    if (breach !== undefined && !this.#isBreached) {
      this.#isBreached = true;
      this.#onBreach(breach);
    }
  }
}
