/**
 * A wait for the disk that many share: one run serves all calls made before it began; calls made
 * while it runs share the next one, because the running one may have missed what they wrote.
 */
export class SharedSync {
  readonly #run: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(run: () => Promise<void>) {
    this.#run = run;
  }

  /** Resolves when all that was written before the call is on the disk. */
  sync(): Promise<void> {
    if (this.#next) return this.#next;
    if (!this.#running) return this.#begin();
    const afterwards = () => {
      this.#next = undefined;
      return this.#begin();
    };
    this.#next = this.#running.then(afterwards, afterwards);
    return this.#next;
  }

  #begin(): Promise<void> {
    const running = this.#run().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
