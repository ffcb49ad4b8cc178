import { expect, test } from "vitest";
import { inParallel } from "./in-parallel.ts";

test("six are asked at once, and the answers are in the items' order", async () => {
  const waiting: (() => void)[] = [];
  const asked: number[] = [];
  const items = Array.from({ length: 8 }, (_, index) => index);
  const answers = inParallel(items, async (item) => {
    asked.push(item);
    await new Promise<void>((resolve) => waiting.push(resolve));
    return item * 2;
  });
  await expect.poll(() => asked.length).toBe(6);
  while (asked.length < items.length || waiting.length > 0) {
    waiting.pop()?.();
    await Promise.resolve();
  }
  expect(await answers).toEqual(items.map((item) => item * 2));
});

test("the first failure is the whole one's", async () => {
  const failing = inParallel([1, 2, 3], (item) =>
    item === 2 ? Promise.reject(new Error("no")) : Promise.resolve(item),
  );
  await expect(failing).rejects.toThrow("no");
});
