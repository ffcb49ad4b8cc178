import type { AwsEvent, EventBus, EventText } from "./events.ts";

/** Events kept for readers that come late, over all accounts. */
const EVENTS_MAX = 1_000;
/** Bytes of them: the largest events are 256 KiB each. */
const BYTES_MAX = 16 * 1024 * 1024;

/** An event with its place in this process's sequence, which readers resume from. */
export interface SequencedEvent extends EventText {
  readonly sequence: number;
}

/** One account's part of the log. */
interface Share {
  count: number;
  bytes: number;
}

/**
 * The bus, in memory: passes events on at once and keeps the latest. When it is full, the account
 * with the most in it loses its oldest events, so that no account pushes out the others' events.
 */
export class EventLog implements EventBus {
  readonly #listeners = new Set<(event: AwsEvent) => void>();
  readonly #readers = new Set<() => void>();
  readonly #onListenerError: (error: unknown) => void;
  readonly #shares = new Map<string, Share>();
  #recent: SequencedEvent[] = [];
  #bytes = 0;
  #sequence = 0;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  publish(event: AwsEvent): void {
    this.#deliver(() =>
      this.remember({ account: event.account, json: Buffer.from(JSON.stringify(event)) }),
    );
    for (const listener of this.#listeners) this.#deliver(() => listener(event));
  }

  remember({ account, json }: EventText): void {
    this.#recent.push({ sequence: ++this.#sequence, account, json });
    this.#count(account, 1, json.length);
    while (this.#recent.length > EVENTS_MAX) this.#dropFrom(this.#largest("count"));
    while (this.#bytes > BYTES_MAX) this.#dropFrom(this.#largest("bytes"));
    for (const reader of this.#readers) this.#deliver(reader);
  }

  subscribe(listener: (event: AwsEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The account's first remembered event after `sequence`. */
  next(after: number, accountId: string): SequencedEvent | undefined {
    for (let index = this.#indexAfter(after); index < this.#recent.length; index++)
      if (this.#recent[index]?.account === accountId) return this.#recent[index];
    return undefined;
  }

  /** Calls `reader` whenever there is one more event. Returns the way to stop. */
  onEvent(reader: () => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  clear(): void {
    this.#recent = [];
    this.#shares.clear();
    this.#bytes = 0;
  }

  /** Sequences only grow: the first of them that is greater is found by halves. */
  #indexAfter(sequence: number): number {
    let [low, high] = [0, this.#recent.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#recent[middle]?.sequence ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #largest(of: keyof Share): string {
    let largest = "";
    let most = -1;
    for (const [account, share] of this.#shares)
      if (share[of] > most) [largest, most] = [account, share[of]];
    return largest;
  }

  #dropFrom(account: string): void {
    const index = this.#recent.findIndex((event) => event.account === account);
    const [dropped] = this.#recent.splice(index, 1);
    if (dropped) this.#count(account, -1, -dropped.json.length);
  }

  #count(account: string, count: number, bytes: number): void {
    const share = this.#shares.get(account) ?? { count: 0, bytes: 0 };
    share.count += count;
    share.bytes += bytes;
    this.#bytes += bytes;
    if (share.count === 0) this.#shares.delete(account);
    else this.#shares.set(account, share);
  }

  #deliver(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onListenerError(error);
    }
  }
}
