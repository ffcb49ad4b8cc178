import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { keepBytes } from "./kept-bytes.ts";

test("a copy is its own, also of nothing", () => {
  const given = Buffer.from("media");
  const kept = keepBytes(given);
  given.fill(0);
  expect(kept.toString()).toBe("media");
  expect(keepBytes(Buffer.alloc(0))).toHaveLength(0);
});

test("memory is given back of copies that nobody has any more", async () => {
  const megabyte = Buffer.alloc(1024 * 1024);
  const beforeBytes = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let count = 0; count < 600; count += 1) {
    keepBytes(megabyte);
    most = Math.max(most, process.memoryUsage().arrayBuffers - beforeBytes);
    await setImmediate();
  }
  expect(most).toBeLessThan(400 * megabyte.length);
});
