import { expect, test } from "vitest";
import { inTurns, nextTurn, Turns } from "./turns.ts";

/** Runs while something else asks for a turn as often as it can; gives how many it got. */
async function turnsDuring(run: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const other = (async () => {
    for (; !isOver; turns++) await nextTurn();
  })();
  await run();
  isOver = true;
  const got = turns;
  await other;
  return got;
}

test.each([
  [0, 0],
  [7, 0],
  [8, 1],
  [15, 1],
  [16, 2],
  [80, 10],
])("%i statements give others %i turns", async (statements, expected) => {
  const turns = new Turns();
  const got = await turnsDuring(async () => {
    for (let index = 0; index < statements; index++) await turns.next();
  });
  expect(got).toBe(expected);
});

test("items are taken in their order, one at a time, with turns between", async () => {
  const items = Array.from({ length: 24 }, (_, index) => index);
  let running = 0;
  let results: number[] = [];
  const got = await turnsDuring(async () => {
    results = await inTurns(items, async (item) => {
      expect(++running).toBe(1);
      await Promise.resolve();
      running -= 1;
      return item * 2;
    });
  });
  expect([results, got]).toEqual([items.map((item) => item * 2), 3]);
});
