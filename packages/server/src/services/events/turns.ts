import { nextTurn } from "../../kernel/work/turns.ts";

/** Smaller events are parsed in no time. */
export const LARGE_BYTES_MIN = 16 * 1024;

/**
 * Lets work on large events begin one after another, each in a turn of the event loop of its own:
 * other requests are answered in between.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  next(): Promise<void> {
    this.#last = this.#last.then(() => nextTurn());
    return this.#last;
  }
}
