import { expect, test } from "vitest";
import type { Store, Transaction } from "../../kernel/store.ts";
import { testContext } from "../../kernel/testing/test-context.ts";
import { GroupCommit } from "./group-commit.ts";

/** Changes in one transaction at most: the others are kept waiting by no more. */
const BOUND = 64;

const counting = { count: async () => new Map<string, number>(), acknowledge: async () => {} };

test.each([
  [BOUND, [BOUND]],
  [BOUND + 1, [BOUND, 1]],
  [2 * BOUND + 1, [BOUND, BOUND, 1]],
])("%i changes at once are each made once, in order, in groups of %j", async (count, groups) => {
  const outside = testContext();
  const made: number[] = [];
  const ends: number[] = [];
  let running = 0;
  let runningMax = 0;
  const store = {
    tables: () => store,
    transaction: async <R>(run: (tx: Transaction) => Promise<R>): Promise<R> => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      const result = await run({ tables: () => ({}) } as unknown as Transaction);
      await new Promise((resolve) => setImmediate(resolve));
      ends.push(made.length);
      running -= 1;
      return result;
    },
  };
  const commits = new GroupCommit(store as unknown as Store, counting);
  const items = [...Array(count).keys()];
  const results = items.map((item) =>
    commits.commit(outside, async () => {
      made.push(item);
      return item;
    }),
  );
  expect(await Promise.all(results)).toEqual(items);
  expect(made).toEqual(items);
  expect(runningMax).toBe(1);
  expect(ends.map((end, index) => end - (ends[index - 1] ?? 0))).toEqual(groups);
});
