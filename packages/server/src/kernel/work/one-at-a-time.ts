/**
 * Runs one function, never twice at the same time. Those who ask while it runs share one more run,
 * which begins when the running one has ended: it sees everything that they did before they asked.
 */
export class OneAtATime {
  readonly #work: () => Promise<void>;
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  get isRunning(): boolean {
    return this.#current !== undefined || this.#next !== undefined;
  }

  /** Resolves when a run that began after this call has ended; rejects with that run's error. */
  run(): Promise<void> {
    // It comes first: between the end of a run and the beginning of the next, none is current.
    if (this.#next) return this.#next;
    if (!this.#current) return this.#begin();
    const begin = () => {
      this.#next = undefined;
      return this.#begin();
    };
    this.#next = this.#current.then(begin, begin);
    return this.#next;
  }

  /**
   * Resolves when nothing runs any more. Never rejects: the callers that asked for a run have its
   * error.
   */
  async settled(): Promise<void> {
    while (this.isRunning) await Promise.allSettled([this.#current, this.#next]);
  }

  #begin(): Promise<void> {
    this.#current = this.#work().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }
}
