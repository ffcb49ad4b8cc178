import { expect, test } from "vitest";
import { AwsError } from "../../kernel/aws-error.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import type { Store, Transaction } from "../../kernel/store.ts";
import { GroupCommit } from "./group-commit.ts";

const outside = { inTransaction: false } as RequestContext;

/** A store that counts its transactions and ends each on the next turn of the event loop. */
class CountingStore {
  transactions = 0;

  tables(): Store {
    return this as unknown as Store;
  }

  async transaction<R>(run: (tx: Transaction) => Promise<R>): Promise<R> {
    this.transactions++;
    const result = await run({ tables: () => ({}) } as unknown as Transaction);
    await new Promise((resolve) => setImmediate(resolve));
    return result;
  }
}

function groupCommit() {
  const store = new CountingStore();
  const counting = { count: async () => new Map<string, number>(), acknowledge: async () => {} };
  return { store, commits: new GroupCommit(store as unknown as Store, counting) };
}

test("changes that are ready together share one commit, each with its own result", async () => {
  const { store, commits } = groupCommit();
  const results = Array.from({ length: 10 }, (_, i) => commits.commit(outside, async () => i));
  expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(store.transactions).toBe(1);
});

test("a refused change fails alone", async () => {
  const { store, commits } = groupCommit();
  const refusal = new AwsError("PreconditionFailed", "no", { status: 412 });
  const first = commits.commit(outside, async () => "first");
  const refused = commits.commit(outside, async () => {
    throw refusal;
  });
  const third = commits.commit(outside, async () => "third");
  await expect(refused).rejects.toBe(refusal);
  expect(await Promise.all([first, third])).toEqual(["first", "third"]);
  expect(store.transactions).toBe(1);
});

test("a change that breaks is rolled back with its group, and the others are made again", async () => {
  const { commits } = groupCommit();
  let made = 0;
  const first = commits.commit(outside, async () => "first");
  const broken = commits.commit(outside, async () => {
    throw new Error("disk full");
  });
  const third = commits.commit(outside, async () => ++made);
  await expect(broken).rejects.toThrow("disk full");
  expect(await first).toBe("first");
  expect(await third).toBe(1);
});
