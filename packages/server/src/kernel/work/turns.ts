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

/** What `each` gives for the items, one after the other, with turns for everybody else between. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  each: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const turns = new Turns();
  const results: Result[] = [];
  for (const item of items) {
    await turns.next();
    results.push(await each(item));
  }
  return results;
}
