import type { AnnouncedMetadata } from "../container/flv/metadata.ts";
import { END_REASONS } from "../ingest/end-reasons.ts";
import type { MediaFeed, Publisher } from "../ingest/ingest-port.ts";
import type { SessionEndReason } from "../port/events.ts";
import { MediaError, type MediaErrorCode } from "../port/media-error.ts";
import type { Calls } from "./calls.ts";
import type { MainMethods, PublisherFacts, RelaySource, WorkerMethods } from "./worker-messages.ts";

/** Media that may wait to leave a process, per publisher: a few seconds of Amazon IVS's largest rate. */
export const RELAY_BYTES_MAX = 8 * 1024 * 1024;
/** What an announcement counts for, as a message between processes. */
export const METADATA_BYTES = 1_024;

type Main = Calls<WorkerMethods, MainMethods>;

/** In the worker that has the connection: a feed that sends everything to where the broadcast is. */
export class RelayFeed implements MediaFeed {
  readonly publisher: Publisher;
  readonly #main: Main;
  readonly #onEnd: () => void;
  #unsentBytes = 0;

  constructor(publisher: Publisher, main: Main, onEnd: () => void) {
    this.publisher = publisher;
    this.#main = main;
    this.#onEnd = onEnd;
  }

  video(timestampMs: number, body: Buffer): void {
    this.#media("video", timestampMs, body);
  }

  audio(timestampMs: number, body: Buffer): void {
    this.#media("audio", timestampMs, body);
  }

  metadata(announced: AnnouncedMetadata): void {
    const sent = this.#reserve(METADATA_BYTES);
    this.#main.push(sent, "relayMetadata", this.publisher.id, announced);
  }

  end(reason: SessionEndReason, message: string): void {
    this.#main.tell("endRelay", this.publisher.id, reason, message);
    this.#onEnd();
  }

  #media(type: "video" | "audio", timestampMs: number, body: Buffer): void {
    const sent = this.#reserve(body.length);
    this.#main.push(sent, "relayMedia", this.publisher.id, type, timestampMs, body);
  }

  /** To be called when it is sent. */
  #reserve(bytes: number): () => void {
    if (this.#unsentBytes + bytes > RELAY_BYTES_MAX) {
      throw new MediaError("limit", "the media can't be handed on as fast as it comes");
    }
    this.#unsentBytes += bytes;
    return () => {
      this.#unsentBytes -= bytes;
    };
  }
}

/** In the worker that has the broadcast: a publisher whose connection another one has. */
export class RelayedPublisher implements Publisher {
  readonly id: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  readonly #source: RelaySource;
  #feed: MediaFeed | undefined;

  constructor({ id, remoteAddress, secure }: PublisherFacts, source: RelaySource) {
    this.id = id;
    this.remoteAddress = remoteAddress;
    this.secure = secure;
    this.#source = source;
  }

  get open(): boolean {
    return this.#feed !== undefined;
  }

  begin(feed: MediaFeed): void {
    this.#feed = feed;
  }

  disconnect(description: string): void {
    this.#feed = undefined;
    this.#source.disconnectPublisher(this.id, description);
  }

  fail(error: unknown): void {
    const code: MediaErrorCode = error instanceof MediaError ? error.code : "engine";
    const message = error instanceof Error ? error.message : String(error);
    this.end(END_REASONS[code], message);
    this.#source.failPublisher(this.id, code, message);
  }

  media(type: "video" | "audio", timestampMs: number, body: Uint8Array): void {
    try {
      const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      this.#feed?.[type](timestampMs, bytes);
    } catch (error) {
      this.fail(error);
    }
  }

  metadata(announced: AnnouncedMetadata): void {
    this.#feed?.metadata(announced);
  }

  end(reason: SessionEndReason, message: string): void {
    const feed = this.#feed;
    this.#feed = undefined;
    feed?.end(reason, message);
  }
}
