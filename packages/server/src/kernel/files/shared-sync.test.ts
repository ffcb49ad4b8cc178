import { expect, test } from "vitest";
import { SharedSync } from "./shared-sync.ts";

test("who asks while a run is on shares the next one, and none later", async () => {
  const runs: (() => void)[] = [];
  const shared = new SharedSync(() => new Promise((resolve) => runs.push(resolve)));
  const first = shared.sync();
  const [second, third] = [shared.sync(), shared.sync()];
  expect(second).toBe(third);
  expect(second).not.toBe(first);
  expect(runs.length).toBe(1);
  runs[0]?.();
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect(runs.length).toBe(2);
  runs[1]?.();
  await Promise.all([second, third]);
  expect(shared.sync()).not.toBe(second);
});

test("a failed run fails those who waited for it, and not the next", async () => {
  let failures = 1;
  const shared = new SharedSync(async () => {
    if (failures-- > 0) throw new Error("disk");
  });
  await expect(shared.sync()).rejects.toThrow("disk");
  await shared.sync();
});
