import type { Segment } from "../container/segment.ts";
import type { StreamMeasurement } from "../port/source.ts";

/** Measurements are of this many segments. */
const SEGMENTS_MEASURED = 5;

/** Measures one track's latest segments, of those that continue each other. */
export class SegmentMeasure {
  readonly #segments: Segment[] = [];

  /** Number of segments in `measured`. */
  get count(): number {
    return this.#segments.length;
  }

  add(segment: Segment): void {
    if (segment.discontinuity) {
      this.#segments.length = 0;
    }
    this.#segments.push(segment);
    if (this.#segments.length > SEGMENTS_MEASURED) {
      this.#segments.shift();
    }
  }

  measured(): StreamMeasurement {
    let durationMs = 0;
    let videoBytes = 0;
    let audioBytes = 0;
    let frames = 0;
    let intervals = 0;
    for (const segment of this.#segments) {
      durationMs += segment.durationMs;
      videoBytes += segment.videoBytes;
      audioBytes += segment.audioBytes;
      frames += segment.videoFrames;
      intervals += segment.keyframeIntervals.length;
    }
    const perSecond = (amount: number): number =>
      durationMs > 0 ? (amount * 1_000) / durationMs : 0;
    return {
      videoBitrate: Math.round(perSecond(videoBytes * 8)),
      audioBitrate: Math.round(perSecond(audioBytes * 8)),
      frameRate: Math.round(perSecond(frames) * 100) / 100,
      keyframeIntervalMs: intervals > 0 ? Math.round(durationMs / intervals) : 0,
    };
  }
}
