/** Hands items on to whoever listens now; remembers nothing. */
export class LiveFeed<Item> {
  readonly #listeners = new Set<(item: Item) => void>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Whether it is worth to make an item. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  publish(item: Item): void {
    for (const listener of this.#listeners) {
      try {
        listener(item);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  /** Returns the way to stop. */
  subscribe(listener: (item: Item) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
