import type {
  ForwardingEvent,
  MediaForwarding,
  PublicationOffer,
  SubscriptionOffer,
  SubscriptionWish,
} from "@rolecast/media";
import type { ForwardingPort } from "../../../kernel/ports/forwarding.ts";

/** The engine's forwarding for other services. The engine may be another one after a restart. */
export class ForwardingHub implements ForwardingPort {
  readonly #current: () => MediaForwarding;
  readonly #listeners = new Set<(event: ForwardingEvent) => void>();

  constructor(current: () => MediaForwarding) {
    this.#current = current;
  }

  listen(listener: (event: ForwardingEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
