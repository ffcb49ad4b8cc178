import { setImmediate } from "node:timers/promises";

/** They take from thirty microseconds to some hundred: a turn lasts a millisecond or two. */
const STATEMENTS_PER_TURN = 8;

/**
 * Lets everybody else have a turn between the statements of a read that needs many of them: SQLite
 * runs statements on the thread that serves, where awaiting one gives nobody else a chance.
 */
export class Turns {
  #statements = 0;

  /** Called before each statement. */
  async next(): Promise<void> {
    this.#statements += 1;
    if (this.#statements % STATEMENTS_PER_TURN === 0) await setImmediate();
  }
}
