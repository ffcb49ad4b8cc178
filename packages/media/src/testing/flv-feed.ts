import type { PublisherFeed } from "../broadcast/publisher-feed.ts";
import { FlvUnits } from "../container/flv/flv-units.ts";
import type { SessionEndReason } from "../port/events.ts";
import type { AnnouncedMedia } from "../port/media-unit.ts";

/**
 * A publisher of a broadcast that sends bodies of FLV's tags, as RTMP's connection passes them on.
 */
export class FlvFeed {
  readonly sink: PublisherFeed;
  readonly #units: FlvUnits;

  constructor(sink: PublisherFeed) {
    this.sink = sink;
    this.#units = new FlvUnits(sink);
  }

  video(timestampMs: number, body: Buffer): void {
    this.#units.video(timestampMs, body);
  }

  audio(timestampMs: number, body: Buffer): void {
    this.#units.audio(timestampMs, body);
  }

  metadata(announced: AnnouncedMedia): void {
    this.sink.announce(announced);
  }

  end(reason: SessionEndReason, message: string): void {
    this.sink.end(reason, message);
  }
}
