/** Failures in a row after which no request is sent for a while. */
const FAILURES_MAX = 5;
/** The pause before one request tries whether the store answers again. */
const PAUSE_MS = 1_000;

/**
 * Stops asking a store that doesn't answer: whoever waited for it would hold memory and be answered
 * later, with the same. After a pause one request tries; its success lets all others in.
 */
export class Circuit {
  #failures = 0;
  #reason: string | undefined;
  #tryAtMs = 0;
  #isTrying = false;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The reason why no request may be sent now; undefined: it may, and must be reported. */
  refusal(): string | undefined {
    if (this.#reason === undefined) return undefined;
    if (this.#isTrying || this.#nowMs() < this.#tryAtMs) return this.#reason;
    this.#isTrying = true;
    return undefined;
  }

  /** The reason of the last failures; undefined: the store answers. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** True if the store was away before. */
  succeeded(): boolean {
    const wasAway = this.#reason !== undefined;
    this.#failures = 0;
    this.#reason = undefined;
    this.#isTrying = false;
    return wasAway;
  }

  /** True if the store is away from now on. */
  failed(reason: string): boolean {
    const wasAway = this.#reason !== undefined;
    this.#failures++;
    if (!wasAway && this.#failures < FAILURES_MAX) return false;
    this.#reason = reason;
    this.#tryAtMs = this.#nowMs() + PAUSE_MS;
    this.#isTrying = false;
    return !wasAway;
  }
}
