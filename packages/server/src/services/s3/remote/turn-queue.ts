import { after } from "../../../kernel/work/timers.ts";

interface Waiting {
  readonly count: number;
  readonly go: () => void;
}

/** Gives out a number of units; callers that find none wait in the order in which they came. */
export class TurnQueue {
  #free: number;
  readonly #waiting: Waiting[] = [];
  readonly #waitMsMax: number;
  readonly #refuse: () => Error;

  /** After `waitMsMax` a caller isn't waiting any more: its promise rejects with `refuse`'s. */
  constructor(units: number, waitMsMax: number, refuse: () => Error) {
    this.#free = units;
    this.#waitMsMax = waitMsMax;
    this.#refuse = refuse;
  }

  /** Undefined: the units are the caller's. A promise resolves when they are. */
  take(count = 1): Promise<void> | undefined {
    if (this.tryTake(count)) return undefined;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        count,
        go: () => {
          callOff();
          resolve();
        },
      };
      const callOff = after(this.#waitMsMax, () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(this.#refuse());
        // Fewer units may be enough for the next one.
        this.giveBack(0);
      });
      this.#waiting.push(waiting);
    });
  }

  /** True: the units are the caller's, and `leaving` others are still free. */
  tryTake(count = 1, leaving = 0): boolean {
    if (this.#waiting.length > 0 || this.#free < count + leaving) return false;
    this.#free -= count;
    return true;
  }

  giveBack(count = 1): void {
    this.#free += count;
    for (;;) {
      const [next] = this.#waiting;
      if (!next || next.count > this.#free) return;
      this.#waiting.shift();
      this.#free -= next.count;
      next.go();
    }
  }
}
