import type { AwsEvent, EventBus } from "./events.ts";

/** Events kept for readers that come late. */
const RECENT_EVENTS_MAX = 1_000;

/** An event with its place in this process's sequence, which readers resume from. */
export interface SequencedEvent {
  readonly sequence: number;
  readonly event: AwsEvent;
}

/** The bus, in memory: hands events on at once and remembers the latest. */
export class EventLog implements EventBus {
  readonly #listeners = new Set<(event: AwsEvent) => void>();
  readonly #readers = new Set<(event: SequencedEvent) => void>();
  readonly #onListenerError: (error: unknown) => void;
  #recent: SequencedEvent[] = [];
  #sequence = 0;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  publish(event: AwsEvent): void {
    const sequenced = { sequence: ++this.#sequence, event };
    this.#recent.push(sequenced);
    if (this.#recent.length > RECENT_EVENTS_MAX) this.#recent.shift();
    for (const listener of this.#listeners) this.#deliver(() => listener(event));
    for (const reader of this.#readers) this.#deliver(() => reader(sequenced));
  }

  subscribe(listener: (event: AwsEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything remembered after `sequence`, then whatever comes. Returns the way to stop. */
  read(after: number, reader: (event: SequencedEvent) => void): () => void {
    for (const sequenced of this.#recent) {
      if (sequenced.sequence > after) reader(sequenced);
    }
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  clear(): void {
    this.#recent = [];
  }

  #deliver(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onListenerError(error);
    }
  }
}
