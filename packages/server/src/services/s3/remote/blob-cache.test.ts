import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import type { BlobSlice } from "../blobs/blob-store.ts";
import {
  BlobCache,
  type CachedBlob,
  type CacheFill,
  ENTRY_BYTES,
  PIECE_BYTES,
  READ_ONCE_MAX,
} from "./blob-cache.ts";

const MAX = 16 * PIECE_BYTES;
/** The longest blob that it takes. */
const LONGEST = MAX / 8;

/** The whole of a blob, whose name says its size. */
function whole(blobId: string, blobBytes: number): BlobSlice {
  return { blobId, blobBytes, start: 0, length: blobBytes };
}

/** Each byte of a blob is another one than of blobs beside it. */
function bytesOf({ blobId, blobBytes }: BlobSlice): Buffer {
  return Buffer.alloc(blobBytes, `${blobId}/0123456789`);
}

/** Brings all of a slice's bytes in chunks whose memory is used again. */
function bring(fill: CacheFill | undefined, slice: BlobSlice, chunkBytes = 100_000): void {
  const bytes = bytesOf(slice);
  const lent = Buffer.alloc(chunkBytes);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = lent.subarray(0, bytes.copy(lent, 0, at, at + chunkBytes));
    fill?.take(at, chunk);
    chunk.fill(0);
  }
}

/** Reads a blob as a request does; true if it came from memory. */
function request(cache: BlobCache, slice: BlobSlice): boolean {
  const cached = cache.read(slice);
  if (cached) {
    expect(joined(cached).equals(bytesOf(slice))).toBe(true);
    cached.release();
    return true;
  }
  const fill = cache.fill(slice);
  bring(fill, slice);
  fill?.end();
  fill?.close();
  return false;
}

function joined({ pieces }: CachedBlob): Buffer {
  return Buffer.concat(pieces);
}

test.each([1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, LONGEST])(
  "a blob of %i bytes is kept by its second read, and takes no memory before",
  (size) => {
    const cache = new BlobCache(MAX);
    const slice = whole("a", size);
    expect(request(cache, slice)).toBe(false);
    expect(cache.facts).toEqual({ hits: 0, misses: 1, blobs: 0, bytes: 0 });
    expect(request(cache, slice)).toBe(false);
    expect(request(cache, slice)).toBe(true);
    expect(cache.facts).toEqual({ hits: 1, misses: 2, blobs: 1, bytes: size + ENTRY_BYTES });
    cache.delete(["a", "b"]);
    expect(cache.read(slice)).toBeUndefined();
    expect(cache.facts).toMatchObject({ blobs: 0, bytes: 0 });
  },
);

test("a longer blob isn't kept, nor one whose size is another in its row", () => {
  const cache = new BlobCache(MAX);
  for (let time = 0; time < 3; time++) expect(request(cache, whole("a", LONGEST + 1))).toBe(false);
  for (let time = 0; time < 2; time++) request(cache, whole("b", 10));
  expect(cache.read(whole("b", 11))).toBeUndefined();
  expect(cache.fill(whole("b", 11))).toBeUndefined();
});

test("a range counts as a read, and doesn't fill", () => {
  const cache = new BlobCache(MAX);
  const slice = whole("a", 1_000);
  for (let time = 0; time < 3; time++)
    expect(cache.fill({ ...slice, length: 999 })).toBeUndefined();
  request(cache, slice);
  expect(request(cache, slice)).toBe(true);
});

test("a scan of many blobs leaves those that are read more often, and costs no memory", () => {
  const cache = new BlobCache(MAX);
  const hot = whole("hot", LONGEST);
  for (let time = 0; time < 2; time++) request(cache, hot);
  for (let scan = 0; scan < 2; scan++)
    for (let blob = 0; blob < READ_ONCE_MAX; blob++) request(cache, whole(`${blob}`, 10));
  expect(cache.facts).toMatchObject({ blobs: 1, bytes: LONGEST + ENTRY_BYTES });
  expect(request(cache, hot)).toBe(true);
});

test("the one that wasn't read for the longest time goes first", () => {
  const cache = new BlobCache(MAX);
  const slices = ["a", "b", "c", "d", "e", "f", "g"].map((name) => whole(name, LONGEST));
  for (const slice of slices) for (let time = 0; time < 2; time++) request(cache, slice);
  request(cache, whole("a", LONGEST));
  for (let time = 0; time < 2; time++) request(cache, whole("h", LONGEST));
  const kept = [...slices, whole("h", LONGEST)].filter((slice) => request(cache, slice));
  expect(kept.map(({ blobId }) => blobId)).toEqual(["a", "c", "d", "e", "f", "g", "h"]);
});

const BREAKS: readonly [string, (fill: CacheFill, slice: BlobSlice) => void][] = [
  ["breaks off", (fill) => fill.take(0, Buffer.alloc(999))],
  ["is shorter", (fill) => fill.take(0, Buffer.alloc(999))],
  [
    "is longer",
    (fill, slice) => {
      bring(fill, slice);
      fill.take(1_000, Buffer.alloc(1));
    },
  ],
  ["has a gap", (fill) => fill.take(1, Buffer.alloc(999))],
];
test.each(BREAKS)("a read that %s fills nothing", (what, run) => {
  const cache = new BlobCache(MAX);
  const slice = whole("a", 1_000);
  request(cache, slice);
  const fill = cache.fill(slice);
  run(fill as CacheFill, slice);
  if (what !== "breaks off") fill?.end();
  fill?.close();
  fill?.close();
  expect(cache.read(slice)).toBeUndefined();
  expect(cache.facts).toMatchObject({ blobs: 0, bytes: 0 });
  request(cache, slice);
  expect(request(cache, slice)).toBe(true);
});

test("several readers fill a blob together, as far as one of them has come", () => {
  const cache = new BlobCache(MAX);
  const slice = whole("a", 300_000);
  const bytes = bytesOf(slice);
  request(cache, slice);
  const [slow, fast] = [cache.fill(slice), cache.fill(slice)];
  expect(cache.facts.bytes).toBe(300_000 + ENTRY_BYTES);
  slow?.take(0, bytes.subarray(0, 10_000));
  fast?.take(0, bytes.subarray(0, 200_000));
  slow?.take(10_000, bytes.subarray(10_000, 20_000));
  slow?.close();
  expect(cache.read(slice)).toBeUndefined();
  const third = cache.fill(slice);
  third?.take(0, bytes.subarray(0, 199_000));
  fast?.close();
  third?.take(199_000, bytes.subarray(199_000));
  third?.end();
  third?.close();
  expect(request(cache, slice)).toBe(true);
});

test("a blob in use is neither evicted nor forgotten by the account of its memory", () => {
  const cache = new BlobCache(MAX);
  const used = whole("used", LONGEST);
  for (let time = 0; time < 2; time++) request(cache, used);
  const cached = cache.read(used) as CachedBlob;
  for (let blob = 0; blob < 20; blob++)
    for (let time = 0; time < 2; time++) request(cache, whole(`${blob}`, LONGEST));
  expect(request(cache, used)).toBe(true);
  cache.clear();
  expect(cache.facts).toMatchObject({ blobs: 0, bytes: LONGEST + ENTRY_BYTES });
  expect(joined(cached).equals(bytesOf(used))).toBe(true);
  cached.release();
  cached.release();
  expect(cache.facts.bytes).toBe(0);
});

test("a blob that is removed while it is filled isn't kept", () => {
  const cache = new BlobCache(MAX);
  const slice = whole("a", 1_000);
  request(cache, slice);
  const fill = cache.fill(slice);
  fill?.take(0, bytesOf(slice).subarray(0, 500));
  cache.delete(["a"]);
  fill?.take(500, bytesOf(slice).subarray(500));
  fill?.end();
  expect(cache.read(slice)).toBeUndefined();
  fill?.close();
  expect(cache.facts).toMatchObject({ blobs: 0, bytes: 0 });
});

test("blobs that are being filled take half of it at most", () => {
  const cache = new BlobCache(MAX);
  const slices = Array.from({ length: 8 }, (_, blob) => whole(`${blob}`, LONGEST - ENTRY_BYTES));
  for (const slice of slices) request(cache, slice);
  const fills = slices.map((slice) => cache.fill(slice));
  expect(fills.map((fill) => fill !== undefined)).toEqual([
    ...Array(4).fill(true),
    ...Array(4).fill(false),
  ]);
  expect(cache.facts.bytes).toBe(MAX / 2);
  for (const fill of fills) fill?.close();
  expect(cache.facts.bytes).toBe(0);
});

test("whatever its readers do, its memory is bounded and what it has is right", () => {
  const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
  const draw = numbers(seed);
  const cache = new BlobCache(MAX);
  const sizeOf = (blob: number) => 1 + ((blob * 7_919 * 13) % (LONGEST + 100));
  const open: { slice: BlobSlice; fill: CacheFill | undefined; at: number }[] = [];
  const held: { slice: BlobSlice; cached: CachedBlob }[] = [];
  for (let step = 0; step < 5_000; step++) {
    const blob = draw(40);
    const slice = whole(`${blob}`, sizeOf(blob));
    const action = draw(100);
    if (action < 1) cache.clear();
    else if (action < 4) cache.delete([slice.blobId]);
    else if (action < 40 && open.length < 30) {
      const cached = cache.read(slice);
      if (cached) held.push({ slice, cached });
      else open.push({ slice, fill: cache.fill(slice), at: 0 });
    } else if (action < 85 && open.length > 0) {
      const reader = open[draw(open.length)] as (typeof open)[number];
      const bytes = bytesOf(reader.slice).subarray(reader.at, reader.at + 1 + draw(LONGEST));
      reader.fill?.take(reader.at, bytes);
      reader.at += bytes.byteLength;
      if (reader.at < reader.slice.length) continue;
      reader.fill?.end();
      reader.fill?.close();
      open.splice(open.indexOf(reader), 1);
    } else if (action < 90)
      for (const { fill } of open.splice(draw(open.length + 1), 1)) fill?.close();
    else
      for (const { slice: wanted, cached } of held.splice(draw(held.length + 1), 1)) {
        expect(joined(cached).equals(bytesOf(wanted)), `seed ${seed}`).toBe(true);
        cached.release();
      }
    expect(cache.facts.bytes, `seed ${seed}`).toBeLessThanOrEqual(MAX);
  }
  expect(cache.facts.hits, `seed ${seed}`).toBeGreaterThan(10);
  for (const { fill } of open) fill?.close();
  for (const { cached } of held) cached.release();
  cache.clear();
  expect(cache.facts, `seed ${seed}`).toMatchObject({ blobs: 0, bytes: 0 });
});

/** Whole numbers below what is asked for, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
