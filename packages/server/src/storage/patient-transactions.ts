import {
  type StoreCondition,
  StoreUnavailableError,
  type Transaction,
  type TransactionOptions,
} from "../kernel/store.ts";
import { pause } from "../kernel/work/timers.ts";

/** The time between two tries. */
const RETRY_MS = 500;

/** Conditions that only a new process can end. */
const LASTING: ReadonlySet<StoreCondition> = new Set(["damaged", "failed"]);

export type Transact = <R>(
  run: (tx: Transaction) => Promise<R>,
  options?: TransactionOptions,
) => Promise<R>;

/**
 * Runs patient changes again until the database takes them: it is away, its disk is full, or it is
 * busy. Changes of callers fail, so that their clients know and try again.
 */
export class PatientTransactions {
  readonly #transact: Transact;
  readonly #retryMs: number;
  readonly #closing = new AbortController();

  constructor(transact: Transact, retryMs = RETRY_MS) {
    this.#transact = transact;
    this.#retryMs = retryMs;
  }

  async run<R>(run: (tx: Transaction) => Promise<R>, options: TransactionOptions): Promise<R> {
    const { signal } = this.#closing;
    let isInDoubt = false;
    for (;;) {
      try {
        return await this.#transact(isInDoubt ? (tx) => run(inDoubt(tx)) : run, options);
      } catch (error) {
        if (!mayPass(error)) throw error;
        if (error.commitUnknown && !options.repeatable) throw error;
        isInDoubt ||= error.commitUnknown;
        await pause(this.#retryMs, { signal });
        if (signal.aborted) throw error;
      }
    }
  }

  /** Those that wait fail with their reasons. */
  close(): void {
    this.#closing.abort();
  }
}

/** The database's failure, and not the change's own. */
function mayPass(error: unknown): error is StoreUnavailableError {
  if (!(error instanceof StoreUnavailableError)) return false;
  const { condition, cause } = error;
  return condition === undefined ? cause !== undefined : !LASTING.has(condition);
}

function inDoubt(tx: Transaction): Transaction {
  const marked: Transaction = {
    db: tx.db,
    isInDoubt: true,
    afterCommit: (run) => tx.afterCommit(run),
    tables: () => marked as never,
  };
  return marked;
}
