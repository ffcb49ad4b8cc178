import type { Generations } from "./generations.ts";

interface Entry<T> {
  readonly accountId: string;
  /** `Generations.current()` before the value was read. */
  readonly readAt: number;
  readonly value: T;
}

/** Keeps what was read of an account until the account changes; bounded, the oldest goes first. */
export class GenerationCache<T> {
  readonly #generations: Generations;
  readonly #entriesMax: number;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(generations: Generations, entriesMax: number) {
    this.#generations = generations;
    this.#entriesMax = entriesMax;
  }

  /** The account of a kept value, be it stale. */
  accountOf(key: string): string | undefined {
    return this.#entries.get(key)?.accountId;
  }

  find(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (this.#generations.of(entry.accountId) <= entry.readAt) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** `readAt` is `Generations.current()` from before the reading began. */
  put(key: string, accountId: string, readAt: number, value: T): void {
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= this.#entriesMax && !oldest.done) this.#entries.delete(oldest.value);
    this.#entries.set(key, { accountId, readAt, value });
  }

  clear(): void {
    this.#entries.clear();
  }
}
