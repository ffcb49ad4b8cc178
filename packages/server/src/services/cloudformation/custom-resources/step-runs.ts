/** How work ended: with what it resolved to, or why not. */
export type RunOutcome = { readonly value: unknown } | { readonly error: unknown };

interface Running {
  readonly token: string;
  readonly ended: Promise<void>;
  readonly stop: AbortController;
  outcome?: RunOutcome;
}

/** Resources whose last run a process keeps, whether it goes on or has ended. */
const KEPT_MAX = 10_000;

/**
 * Work of custom resources that is no part of a step's transaction: calls that make transactions of
 * their own, or wait for others. It is this process's alone: another one that goes on with the
 * resource's step begins it again, under the same token.
 */
export class StepRuns {
  readonly #atOnceMax: number;
  readonly #keptMax: number;
  readonly #runs = new Map<string, Running>();
  /** The resources whose runs have ended, the earliest first. */
  readonly #ended = new Set<string>();
  #closing = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #working = 0;

  /** `atOnceMax` runs work at the same time; further ones wait for their turn. */
  constructor(atOnceMax: number, keptMax = KEPT_MAX) {
    this.#atOnceMax = atOnceMax;
    this.#keptMax = keptMax;
  }

  /**
   * Begins the work of a resource's step, unless it has begun. Other work of the same resource is
   * stopped, and waited for, before. With too much work under way it begins none: the step's next
   * look tries again.
   */
  begin(resource: string, token: string, work: (signal: AbortSignal) => Promise<unknown>): void {
    const before = this.#runs.get(resource);
    if (before?.token === token || this.#closing.signal.aborted) return;
    if (!before && !this.#hasRoom()) return;
    before?.stop.abort();
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#closing.signal]);
    const run = async () => {
      await before?.ended;
      const leave = await this.#turn(signal);
      try {
        signal.throwIfAborted();
        this.#end(resource, running, { value: await work(signal) });
      } catch (error) {
        // Stopped work has no outcome: a step that is still there begins it again.
        if (signal.aborted) this.forget(resource, token);
        else this.#end(resource, running, { error });
      } finally {
        leave();
      }
    };
    const running: Running = { token, stop, ended: Promise.resolve().then(run) };
    this.#ended.delete(resource);
    this.#runs.set(resource, running);
  }

  #hasRoom(): boolean {
    if (this.#runs.size < this.#keptMax) return true;
    const [oldest] = this.#ended;
    if (oldest !== undefined) this.#remove(oldest);
    return oldest !== undefined;
  }

  #end(resource: string, running: Running, outcome: RunOutcome): void {
    running.outcome = outcome;
    if (this.#runs.get(resource) === running) this.#ended.add(resource);
  }

  #remove(resource: string): void {
    this.#runs.delete(resource);
    this.#ended.delete(resource);
  }

  /** Whether the work has begun here, or waits for its turn. */
  isBegun(resource: string, token: string): boolean {
    return this.#runs.get(resource)?.token === token;
  }

  /** How the work ended; undefined while it goes on, and where it hasn't begun here. */
  outcomeOf(resource: string, token: string): RunOutcome | undefined {
    const run = this.#runs.get(resource);
    return run?.token === token ? run.outcome : undefined;
  }

  /** The step with this token has its end. */
  forget(resource: string, token: string): void {
    if (this.#runs.get(resource)?.token === token) this.#remove(resource);
  }

  /** The step with this token waits no longer. Work that doesn't end all the same keeps no turn. */
  stop(resource: string, token: string): void {
    const run = this.#runs.get(resource);
    if (run?.token === token) run.stop.abort();
  }

  /** Stops all work and waits for it. What begins later is another life's: after a reset. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
    this.#closing = new AbortController();
  }

  /** Resolves with the call that ends the turn, which a stop does too. */
  async #turn(signal: AbortSignal): Promise<() => void> {
    while (this.#working >= this.#atOnceMax)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#working += 1;
    let isOver = false;
    const leave = () => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener("abort", leave);
      this.#working -= 1;
      this.#waiting.shift()?.();
    };
    signal.addEventListener("abort", leave);
    return leave;
  }
}
