import type {
  ForwardingEvent,
  MediaForwarding,
  PublicationOffer,
  PublishRequest,
  SubscriptionOffer,
  SubscriptionWish,
} from "@rolecast/media";
import type { EncoderDecider, ForwardingPort } from "../../../kernel/ports/forwarding.ts";

/** The engine's forwarding for other services. The engine may be another one after a restart. */
export class ForwardingHub implements ForwardingPort {
  readonly #current: () => MediaForwarding;
  readonly #listeners = new Set<(event: ForwardingEvent) => void>();
  readonly #deciders = new Set<EncoderDecider>();

  constructor(current: () => MediaForwarding) {
    this.#current = current;
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
  async decide(request: PublishRequest, turnedAway: string | undefined) {
    for (const decide of this.#deciders) {
      const decision = await decide(request, turnedAway);
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
