import type { Kysely } from "kysely";
import { expect, test } from "vitest";
import type { Tables } from "../kernel/store.ts";
import { CommitGroups } from "./commit-groups.ts";

/** Changes in one transaction at most: the others are kept waiting by no more. */
const BOUND = 64;

test.each([
  [BOUND, [BOUND]],
  [BOUND + 1, [BOUND, 1]],
  [2 * BOUND + 1, [BOUND, BOUND, 1]],
])("%i changes at once are each made once, in order, in groups of %j", async (count, groups) => {
  const made: number[] = [];
  const ends: number[] = [];
  let running = 0;
  let runningMax = 0;
  const db = { executeQuery: async () => {} } as unknown as Kysely<Tables>;
  const commits = new CommitGroups({
    commit: async (run) => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      const result = await run(db);
      await new Promise((resolve) => setImmediate(resolve));
      ends.push(made.length);
      running -= 1;
      return result;
    },
    statements: { begun: 0, ended: 0 },
    durable: async () => {},
  });
  const items = [...Array(count).keys()];
  const results = items.map((item) =>
    commits.transaction(async () => {
      made.push(item);
      return item;
    }),
  );
  expect(await Promise.all(results)).toEqual(items);
  expect(made).toEqual(items);
  expect(runningMax).toBe(1);
  expect(ends.map((end, index) => end - (ends[index - 1] ?? 0))).toEqual(groups);
});
