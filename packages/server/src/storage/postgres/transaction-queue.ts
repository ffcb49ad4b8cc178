import { StoreUnavailableError } from "../../kernel/store.ts";
import { after } from "../../kernel/work/timers.ts";

/** Lets one transaction run at a time, in the order in which they asked. */
export class TransactionQueue {
  readonly #waiting = new Set<() => void>();
  #taken = false;

  /**
   * Resolves when the transaction may begin; `end` lets the next one begin. Rejects with
   * StoreUnavailableError after `patienceMs`.
   */
  async take(patienceMs: number): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        callOff();
        resolve();
      };
      const callOff = after(patienceMs, () => {
        this.#waiting.delete(begin);
        reject(tooManyAtOnce());
      });
      this.#waiting.add(begin);
    });
  }

  end(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
    } else this.#taken = false;
  }
}

function tooManyAtOnce(): StoreUnavailableError {
  return new StoreUnavailableError("The database is busy: too many changes wait for it at once.");
}
