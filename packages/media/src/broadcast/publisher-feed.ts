import type { AnnouncedMetadata } from "../container/flv/metadata.ts";
import type { MediaFeed, Publisher } from "../ingest/ingest-port.ts";
import { type TakenTracks, TrackReader, type VideoFrame } from "../ingest/track-reader.ts";
import type { SessionEndReason } from "../port/events.ts";
import type { ReadPace } from "../runtime/stepped-reads.ts";
import type { Broadcast } from "./broadcast.ts";

/**
 * One publisher of a broadcast. While another one is active it only listens for its own configuration and its first
 * keyframe, with which it asks to take over.
 */
export class PublisherFeed implements MediaFeed {
  readonly publisher: Publisher;
  readonly priority: number;
  readonly tracks: TrackReader;
  readonly pace: ReadPace | undefined;
  readonly #broadcast: Broadcast;

  constructor(
    broadcast: Broadcast,
    publisher: Publisher,
    priority: number,
    takes: TakenTracks,
    pace?: ReadPace,
  ) {
    this.pace = pace;
    this.#broadcast = broadcast;
    this.tracks = new TrackReader(takes);
    this.publisher = publisher;
    this.priority = priority;
  }

  video(timestampMs: number, body: Buffer): void {
    for (const frame of this.tracks.readVideo(body)) {
      if (frame === "config") {
        if (this.#broadcast.isActive(this)) {
          this.#broadcast.configure(this.tracks);
        }
      } else if (this.#broadcast.isActive(this) || this.#tookOver(frame)) {
        this.#broadcast.video(timestampMs, frame);
      }
    }
  }

  audio(timestampMs: number, body: Buffer): void {
    const frame = this.tracks.readAudio(body);
    if (frame === undefined || !this.#broadcast.isActive(this)) {
      return;
    }
    if (frame === "config") {
      this.#broadcast.configure(this.tracks);
    } else {
      this.#broadcast.audio(timestampMs, frame);
    }
  }

  metadata(announced: AnnouncedMetadata): void {
    this.tracks.announced = announced;
  }

  end(reason: SessionEndReason, message: string): void {
    this.#broadcast.gone(this, reason, message);
  }

  #tookOver({ keyframe, track }: VideoFrame): boolean {
    if (!keyframe || track !== 0 || this.tracks.video === undefined || !this.publisher.open) {
      return false;
    }
    this.#broadcast.takeOver(this);
    return true;
  }
}
