import { expect, test } from "vitest";
import type { Transaction } from "../kernel/store.ts";
import { CommitGroups } from "./commit-groups.ts";
import { refuseNestedTransactions } from "./nested-transactions.ts";

refuseNestedTransactions();

const groups = new CommitGroups({
  commit: (run) => run({ executeQuery: async () => ({ rows: [] }) } as never),
  statements: { begun: 0, ended: 0 },
  durable: async () => {},
});

test("a transaction that is opened inside another one is refused at once", async () => {
  const nested = groups.transaction(async () => {
    await Promise.resolve();
    return groups.transaction(async () => "never");
  });
  await expect(nested).rejects.toThrow("inside another one");
});

test("what a transaction leaves to be done after it isn't", async () => {
  let later: Promise<string> | undefined;
  const run = async (tx: Transaction) => {
    tx.afterCommit(() => {
      later = groups.transaction(async () => "done");
    });
    return "first";
  };
  expect(await groups.transaction(run)).toBe("first");
  expect(await later).toBe("done");
});
