import { performance } from "node:perf_hooks";

/** Somebody who raises a counter as long as it lives. */
export interface Beating {
  readonly id: string;
  readonly beat: number;
}

/**
 * Tells whose counter stands still. Nobody compares clocks: each observer measures with its own
 * monotonic one how long a counter stands still while it looks, so that neither a pause of its own
 * nor one of the database counts (docs/adr/0012).
 */
export class SilenceWatch {
  readonly #beatMs: number;
  readonly #silenceMs: number;
  readonly #known = new Map<string, { readonly beat: number; readonly silentMs: number }>();
  #lookedAtMs = performance.now();

  /** Looks about every `beatMs`; who says nothing for `silenceMs` is silent. */
  constructor(beatMs: number, silenceMs: number) {
    this.#beatMs = beatMs;
    this.#silenceMs = silenceMs;
  }

  /** Looking begins now; what was seen before is forgotten. */
  begin(): void {
    this.#known.clear();
    this.#lookedAtMs = performance.now();
  }

  /** Those of `all` whose counter stood still for the whole time. */
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
