/** Gives out a number of units; those who find none wait in the order in which they came. */
export class TurnQueue {
  #free: number;
  readonly #waiting: { readonly count: number; readonly go: () => void }[] = [];

  constructor(units: number) {
    this.#free = units;
  }

  /** Undefined: the units are the caller's. A promise resolves when they are. */
  take(count = 1): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#free >= count) {
      this.#free -= count;
      return undefined;
    }
    return new Promise((go) => this.#waiting.push({ count, go }));
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
