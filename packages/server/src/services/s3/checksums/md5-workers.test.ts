import { createHash, randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { Md5Workers } from "./md5-workers.ts";

const workers = new Md5Workers();
afterAll(() => workers.close());

async function digestOf(pieces: readonly Uint8Array[]): Promise<string> {
  const md5 = workers.start();
  for (const piece of pieces) await md5.update(piece);
  return (await md5.digest()).toString("hex");
}

test("bodies of any size, many at once, get the MD5 of their own bytes", async () => {
  const bodies = Array.from({ length: 40 }, (_, i) =>
    Array.from({ length: i % 4 }, () => randomBytes(i % 3 === 0 ? 100 : 100_000)),
  );
  const digests = await Promise.all(bodies.map((pieces) => digestOf(pieces)));
  const expected = bodies.map((pieces) =>
    createHash("md5").update(Buffer.concat(pieces)).digest("hex"),
  );
  expect(digests).toEqual(expected);
});

test("a thread that has ended fails what waits for it, and the next body gets another", async () => {
  const own = new Md5Workers();
  const md5 = own.start();
  await md5.update(Buffer.alloc(100_000));
  await own.close();
  await expect(md5.digest()).rejects.toThrow("has ended");
  const again = own.start();
  await again.update(Buffer.alloc(100_000));
  expect((await again.digest()).length).toBe(16);
  await own.close();
});
