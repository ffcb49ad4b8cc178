import { inBackground } from "./in-background.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { after, type CallOff, every } from "./timers.ts";

export interface PeriodicOptions {
  /** The interval between the beginnings of rounds. Left out: rounds come when asked for. */
  readonly everyMs?: number;
  /** The interval is shorter by up to this share, at random, so that nodes don't look together. */
  readonly jitter?: number;
  /** One round. Its signal aborts when `close` begins; rejecting with its reason is no failure. */
  readonly round: (signal: AbortSignal) => Promise<void>;
  /** Gets the error of a round that failed; the next round comes all the same. */
  readonly failed: (error: unknown) => void;
}

/**
 * Work that is done in rounds, never two at once: every so often, and whenever it is woken. A
 * round that lasts longer than the interval isn't followed by one to catch up. It can be started
 * again after it was closed, and keeps no process alive.
 */
export class Periodic {
  readonly #options: PeriodicOptions;
  readonly #rounds = new OneAtATime(() => this.#round());
  #closing: AbortController | undefined;
  #callOffInterval: CallOff | undefined;
  #callOffSoon: CallOff | undefined;
  #soonAtMs = Number.POSITIVE_INFINITY;

  constructor(options: PeriodicOptions) {
    this.#options = options;
  }

  /** Begins the first interval. A caller that wants a round at once wakes it, too. */
  start(): void {
    if (this.#closing) return;
    this.#closing = new AbortController();
    const { everyMs, jitter = 0 } = this.#options;
    if (everyMs === undefined) return;
    this.#callOffInterval = every(everyMs * (1 - jitter * Math.random()), () => {
      if (!this.#rounds.isRunning) inBackground(this.wake());
    });
  }

  /**
   * There is something to do. Resolves when a round that began after this call has ended; never
   * rejects. Before `start` and after `close` no round begins.
   */
  wake(): Promise<void> {
    return this.#closing ? this.#rounds.run() : this.#rounds.settled();
  }

  /** There will be something to do: a round begins in `ms` at the latest. */
  wakeIn(ms: number): void {
    const atMs = performance.now() + ms;
    if (!this.#closing || atMs >= this.#soonAtMs) return;
    this.#callOffSoon?.();
    this.#soonAtMs = atMs;
    this.#callOffSoon = after(ms, () => {
      this.#soonAtMs = Number.POSITIVE_INFINITY;
      inBackground(this.wake());
    });
  }

  /** Resolves when no round is under way or asked for. */
  settled(): Promise<void> {
    return this.#rounds.settled();
  }

  /** No round begins any more; resolves when the one that is under way has ended. */
  async close(): Promise<void> {
    this.#callOffInterval?.();
    this.#callOffSoon?.();
    this.#soonAtMs = Number.POSITIVE_INFINITY;
    this.#closing?.abort();
    this.#closing = undefined;
    await this.#rounds.settled();
  }

  async #round(): Promise<void> {
    const { round, failed } = this.#options;
    const { signal } = this.#closing ?? {};
    if (!signal) return;
    try {
      await round(signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) failed(error);
    }
  }
}
