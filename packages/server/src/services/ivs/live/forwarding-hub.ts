import type {
  ForwardingEvent,
  IngestPorts,
  MediaForwarding,
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
  readonly #current: () => MediaForwarding;
  readonly #listeners = new Set<(event: ForwardingEvent) => void>();
  readonly #deciders = new Set<EncoderDecider>();

  constructor(
    options: HandedOnEncodersOptions,
    here: { readonly ports: IngestPorts | undefined },
    current: () => MediaForwarding,
  ) {
    this.#current = current;
    this.encoders = new HandedOnEncoders(options, () => here.ports ?? {});
  }

  listen(listener: (event: ForwardingEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  admitEncoders(decide: EncoderDecider): () => void {
    this.#deciders.add(decide);
    return () => this.#deciders.delete(decide);
  }

  /** Undefined where the stream key is none of those whose media is forwarded. */
  async decide(asked: PublishRequest, turnedAway: string | undefined) {
    const { request, isHandedOn } = this.encoders.take(asked);
    const circumstances = { turnedAway, isHandedOn };
    for (const decide of this.#deciders) {
      const decision = await decide(request, circumstances);
      if (decision) return decision;
    }
    return undefined;
  }

  publish(event: ForwardingEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  openPublication(offer: PublicationOffer) {
    return this.#current().openPublication(offer);
  }

  openSubscription(offer: SubscriptionOffer) {
    return this.#current().openSubscription(offer);
  }

  closeForwarding(group: string, session: string) {
    return this.#current().closeForwarding(group, session);
  }

  steerSubscription(group: string, session: string, wish: SubscriptionWish) {
    return this.#current().steerSubscription(group, session, wish);
  }

  groupStatus(group: string) {
    return this.#current().groupStatus(group);
  }
}
