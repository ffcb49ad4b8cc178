import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Transaction } from "../kernel/store.ts";
import { CommitGroups } from "./commit-groups.ts";

const groups = new CommitGroups({
  commit: (run) => run({ executeQuery: async () => ({ rows: [] }) } as never),
  statements: { begun: 0, ended: 0 },
  durable: async () => {},
});

const open = () => groups.transaction(async () => "opened");

async function deep(calls: number, end: () => Promise<unknown>): Promise<unknown> {
  await turn();
  return calls === 0 ? end() : await deep(calls - 1, end);
}

async function* each(calls: number) {
  yield await deep(calls, open);
}

const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  "at once": open,
  "after other calls": () => deep(40, open),
  "beside others": () => Promise.all([deep(3, async () => "other"), deep(3, open)]),
  "as the first of several": () => Promise.race([deep(3, open), deep(30, async () => "other")]),
  "in a then": () => deep(3, async () => "first").then(open),
  "before a then": () => deep(3, open).then((value) => value),
  "in a finally": () => deep(3, open).finally(() => {}),
  "in a promise of its own": () => new Promise((resolve) => resolve(deep(3, open))),
  "while iterating": async () => {
    for await (const value of each(3)) return value;
    return undefined;
  },
  "after a timer": async () => {
    await turn();
    return open();
  },
};

test.each(Object.keys(WAYS))(
  "a transaction opened inside another one %s is refused",
  async (name) => {
    await expect(groups.transaction(async () => WAYS[name]?.())).rejects.toThrow(
      "inside another one",
    );
    // The next ones go on.
    expect(await open()).toBe("opened");
  },
);

test("transactions of others that are opened meanwhile wait", async () => {
  let others: Promise<unknown>[] = [];
  const first = groups.transaction(() => deep(30, async () => "first"));
  await deep(3, async () => {
    others = Object.values(WAYS).map((way) => way());
  });
  expect(await first).toBe("first");
  expect(await Promise.all(others)).toHaveLength(Object.keys(WAYS).length);
});

test("what a transaction leaves to be done after it isn't inside it", async () => {
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
