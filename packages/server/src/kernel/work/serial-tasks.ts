/** Tasks that run one after the other; a failing one is reported and the next runs. */
export class SerialTasks {
  readonly #failed: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  add(task: () => Promise<void>): void {
    this.#last = this.#last.then(task).catch(this.#failed);
  }

  /** Adds a task whose result or failure is the caller's. */
  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    this.#last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** Resolves when everything added so far has run. */
  drained(): Promise<void> {
    return this.#last;
  }
}
