import { strict as assert } from "node:assert";
import { performance } from "node:perf_hooks";
import type { MediaSink, Publisher } from "../ingest/ingest-port.ts";
import type { ProtocolForwarding } from "../ingest/protocol.ts";
import type { UntimedForwardingEvent } from "../port/forwarding.ts";
import { MediaError } from "../port/media-error.ts";
import type { ForwardedPublish } from "../port/publish.ts";
import { ForwardedPublisher } from "./forwarded-publisher.ts";
import { MirroredPublisher } from "./mirrored-publisher.ts";
import type { RelayPublisher } from "./relay-publisher.ts";

/** Throws MediaError `refused` for an encoder that has gone while the host decided on it. */
export function requireHere(isHere: boolean): void {
  if (!isHere) {
    throw new MediaError("refused", "the encoder left before it was accepted");
  }
}

export interface ForwardedPublishersOptions {
  readonly forwarding: ProtocolForwarding;
  /** Undefined for an engine that is alone. */
  readonly relay: RelayPublisher | undefined;
  readonly tracksDeadlineMs: number;
  readonly publish: (event: UntimedForwardingEvent) => void;
}

/** The encoders of an engine whose media is forwarded. */
export class ForwardedPublishers {
  readonly #options: ForwardedPublishersOptions;
  readonly #all = new Set<ForwardedPublisher>();

  constructor(options: ForwardedPublishersOptions) {
    this.#options = options;
  }

  /**
   * Takes a publisher that was let in to where its group is. The host hears of the publication's
   * end if that fails, too.
   */
  async take(
    publisher: Publisher,
    decision: ForwardedPublish,
    isHere: boolean,
  ): Promise<MediaSink> {
    const { relay, publish } = this.#options;
    try {
      requireHere(isHere);
      if (decision.elsewhere !== true) {
        return this.open(publisher, decision);
      }
      assert(relay, "only an engine of several hears of others");
      return await relay(publisher, decision);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const ended = { type: "publication-ended", reason: "failed", message } as const;
      publish({ ...decision.forward, ...ended });
      throw error;
    }
  }

  /** Begins a publication in this process. Throws MediaError `refused`. */
  open(publisher: Publisher, { forward, sourceLimits }: ForwardedPublish): MediaSink {
    const { tracksDeadlineMs, publish, forwarding } = this.#options;
    const onReady = (): void => publish({ ...forward, type: "publication-connected" });
    if (sourceLimits === undefined) {
      const { session } = forward;
      const onClosed = (message: string): void => publisher.disconnect(message);
      const feed = forwarding.openFeed(forward, { session, onClosed, mayHaveOpus: true });
      return new MirroredPublisher(feed, onReady);
    }
    const feed = forwarding.openFeed(forward, {
      session: forward.session,
      onClosed: (message) => {
        this.#all.delete(sink);
        publisher.disconnect(message);
      },
    });
    const sink: ForwardedPublisher = new ForwardedPublisher({
      ...{ publisher, feed, sourceLimits, tracksDeadlineMs },
      monotonicMs: () => performance.now(),
      onReady,
      onOver: () => this.#all.delete(sink),
    });
    this.#all.add(sink);
    return sink;
  }

  /** Called about once a second. */
  sweep(nowMs: number): void {
    for (const publisher of this.#all) {
      publisher.sweep(nowMs);
    }
  }
}
