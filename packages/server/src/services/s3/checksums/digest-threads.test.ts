import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { CHECKSUM_ALGORITHMS } from "./checksum-algorithm.ts";
import { DigestThreads } from "./digest-threads.ts";

const ALGORITHMS = Object.values(CHECKSUM_ALGORITHMS);
const threads = new DigestThreads();
afterAll(() => threads.close());

async function digestsOf(pieces: readonly Uint8Array[], isLastKnown: boolean): Promise<string[]> {
  const running = threads.start(ALGORITHMS);
  for (const [at, piece] of pieces.entries()) {
    await running.update(piece, isLastKnown && at === pieces.length - 1);
  }
  return (await running.finish()).map((digest) => digest.toString("hex"));
}

function expected(pieces: readonly Uint8Array[]): string[] {
  return ALGORITHMS.map((algorithm) => {
    const digest = algorithm.start();
    digest.update(Buffer.concat(pieces));
    return digest.digest().toString("hex");
  });
}

test("bodies of any size, many at once, get every digest of their own bytes", async () => {
  const bodies = Array.from({ length: 40 }, (_, i) =>
    Array.from({ length: i % 4 }, () => randomBytes(i % 3 === 0 ? 100 : 100_000 + i)),
  );
  const digests = await Promise.all(bodies.map((pieces, i) => digestsOf(pieces, i % 5 !== 0)));
  expect(digests).toEqual(bodies.map(expected));
});

test("a body by itself, and one that begins while it is under way, get theirs as well", async () => {
  const bodies = [[randomBytes(100_000), randomBytes(100_000)], [randomBytes(200_000)]];
  const [first, second] = bodies.map(() => threads.start(ALGORITHMS));
  await first?.update(bodies[0]?.[0] ?? Buffer.alloc(0), false);
  await second?.update(bodies[1]?.[0] ?? Buffer.alloc(0), true);
  await first?.update(bodies[0]?.[1] ?? Buffer.alloc(0), true);
  for (const [at, running] of [first, second].entries()) {
    const digests = (await running?.finish())?.map((digest) => digest.toString("hex"));
    expect(digests).toEqual(expected(bodies[at] ?? []));
  }
});

test("all digests but the MD5 come before it where they are waited for", async () => {
  const known: string[] = [];
  const bodies = Array.from({ length: 6 }, () => [randomBytes(100_000), randomBytes(200_000)]);
  const all = bodies.map(async (pieces, body) => {
    const running = threads.start(ALGORITHMS, true);
    const [first, last] = pieces as [Buffer, Buffer];
    await running.update(first, false);
    const updated = running.update(last, true);
    const soon = running.allButMd5().finally(() => known.push(`soon ${body}`));
    const whole = running.finish().finally(() => known.push(`whole ${body}`));
    await updated;
    return Promise.all([soon, whole]);
  });
  for (const [body, [soon, whole]] of (await Promise.all(all)).entries()) {
    expect(known.indexOf(`soon ${body}`)).toBeLessThan(known.indexOf(`whole ${body}`));
    const [digests, early] = [whole, soon].map((each) => each.map((one) => one.toString("hex")));
    expect(digests).toEqual(expected(bodies[body] ?? []));
    const isMd5 = (at: number) => ALGORITHMS[at]?.name === "MD5";
    expect(early).toEqual(digests?.map((digest, at) => (isMd5(at) ? "" : digest)));
  }
});

test("a body that was begun before the threads were closed gets its digests", async () => {
  const own = new DigestThreads();
  const body = randomBytes(200_000);
  const running = own.start(ALGORITHMS);
  await running.update(body.subarray(0, 100_000), false);
  await own.close();
  await running.update(body.subarray(100_000), true);
  const digests = (await running.finish()).map((digest) => digest.toString("hex"));
  expect(digests).toEqual(expected([body]));
  const again = own.start([CHECKSUM_ALGORITHMS.MD5]);
  await again.update(Buffer.alloc(100_000), true);
  expect((await again.finish())[0]?.length).toBe(16);
  await own.close();
});

test("pieces end anywhere in a block, of bodies that end at different times", async () => {
  const size = fc.oneof(
    fc.constantFrom(0, 1, 55, 56, 63, 64, 65, 119, 120, 32_767, 32_768, 32_769),
    fc.nat(100_000),
  );
  const body = fc.array(size, { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 12 }), async (sizes) => {
      // Below that size a body isn't digested in a thread.
      const bodies = sizes.map((rest) => [65_536, ...rest].map((bytes) => randomBytes(bytes)));
      const digests = await Promise.all(bodies.map((pieces, i) => digestsOf(pieces, i % 2 === 0)));
      expect(digests).toEqual(bodies.map(expected));
    }),
    { numRuns: 25 },
  );
});
