import type { NodeListener, NodeMessages } from "../kernel/ports/node-messages.ts";

/** Passes texts on inside the only process there is: before `publish` returns. */
export class LocalMessages implements NodeMessages {
  readonly #listeners = new Map<string, NodeListener>();

  listen(topic: string, listener: NodeListener): void {
    this.#listeners.set(topic, listener);
  }

  async open(): Promise<void> {}

  async publish(topic: string, text: string): Promise<void> {
    this.#listeners.get(topic)?.received(text);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
