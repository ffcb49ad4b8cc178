/** Passes an account's items on to its current listeners; keeps nothing. */
export class LiveFeed<Item> {
  readonly #listeners = new Map<string, Set<(item: Item) => void>>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Whether an item of the account would reach a listener. */
  hasListeners(accountId: string): boolean {
    return this.#listeners.has(accountId);
  }

  publish(accountId: string, item: Item): void {
    for (const listener of this.#listeners.get(accountId) ?? []) {
      try {
        listener(item);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  /** Returns a function that unsubscribes. */
  subscribe(accountId: string, listener: (item: Item) => void): () => void {
    const listeners = this.#listeners.get(accountId) ?? new Set();
    this.#listeners.set(accountId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(accountId) === listeners)
        this.#listeners.delete(accountId);
    };
  }
}
