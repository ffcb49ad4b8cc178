import { expect, test } from "vitest";
import { OneAtATime } from "./one-at-a-time.ts";

test("calls during a run share the next one, and none later", async () => {
  const runs: (() => void)[] = [];
  const shared = new OneAtATime(() => new Promise((resolve) => runs.push(resolve)));
  const first = shared.run();
  const [second, third] = [shared.run(), shared.run()];
  expect(second).toBe(third);
  expect(second).not.toBe(first);
  expect(runs.length).toBe(1);
  runs[0]?.();
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect(runs.length).toBe(2);
  runs[1]?.();
  await Promise.all([second, third]);
  expect(shared.run()).not.toBe(second);
});

test("a failed run fails the calls that waited for it, and not the next", async () => {
  let failures = 1;
  const shared = new OneAtATime(async () => {
    if (failures-- > 0) throw new Error("disk");
  });
  await expect(shared.run()).rejects.toThrow("disk");
  await shared.run();
});
