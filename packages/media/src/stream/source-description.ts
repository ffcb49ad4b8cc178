import type { StreamMedia } from "../engine/messages.ts";
import type { Segment } from "../segmenter/segment.ts";
import { streamMedia } from "./stream-media.ts";
import type { TrackReader } from "./track-reader.ts";

/** What is known of a broadcast's source: from its configuration, and from the first segment after each change of it. */
export class SourceDescription {
  #media: StreamMedia | undefined;
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
    const media = this.#isStale ? streamMedia(tracks, segment) : this.#media;
    this.#isStale = false;
    if (media === undefined) {
      return false;
    }
    const isOther = JSON.stringify(media) !== JSON.stringify(this.#media);
    this.#media = media;
    return isOther;
  }
}
