import type {
  ForwardingEvent,
  IngestPorts,
  MediaEngine,
  PublicationMirror,
  PublicationOffer,
  PublishRequest,
  SubscriptionOffer,
  SubscriptionWish,
} from "@rolecast/media";
import type { EncoderDecider, ForwardingPort } from "../../../kernel/ports/forwarding.ts";
import { HandedOnEncoders, type HandedOnEncodersOptions } from "../nodes/handed-on-encoders.ts";

/** The engine's forwarding for other services. The engine may be another one after a restart. */
export class ForwardingHub implements ForwardingPort {
  /** Those of other nodes. */
  readonly encoders: HandedOnEncoders;
  readonly #engine: () => Pick<MediaEngine, "forwarding" | "mirrors">;
  readonly #listeners = new Set<(event: ForwardingEvent) => void>();
  readonly #deciders = new Map<
    EncoderDecider,
    ((streamKey: string) => Promise<boolean>) | undefined
  >();

  constructor(
    options: HandedOnEncodersOptions,
    here: { readonly ports: IngestPorts | undefined },
    engine: () => Pick<MediaEngine, "forwarding" | "mirrors">,
  ) {
    this.#engine = engine;
    this.encoders = new HandedOnEncoders(options, () => here.ports ?? {});
  }

  listen(listener: (event: ForwardingEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  admitEncoders(
    decide: EncoderDecider,
    hasKey?: (streamKey: string) => Promise<boolean>,
  ): () => void {
    this.#deciders.set(decide, hasKey);
    return () => this.#deciders.delete(decide);
  }

  /** Undefined where the stream key is none of those whose media is forwarded. */
  async decide(asked: PublishRequest, turnedAway: string | undefined) {
    const { request, isHandedOn } = this.encoders.take(asked);
    const circumstances = { turnedAway, isHandedOn };
    for (const decide of this.#deciders.keys()) {
      const decision = await decide(request, circumstances);
      if (decision) return decision;
    }
    return undefined;
  }

  async hasKey(streamKey: string): Promise<boolean> {
    for (const hasKey of this.#deciders.values()) if (await hasKey?.(streamKey)) return true;
    return false;
  }

  publish(event: ForwardingEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  openPublication(offer: PublicationOffer) {
    return this.#engine().forwarding.openPublication(offer);
  }

  openSubscription(offer: SubscriptionOffer) {
    return this.#engine().forwarding.openSubscription(offer);
  }

  closeForwarding(group: string, session: string) {
    return this.#engine().forwarding.closeForwarding(group, session);
  }

  steerSubscription(group: string, session: string, wish: SubscriptionWish) {
    return this.#engine().forwarding.steerSubscription(group, session, wish);
  }

  groupStatus(group: string) {
    return this.#engine().forwarding.groupStatus(group);
  }

  openMirror(mirror: PublicationMirror) {
    return this.#engine().mirrors.openMirror(mirror);
  }

  closeMirror(group: string, session: string) {
    return this.#engine().mirrors.closeMirror(group, session);
  }
}
