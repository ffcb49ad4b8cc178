import { expect, test } from "vitest";
import { requireAccount } from "./request-context.ts";
import type { Transaction } from "./store.ts";
import { testContext } from "./testing/test-context.ts";

const contextOf = (accountId: string) =>
  testContext({ caller: { principal: { kind: "root", accountId, arn: "arn:aws:iam::0:root" } } });

test.each(["000000000000", "999999999999"])("%s is an account that called", (accountId) => {
  expect(requireAccount(contextOf(accountId))).toBe(accountId);
});

test.each(["", "anonymous", "00000000000", "0000000000000", "a00000000000", "00000000000\n"])(
  "without an account, as %j, nothing is done",
  (accountId) => {
    expect(() => requireAccount(contextOf(accountId))).toThrow(
      expect.objectContaining({ code: "AccessDenied", status: 403 }),
    );
  },
);

test("what follows a change waits for the surrounding transaction's commit", () => {
  const done: string[] = [];
  const committed: (() => void)[] = [];
  const transaction = { afterCommit: (run: () => void) => committed.push(run) };
  const joined = testContext({ transaction: transaction as unknown as Transaction });
  joined.afterCommit(() => done.push("joined"));
  testContext().afterCommit(() => done.push("alone"));
  expect(done).toEqual(["alone"]);
  for (const run of committed) run();
  expect(done).toEqual(["alone", "joined"]);
});
