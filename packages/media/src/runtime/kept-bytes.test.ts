import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { keepBytes } from "./kept-bytes.ts";

test("a copy is its own, also of nothing", () => {
  const given = Buffer.from("media");
  const kept = keepBytes(given);
  given.fill(0);
  expect(kept.toString()).toBe("media");
  expect(keepBytes(Buffer.alloc(0))).toHaveLength(0);
});

const MEGABYTE = 1024 * 1024;

/** Prints the most bytes of buffers that there were at once. */
const PROGRAM = `
  import { setImmediate } from "node:timers/promises";
  import { keepBytes } from ${JSON.stringify(new URL("kept-bytes.ts", import.meta.url).href)};
  const megabyte = Buffer.alloc(${MEGABYTE});
  const beforeBytes = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let count = 0; count < 600; count += 1) {
    keepBytes(megabyte);
    most = Math.max(most, process.memoryUsage().arrayBuffers - beforeBytes);
    await setImmediate();
  }
  console.log(most);`;

test("memory is given back of copies that nobody has any more", async () => {
  // A process of its own: how soon V8 looks through a heap depends on what else is in it.
  const options = ["--max-old-space-size=64", "--import", "tsx", "--input-type=module"];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, "--eval", PROGRAM]);
  const most = Number(stdout);
  expect(most).toBeGreaterThan(MEGABYTE);
  expect(most).toBeLessThan(400 * MEGABYTE);
});
