import { END_REASONS } from "../ingest/end-reasons.ts";
import type { MediaSink, Publisher } from "../ingest/ingest-port.ts";
import type { SessionEndReason } from "../port/events.ts";
import { MediaError, type MediaErrorCode } from "../port/media-error.ts";
import type { AnnouncedMedia, MediaUnit, TrackCodec, TrackConfig } from "../port/media-unit.ts";
import type { Calls } from "./calls.ts";
import { RELAY_BYTES_MAX, relayedBytes } from "./relayed-bytes.ts";
import type {
  MainMethods,
  PublisherFacts,
  RelayedUnit,
  RelaySource,
  WorkerMethods,
} from "./worker-messages.ts";

type Main = Calls<WorkerMethods, MainMethods>;

/** A sink in the worker that has the connection: it sends everything to where the broadcast is. */
export class RelayFeed implements MediaSink {
  readonly publisher: Publisher;
  /** Known when the broadcast has taken the publisher. */
  takes: ReadonlySet<TrackCodec> = new Set();
  readonly #main: Main;
  readonly #onEnd: () => void;
  #unsentBytes = 0;

  constructor(publisher: Publisher, main: Main, onEnd: () => void) {
    this.publisher = publisher;
    this.#main = main;
    this.#onEnd = onEnd;
  }

  configure(tracks: readonly TrackConfig[]): void {
    const sent = this.#reserve(relayedBytes.tracks(tracks));
    this.#main.push(sent, "relayTracks", this.publisher.id, tracks);
  }

  write(unit: MediaUnit): void {
    const sent = this.#reserve(relayedBytes.unit(unit));
    this.#main.push(sent, "relayUnit", this.publisher.id, unit);
  }

  announce(announced: AnnouncedMedia): void {
    const sent = this.#reserve(relayedBytes.announced);
    this.#main.push(sent, "relayAnnounced", this.publisher.id, announced);
  }

  end(reason: SessionEndReason, message: string): void {
    this.#main.notify("endRelay", this.publisher.id, reason, message);
    this.#onEnd();
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

/** A publisher in the worker that has the broadcast, whose connection another one has. */
export class RelayedPublisher implements Publisher {
  readonly id: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  readonly #source: RelaySource;
  #sink: MediaSink | undefined;

  constructor({ id, remoteAddress, secure }: PublisherFacts, source: RelaySource) {
    this.id = id;
    this.remoteAddress = remoteAddress;
    this.secure = secure;
    this.#source = source;
  }

  get open(): boolean {
    return this.#sink !== undefined;
  }

  begin(sink: MediaSink): void {
    this.#sink = sink;
  }

  disconnect(description: string): void {
    this.#sink = undefined;
    this.#source.disconnectPublisher(this.id, description);
  }

  fail(error: unknown): void {
    const code: MediaErrorCode = error instanceof MediaError ? error.code : "engine";
    const message = error instanceof Error ? error.message : String(error);
    this.end(END_REASONS[code], message);
    this.#source.failPublisher(this.id, code, message);
  }

  tracks(tracks: readonly TrackConfig[]): void {
    try {
      this.#sink?.configure(tracks);
    } catch (error) {
      this.fail(error);
    }
  }

  unit({ data, ...unit }: RelayedUnit): void {
    try {
      const bytes = data.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
      this.#sink?.write({ ...unit, data: bytes });
    } catch (error) {
      this.fail(error);
    }
  }

  announced(announced: AnnouncedMedia): void {
    this.#sink?.announce(announced);
  }

  end(reason: SessionEndReason, message: string): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end(reason, message);
  }
}
