interface Running {
  readonly token: string;
  readonly ended: Promise<void>;
  readonly stop: AbortController;
  outcome?: { readonly error?: unknown };
}

/** Runs that work at the same time; further ones wait for their turn. */
const AT_ONCE_MAX = 4;
/** Resources whose last run this process remembers. */
const REMEMBERED_MAX = 10_000;

/**
 * Work of custom resources that takes longer than a transaction may. It is this process's alone:
 * another one that goes on with the resource's step begins it again, under the same token.
 */
export class DeploymentRuns {
  readonly #runs = new Map<string, Running>();
  readonly #closing = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #working = 0;

  /**
   * Begins the work of a resource's step, unless it has begun. Other work of the same resource is
   * stopped, and waited for, before.
   */
  begin(resource: string, token: string, work: (signal: AbortSignal) => Promise<void>): void {
    const before = this.#runs.get(resource);
    if (before?.token === token || this.#closing.signal.aborted) return;
    before?.stop.abort();
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#closing.signal]);
    const run = async () => {
      await before?.ended;
      await this.#turn();
      try {
        signal.throwIfAborted();
        await work(signal);
        running.outcome = {};
      } catch (error) {
        // Stopped work has no outcome: a step that is still there begins it again.
        if (signal.aborted) this.forget(resource, token);
        else running.outcome = { error };
      } finally {
        this.#working -= 1;
        this.#waiting.shift()?.();
      }
    };
    const running: Running = { token, stop, ended: Promise.resolve().then(run) };
    this.#runs.set(resource, running);
    const [oldest] = this.#runs;
    if (this.#runs.size > REMEMBERED_MAX && oldest?.[1].outcome) this.#runs.delete(oldest[0]);
  }

  /** Whether the work has begun here, or waits for its turn. */
  isBegun(resource: string, token: string): boolean {
    return this.#runs.get(resource)?.token === token;
  }

  /** How the work ended; undefined while it goes on, and where it hasn't begun here. */
  outcomeOf(resource: string, token: string): { readonly error?: unknown } | undefined {
    const run = this.#runs.get(resource);
    return run?.token === token ? run.outcome : undefined;
  }

  /** The step with this token has its end. */
  forget(resource: string, token: string): void {
    if (this.#runs.get(resource)?.token === token) this.#runs.delete(resource);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
  }

  async #turn(): Promise<void> {
    while (this.#working >= AT_ONCE_MAX)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#working += 1;
  }
}
