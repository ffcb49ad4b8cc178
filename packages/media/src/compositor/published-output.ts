import { END_REASONS } from "../ingest/end-reasons.ts";
import type { MediaSink, Publisher } from "../ingest/ingest-port.ts";
import { MediaError } from "../port/media-error.ts";
import { type MediaUnit, nothingAnnounced, type TrackConfig } from "../port/media-unit.ts";
import type { PublishRequest } from "../port/publish.ts";
import { inBackground } from "../runtime/in-background.ts";
import type { CompositionSink, OutputEvent } from "./composition-sink.ts";

/** An output that was lost is tried again so often, and given up after so long. */
const RETRY_MS = 2_000;
const GIVEN_UP_AFTER_MS = 30_000;

/** Asks whether a publisher may publish, and begins its broadcast. Rejects with MediaError. */
export type Publish = (publisher: Publisher, request: PublishRequest) => Promise<MediaSink>;

export interface PublishedOutputOptions {
  /** The name under which it publishes. */
  readonly name: string;
  readonly publish: Publish;
  readonly newConnectionId: () => string;
  readonly monotonicMs: () => number;
  readonly onEvent: (event: OutputEvent) => void;
}

/** Publishes a composition as an encoder would, and again after it was cut off. */
export class PublishedOutput implements Publisher, CompositionSink {
  readonly remoteAddress = "";
  readonly secure = true;
  id: string;
  readonly #options: PublishedOutputOptions;
  #tracks = new Map<number, TrackConfig>();
  #sink: MediaSink | undefined;
  /** Media is given from a keyframe on. */
  #hasBegun = false;
  #state: "new" | "connecting" | "open" | "lost" | "over" = "new";
  #lostAtMs = 0;
  #triedAtMs = 0;

  constructor(options: PublishedOutputOptions) {
    this.#options = options;
    this.id = options.newConnectionId();
  }

  get open(): boolean {
    return this.#state === "open" || this.#state === "connecting";
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  connect(): void {
    const { name, publish, newConnectionId, monotonicMs } = this.#options;
    const isFirst = this.#state === "new";
    this.#state = "connecting";
    this.#triedAtMs = monotonicMs();
    this.id = newConnectionId();
    const request: PublishRequest = {
      ...{ protocol: "composition", name, priority: undefined },
      ...{ connectionId: this.id, secure: true, remoteAddress: "" },
    };
    inBackground(
      publish(this, request).then(
        (sink) => this.#connected(sink),
        (error: unknown) => {
          if (isFirst) {
            this.#give(messageOf(error));
          } else {
            this.#lose(messageOf(error));
          }
        },
      ),
    );
  }

  sweep(): void {
    if (this.#state !== "lost") {
      return;
    }
    const nowMs = this.#options.monotonicMs();
    if (nowMs - this.#triedAtMs >= RETRY_MS) {
      this.connect();
    }
  }

  configure(tracks: readonly TrackConfig[]): void {
    for (const track of tracks) {
      this.#tracks.set(track.id, track);
    }
    this.#try((sink) => sink.configure(tracks));
  }

  write(unit: MediaUnit): void {
    const isPicture = this.#tracks.get(unit.track)?.kind === "video";
    this.#hasBegun ||= isPicture && unit.key;
    if (this.#hasBegun) {
      this.#try((sink) => sink.write(unit));
    }
  }

  /** The broadcast begins anew, too. */
  interrupt(message: string): void {
    this.#tracks = new Map();
    if (this.open) {
      this.#sink?.end("connection-lost", message);
      this.#lose(message);
    }
  }

  end(): void {
    if (this.#state === "over") {
      return;
    }
    this.#state = "over";
    this.#sink?.end("publisher-finished", "the composition is over");
    this.#sink = undefined;
    this.#options.onEvent({ type: "output-ended" });
  }

  abandon(message: string): void {
    this.#sink?.end("connection-lost", message);
    this.#give(message);
  }

  disconnect(description: string): void {
    this.#lose(description);
  }

  fail(error: unknown): void {
    const reason = error instanceof MediaError ? END_REASONS[error.code] : "internal-error";
    const message = messageOf(error);
    this.#sink?.end(reason, message);
    this.#lose(message);
  }

  #connected(sink: MediaSink): void {
    if (this.#state !== "connecting") {
      sink.end("publisher-finished", "the composition is over");
      return;
    }
    this.#state = "open";
    this.#lostAtMs = 0;
    this.#hasBegun = false;
    this.#sink = sink;
    this.#options.onEvent({ type: "output-started" });
    this.#try(() => {
      sink.announce(nothingAnnounced);
      sink.configure([...this.#tracks.values()]);
    });
  }

  #try(run: (sink: MediaSink) => void): void {
    const sink = this.#sink;
    if (sink === undefined) {
      return;
    }
    try {
      run(sink);
    } catch (error) {
      this.fail(error);
    }
  }

  #lose(message: string): void {
    if (this.#state === "over" || this.#state === "lost") {
      return;
    }
    const nowMs = this.#options.monotonicMs();
    const wasOpen = this.#state === "open";
    this.#state = "lost";
    this.#sink = undefined;
    this.#hasBegun = false;
    if (wasOpen) {
      this.#lostAtMs = nowMs;
      this.#triedAtMs = nowMs;
      this.#options.onEvent({ type: "output-reconnecting", message });
    } else if (nowMs - this.#lostAtMs > GIVEN_UP_AFTER_MS) {
      this.#give(message);
    }
  }

  #give(message: string): void {
    if (this.#state !== "over") {
      this.#state = "over";
      this.#sink = undefined;
      this.#options.onEvent({ type: "output-failed", message });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
