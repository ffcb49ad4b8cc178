import { type StoreCondition, type StoreState, StoreUnavailableError } from "../kernel/store.ts";
import { pause } from "../kernel/work/timers.ts";

/** The time between two tries of an unavailable database. */
const RETRY_MS = 1_000;
/** How long a good answer counts before the database is asked again. */
const FRESH_MS = 1_000;
/** The time limit of a check for a database that doesn't answer. */
const PATIENCE_MS = 1_000;

const OK: StoreState = { condition: "ok", message: undefined };

/** Conditions that only a new process can end. */
const LASTING: ReadonlySet<StoreCondition> = new Set(["damaged", "failed"]);

/** Knows a database's condition, from failed requests and from checks. */
export interface StoreHealth {
  readonly state: StoreState;
  /** The state, after a check if the last one is old. Quick even if the database hangs. */
  check(): Promise<StoreState>;
  /** Calls the listener at each change of the condition. */
  onChange(listener: (state: StoreState) => void): void;
}

export interface StoreMonitorOptions {
  /** Makes a durable change; rejects if it can't. */
  readonly write: () => Promise<void>;
  /** Rejects if the database can't be used. Left out for a database in this process. */
  readonly ask?: () => Promise<void>;
  /** After this time the database has failed for good; left out, never. */
  readonly failsAfterMs?: number;
  readonly nowMs: () => number;
}

/** Tries an unavailable database until it works again. */
export class StoreMonitor implements StoreHealth {
  readonly #options: StoreMonitorOptions;
  readonly #listeners: ((state: StoreState) => void)[] = [];
  readonly #closing = new AbortController();
  #state = OK;
  /** A try to write has failed since the database was last known to work. */
  #isConfirmed = false;
  #askedMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #recovering: Promise<void> | undefined;

  constructor(options: StoreMonitorOptions) {
    this.#options = options;
  }

  get state(): StoreState {
    return this.#state;
  }

  onChange(listener: (state: StoreState) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * The error of whatever needs a new connection, which would wait in vain for it; undefined while
   * one may still be had. One failure isn't enough: a try after it must have failed, too.
   */
  refusal(): StoreUnavailableError | undefined {
    const { condition, message } = this.#state;
    if (condition !== "unavailable" || !this.#isConfirmed) return undefined;
    return new StoreUnavailableError(message ?? noAnswer().message, { condition });
  }

  /** Notes a failed request. */
  note({ condition, message }: StoreUnavailableError): void {
    if (condition === undefined || this.#closing.signal.aborted) return;
    if (LASTING.has(this.#state.condition) && condition !== "failed") return;
    this.#become({ condition, message });
    if (!LASTING.has(condition)) this.#recovering ??= this.#recover();
  }

  async check(): Promise<StoreState> {
    const { ask, nowMs } = this.#options;
    const isKnown = this.#state !== OK || nowMs() - this.#askedMs < FRESH_MS;
    if (ask === undefined || isKnown) return this.#state;
    this.#asking ??= this.#ask(ask).finally(() => {
      this.#asking = undefined;
    });
    const answered = await Promise.race([
      this.#asking.then(() => true),
      pause(PATIENCE_MS, { background: true }).then(() => false),
    ]);
    if (!answered) this.note(noAnswer());
    return this.#state;
  }

  /** Stops trying. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#recovering;
    await this.#asking;
  }

  async #ask(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
      this.#askedMs = this.#options.nowMs();
    } catch (error) {
      this.#noteFailure(error);
    }
  }

  async #recover(): Promise<void> {
    const { write, nowMs, failsAfterMs = Number.POSITIVE_INFINITY } = this.#options;
    const { signal } = this.#closing;
    let wellMs = nowMs();
    while (!LASTING.has(this.#state.condition)) {
      await pause(RETRY_MS, { signal, background: true });
      if (signal.aborted) break;
      const failure = await write().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (failure === undefined) {
        this.#askedMs = nowMs();
        this.#isConfirmed = false;
        this.#become(OK);
        break;
      }
      this.#noteFailure(failure.error);
      this.#isConfirmed = true;
      // On a full disk, this process or another one can make room.
      if (this.#state.condition === "full") wellMs = nowMs();
      if (nowMs() - wellMs > failsAfterMs) this.#become({ ...this.#state, condition: "failed" });
    }
    this.#recovering = undefined;
  }

  #noteFailure(error: unknown): void {
    if (error instanceof StoreUnavailableError && error.condition !== undefined) this.note(error);
    else this.note(new StoreUnavailableError(messageOf(error), { condition: "unavailable" }));
  }

  #become(state: StoreState): void {
    const changes = state.condition !== this.#state.condition;
    this.#state = state;
    if (changes) for (const listener of this.#listeners) listener(state);
  }
}

function noAnswer(): StoreUnavailableError {
  const message = "The database doesn't answer.";
  return new StoreUnavailableError(message, { condition: "unavailable" });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
