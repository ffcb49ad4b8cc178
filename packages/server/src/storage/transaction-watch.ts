import { AssertionError } from "node:assert";
import { inBackground } from "../kernel/work/in-background.ts";
import { type CallOff, every } from "../kernel/work/timers.ts";

/**
 * A transaction may wait this long for something else than the database. PostgreSQL ends the
 * sessions of those that do after as long.
 */
export const STANDSTILL_MS_MAX = 5_000;
const LOOK_EVERY_MS = 1_000;

/** The statements of the connection that writes. */
export interface StatementCounts {
  begun: number;
  ended: number;
}

/**
 * Ends transactions that stand still: one that waits for another change, which waits for it, or for
 * something outside that never comes, would keep all changes waiting for ever. It fails as any of
 * our bugs, and the others go on. A change that waits for itself is refused before it comes to that
 * (`nested-transactions.ts`). Costs two additions a statement.
 */
export class TransactionWatch {
  readonly #statements: StatementCounts;
  #begun = 0;
  #stop: ((error: AssertionError) => void) | undefined;
  #callOff: CallOff | undefined;
  #seen = 0;
  #stillMs = 0;

  constructor(statements: StatementCounts) {
    this.#statements = statements;
  }

  /** Resolves and rejects as `work` does, or rejects with `standstill`. */
  run<R>(work: () => Promise<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.noteProgress();
      this.#stop = reject;
      this.#callOff ??= every(LOOK_EVERY_MS, () => this.#look());
      const over = () => {
        if (this.#stop === reject) this.#stop = undefined;
      };
      inBackground(
        work().then(
          (result) => {
            over();
            resolve(result);
          },
          (error: unknown) => {
            over();
            reject(error);
          },
        ),
      );
    });
  }

  /** The work goes on, without a statement. */
  noteProgress(): void {
    this.#begun += 1;
  }

  #look(): void {
    const stop = this.#stop;
    if (!stop) {
      this.#callOff?.();
      this.#callOff = undefined;
      return;
    }
    const { begun, ended } = this.#statements;
    const seen = this.#begun + begun;
    this.#stillMs = seen === this.#seen && begun === ended ? this.#stillMs + LOOK_EVERY_MS : 0;
    this.#seen = seen;
    if (this.#stillMs < STANDSTILL_MS_MAX) return;
    this.#stillMs = 0;
    this.#stop = undefined;
    stop(standstill());
  }
}

export function isStandstill(error: unknown): boolean {
  return error instanceof AssertionError && error.message === STANDSTILL;
}

const FOR = "for something else than the database";
const STANDSTILL = `a transaction waited ${STANDSTILL_MS_MAX} ms ${FOR}`;

function standstill(): AssertionError {
  return new AssertionError({ message: STANDSTILL });
}
