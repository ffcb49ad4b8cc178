import type { StreamMedia, TrackMeasurement } from "../engine/messages.ts";
import type { Segment } from "../segmenter/segment.ts";
import { type MeasuredSegment, streamMedia } from "./stream-media.ts";
import type { TrackReader } from "./track-reader.ts";

const NOTHING_MEASURED = { videoBytes: 0, audioBytes: 0, videoFrames: 0, durationMs: 0 };

/** What is known of a broadcast's source: from its configuration, and from the first segment after each change of it. */
export class SourceDescription {
  #media: StreamMedia | undefined;
  /** What `media` is without what a segment measured. */
  #announced: string | undefined;
  /** Of the first segment since the configuration changed. */
  #first: MeasuredSegment | undefined;
  #isStale = true;

  /** Undefined until the first segment is complete. */
  get media(): StreamMedia | undefined {
    return this.#media;
  }

  /** The configuration came or changed. */
  renew(): void {
    this.#isStale = true;
    this.#first = undefined;
  }

  /** True when `media` is another one with it. */
  segment(
    tracks: TrackReader,
    segment: Segment,
    further: { measured(): readonly TrackMeasurement[] },
  ): boolean {
    if (!this.#isStale) {
      return false;
    }
    const { videoBytes, audioBytes, videoFrames, durationMs } = segment;
    this.#first ??= { videoBytes, audioBytes, videoFrames, durationMs };
    const measured = streamMedia(tracks, this.#first, further.measured());
    // Further tracks' segments are complete a little after the first one's.
    const isComplete = measured?.furtherVideo?.every((one) => one.targetBitrate > 0) ?? true;
    this.#isStale = !isComplete;
    const announced = JSON.stringify([isComplete, streamMedia(tracks, NOTHING_MEASURED, [])]);
    // What came again as it was is measured a little differently each time, which is nothing new.
    if (announced === this.#announced) {
      return false;
    }
    this.#announced = announced;
    this.#media = measured;
    return this.#media !== undefined;
  }
}
