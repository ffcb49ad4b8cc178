import type { Segment } from "../container/segment.ts";
import type { StreamMedia, TrackMeasurement } from "../port/source.ts";
import type { KnownTracks } from "./publisher-tracks.ts";
import { type MeasuredSegment, streamMedia } from "./stream-media.ts";

const NOTHING_MEASURED = { videoBytes: 0, audioBytes: 0, videoFrames: 0, durationMs: 0 };

/**
 * Describes a broadcast's source: from its configuration, and from the first segment after each
 * change of it.
 */
export class SourceDescription {
  #media: StreamMedia | undefined;
  /** `media` as JSON, without the figures that a segment measured. */
  #announced: string | undefined;
  /** Measurements of the first segment since the configuration changed. */
  #first: MeasuredSegment | undefined;
  #isStale = true;
  /** Tracks of the open segment. */
  #tracks: KnownTracks | undefined;
  /** Tracks of the segments after it. */
  #next: KnownTracks | undefined;

  /** Undefined until the first segment is complete. */
  get media(): StreamMedia | undefined {
    return this.#media;
  }

  /** The configuration came or changed: for the next segment, or for the open one already. */
  configure(tracks: KnownTracks, awaitsCut: boolean): void {
    this.#next = tracks;
    if (!awaitsCut) {
      this.#renew();
    }
  }

  /** A segment is complete. True when `media` is another one with it. */
  segment(segment: Segment, further: { measured(): readonly TrackMeasurement[] }): boolean {
    const isOther = this.#isStale && this.#describe(segment, further);
    this.#renew();
    return isOther;
  }

  #renew(): void {
    const next = this.#next;
    if (next !== undefined) {
      const { video, audio, further } = next;
      this.#tracks = {
        ...{ video, audio, further: new Map(further) },
        // It may come after the configuration.
        get announced() {
          return next.announced;
        },
      };
      this.#next = undefined;
      this.#isStale = true;
      this.#first = undefined;
    }
  }

  #describe(segment: Segment, further: { measured(): readonly TrackMeasurement[] }): boolean {
    const tracks = this.#tracks;
    if (tracks === undefined) {
      return false;
    }
    const { videoBytes, audioBytes, videoFrames, durationMs } = segment;
    this.#first ??= { videoBytes, audioBytes, videoFrames, durationMs };
    const measured = streamMedia(tracks, this.#first, further.measured());
    // Further tracks' segments are complete a little after the first one's.
    const isComplete = measured?.furtherVideo?.every((one) => one.targetBitrate > 0) ?? true;
    this.#isStale = !isComplete;
    const announced = JSON.stringify([isComplete, streamMedia(tracks, NOTHING_MEASURED, [])]);
    // A configuration that came again measures a little differently each time, which is nothing
    // new.
    if (announced === this.#announced) {
      return false;
    }
    this.#announced = announced;
    this.#media = measured;
    return this.#media !== undefined;
  }
}
