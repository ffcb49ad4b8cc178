/** A statement takes 30 to some hundred microseconds, so a turn lasts a millisecond or two. */
const STATEMENTS_PER_TURN = 8;

/** Resolves in the event loop's next turn: requests that wait are served before. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Gives others a turn between the statements of a read that needs many of them: SQLite runs
 * statements on the thread that serves requests, where awaiting one lets nothing else run.
 */
export class Turns {
  #statements = 0;

  /** Called before each statement. */
  async next(): Promise<void> {
    this.#statements += 1;
    if (this.#statements % STATEMENTS_PER_TURN === 0) await nextTurn();
  }
}

/** Lets tasks of different requests begin one after another, each in a turn of its own. */
export class TurnQueue {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    this.#last = this.#last.then(nextTurn);
    return this.#last;
  }
}

/** Calls `each` for one item after the other, with turns for others between; gives the results. */
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
