import type { StreamMedia } from "../engine/messages.ts";
import type { Segment } from "../segmenter/segment.ts";
import { streamMedia } from "./stream-media.ts";
import type { TrackReader } from "./track-reader.ts";

const NOTHING_MEASURED = { videoBytes: 0, audioBytes: 0, videoFrames: 0, durationMs: 0 };

/** What is known of a broadcast's source: from its configuration, and from the first segment after each change of it. */
export class SourceDescription {
  #media: StreamMedia | undefined;
  /** What `media` is without what a segment measured. */
  #announced: string | undefined;
  #isStale = true;

  /** Undefined until the first segment is complete. */
  get media(): StreamMedia | undefined {
    return this.#media;
  }

  /** The configuration came or changed. */
  renew(): void {
    this.#isStale = true;
  }

  /** True when `media` is another one with it. */
  segment(tracks: TrackReader, segment: Segment): boolean {
    if (!this.#isStale) {
      return false;
    }
    this.#isStale = false;
    const announced = JSON.stringify(streamMedia(tracks, NOTHING_MEASURED));
    // What came again as it was is measured a little differently each time, which is nothing new.
    if (announced === this.#announced) {
      return false;
    }
    this.#announced = announced;
    this.#media = streamMedia(tracks, segment);
    return this.#media !== undefined;
  }
}
