/** The cost of a step or task to its person, and how long the machine took. */
export interface EffortSpent {
  readonly clicks: number;
  readonly keys: number;
  readonly pastes: number;
  readonly seconds: number;
}

/** Counts what hands do in terminals and browsers. */
export class Effort {
  #clicks = 0;
  #keys = 0;
  #pastes = 0;
  #begunMs = 0;

  begin(): void {
    this.#clicks = this.#keys = this.#pastes = 0;
    this.#begunMs = performance.now();
  }

  click(count = 1): void {
    this.#clicks += count;
  }

  /** Keys that are pressed: the characters of a text, Enter. */
  press(count: number): void {
    this.#keys += count;
  }

  /** Text that was copied elsewhere, however long it is. */
  paste(): void {
    this.#pastes += 1;
  }

  spent(): EffortSpent {
    const seconds = Math.round((performance.now() - this.#begunMs) / 100) / 10;
    return { clicks: this.#clicks, keys: this.#keys, pastes: this.#pastes, seconds };
  }
}
