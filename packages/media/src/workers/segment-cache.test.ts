import { expect, test } from "vitest";
import { SegmentCache } from "./segment-cache.ts";

test("what many ask for is fetched once, within bounds of bytes and time", async () => {
  let nowMs = 0;
  const cache = new SegmentCache(250, 1_000, () => nowMs);
  const fetched: string[] = [];
  const get = (name: string, bytes = 100): Promise<Uint8Array | undefined> =>
    cache.get(name, async () => {
      fetched.push(name);
      return bytes === 0 ? undefined : new Uint8Array(bytes);
    });
  const [first, again] = await Promise.all([get("a"), get("a")]);
  expect(again).toBe(first);
  expect(await get("missing", 0)).toBeUndefined();
  await get("missing", 0);
  await get("b");
  await get("c");
  expect(cache.bytes).toBe(200);
  // The oldest had to go.
  await get("a");
  expect(fetched).toEqual(["a", "missing", "missing", "b", "c", "a"]);
  nowMs = 1_000;
  await get("d", 50);
  expect(cache.bytes).toBe(50);
});

test("what could not be fetched is asked for again", async () => {
  const cache = new SegmentCache(100, 1_000, () => 0);
  await expect(cache.get("a", () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  expect(await cache.get("a", async () => new Uint8Array(1))).toHaveLength(1);
  expect(cache.bytes).toBe(1);
});
