import { expect, test } from "vitest";
import { StoreUnavailableError } from "../../kernel/store.ts";
import { TransactionQueue } from "./transaction-queue.ts";

const PATIENCE_MS = 30_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("transactions begin one after the other, and again once all have ended", async () => {
  const queue = new TransactionQueue();
  for (const round of [1, 2]) {
    const begun: number[] = [];
    const taken = [1, 2, 3].map((each) => queue.take(PATIENCE_MS).then(() => begun.push(each)));
    for (const expected of [[1], [1, 2], [1, 2, 3]]) {
      await turn();
      expect(begun, `round ${round}`).toEqual(expected);
      queue.end();
    }
    await Promise.all(taken);
  }
});

test("one that waits too long goes, and those after it get their turn", async () => {
  const queue = new TransactionQueue();
  await queue.take(PATIENCE_MS);
  const impatient = queue.take(1);
  const patient = queue.take(PATIENCE_MS);
  await expect(impatient).rejects.toThrow(StoreUnavailableError);
  await expect(impatient).rejects.toThrow("too many changes wait for it at once");
  queue.end();
  await patient;
  // The one that has gone isn't given a turn.
  queue.end();
  await queue.take(PATIENCE_MS);
});
