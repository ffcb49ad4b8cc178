/** Something whose owner raises a counter as long as it lives. */
export interface Beating {
  readonly id: string;
  readonly beat: number;
}

/**
 * Finds counters that stand still. Clocks aren't compared: each observer measures with its own
 * monotonic clock how long a counter stands still while it looks, so neither a pause of its own nor
 * one of the database counts (docs/adr/0012).
 */
export class SilenceWatch {
  readonly #beatMs: number;
  readonly #silenceMs: number;
  readonly #known = new Map<string, { readonly beat: number; readonly silentMs: number }>();
  #lookedAtMs = performance.now();

  /** Expects a look about every `beatMs`; a counter that stands still for `silenceMs` is silent. */
  constructor(beatMs: number, silenceMs: number) {
    this.#beatMs = beatMs;
    this.#silenceMs = silenceMs;
  }

  /** Begins to watch now, and forgets what was seen before. */
  begin(): void {
    this.#known.clear();
    this.#lookedAtMs = performance.now();
  }

  /** Returns those of `all` whose counter stood still for the whole time. */
  look<T extends Beating>(all: readonly T[]): readonly T[] {
    const nowMs = performance.now();
    // A longer time says nothing about the others: they may have been kept from it as this one was.
    const elapsedMs = Math.min(nowMs - this.#lookedAtMs, 2 * this.#beatMs);
    this.#lookedAtMs = nowMs;
    const before = new Map(this.#known);
    this.#known.clear();
    return all.filter(({ id, beat }) => {
      const known = before.get(id);
      const silentMs = known?.beat === beat ? known.silentMs + elapsedMs : 0;
      this.#known.set(id, { beat, silentMs });
      return silentMs >= this.#silenceMs;
    });
  }
}
