import type { Clock } from "./clock.ts";
import { LruMap } from "./lru-map.ts";

const WINDOW_MS = 1_000;
const COUNTED_MAX = 10_000;

/** Counts what happens within the last second. */
export class RateWindow {
  /** When the latest were, the oldest first. */
  readonly #times: number[] = [];

  /** Counts one more, if that makes at most `max` of the last second; else returns false. */
  take(max: number, nowMs: number): boolean {
    this.#forget(nowMs);
    if (this.#times.length >= max) return false;
    this.#times.push(nowMs);
    return true;
  }

  #forget(nowMs: number): void {
    let past = 0;
    while (past < this.#times.length && nowMs - (this.#times[past] ?? 0) >= WINDOW_MS) past += 1;
    if (past > 0) this.#times.splice(0, past);
  }
}

/** Windows by key; those unused for the longest are forgotten. */
export class RateWindows {
  readonly #clock: Clock;
  readonly #windows = new LruMap<string, RateWindow>(COUNTED_MAX);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(key: string, max: number): boolean {
    const window = this.#windows.get(key) ?? new RateWindow();
    this.#windows.set(key, window);
    return window.take(max, this.#clock.nowMs());
  }
}
