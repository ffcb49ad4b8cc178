import { inBackground } from "./in-background.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { after, type CallOff } from "./timers.ts";

export interface WriteBehindOptions {
  /** The time from the first mark to the write, which takes all marks since the last one. */
  readonly afterMs: number;
  /** Writes what waits, and keeps what it couldn't write: it is called again `afterMs` later. */
  readonly write: () => Promise<void>;
  /** Runs in the background after each write of what was marked, asked for or not. */
  readonly written?: () => Promise<void>;
  /** Gets the error of what ran in the background. */
  readonly failed: (error: unknown) => void;
}

/**
 * Writes in the background what many requests have left, soon after the first of them and one write
 * at a time. A mark costs a comparison. It keeps no process
 * alive: its owner closes it.
 */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  readonly #writes: OneAtATime;
  #callOff: CallOff | undefined;
  #isClosed = false;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
    this.#writes = new OneAtATime(() => this.#write());
  }

  /** Something waits to be written. */
  mark(): void {
    if (this.#callOff === undefined) this.#writeIn(this.#options.afterMs);
  }

  /** So much waits that it is written as soon as the running request has had its turn. */
  hurry(): void {
    this.forget();
    this.#writeIn(0);
  }

  /** Resolves when everything that waited is written; rejects with the error of that write. */
  flush(): Promise<void> {
    const wasMarked = this.#callOff !== undefined;
    this.forget();
    const writing = this.#writes.run();
    if (wasMarked && !this.#isClosed) inBackground(this.#afterIts(writing));
    return writing;
  }

  /**
   * Flushes, and writes nothing in the background from now on: the database is about to be closed,
   * and requests that are still under way may leave marks.
   */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.flush();
  }

  /** Writes in the background again, after a close. */
  start(): void {
    this.#isClosed = false;
  }

  /** Nothing waits any more. A write that is under way goes on. */
  forget(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  /** Resolves when no write is under way. */
  settled(): Promise<void> {
    return this.#writes.settled();
  }

  async #write(): Promise<void> {
    try {
      await this.#options.write();
    } catch (error) {
      this.mark();
      throw error;
    }
  }

  #writeIn(ms: number): void {
    if (this.#isClosed) return;
    this.#callOff = after(ms, () => inBackground(this.#writeInBackground()));
  }

  async #writeInBackground(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      this.#options.failed(error);
    }
  }

  async #afterIts(writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch {
      // The caller that asked has the error; the next write is followed by the rest.
      return;
    }
    try {
      await this.#options.written?.();
    } catch (error) {
      this.#options.failed(error);
    }
  }
}
