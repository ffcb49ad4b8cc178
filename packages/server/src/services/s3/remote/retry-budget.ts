/** Retries that may follow each other at once. */
const RETRIES_MAX = 50;
/** Each success allows so much of a further retry. */
const EARNED = 0.1;

/** Bounds retries by a share of all requests, so that an overloaded store isn't asked twice. */
export class RetryBudget {
  #left = RETRIES_MAX;

  earn(): void {
    this.#left = Math.min(RETRIES_MAX, this.#left + EARNED);
  }

  /** False when no retry is left. */
  spend(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
