import type { MediaSink } from "../ingest/ingest-port.ts";
import type { OpenFeed } from "../ingest/protocol.ts";
import type { SessionEndReason } from "../port/events.ts";
import type { MediaUnit, TrackConfig } from "../port/media-unit.ts";

/** A publication of another server that is shown here: all that was to be judged was there. */
export class MirroredPublisher implements MediaSink {
  readonly takes: MediaSink["takes"];
  readonly #feed: OpenFeed;
  readonly #onReady: () => void;
  #isReady = false;

  /** `onReady`: media of it may be subscribed to. */
  constructor(feed: OpenFeed, onReady: () => void) {
    this.takes = feed.takes;
    this.#feed = feed;
    this.#onReady = onReady;
  }

  configure(tracks: readonly TrackConfig[]): void {
    this.#feed.configure(tracks);
  }

  write(unit: MediaUnit): void {
    this.#feed.write(unit);
    if (!this.#isReady && unit.key) {
      this.#isReady = true;
      this.#onReady();
    }
  }

  announce(): void {}

  end(_reason: SessionEndReason, message: string): void {
    this.#feed.end(message);
  }
}
