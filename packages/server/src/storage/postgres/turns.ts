import { StoreUnavailableError } from "../../kernel/store.ts";
import { after } from "../../kernel/work/timers.ts";

/** One after the other, in the order in which they asked. */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #taken = false;

  /** Resolves when the turn has come; `end` gives it on. Rejects with StoreUnavailableError. */
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
