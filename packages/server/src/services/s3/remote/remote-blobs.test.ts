import type { Readable } from "node:stream";
import { beforeEach, expect, test } from "vitest";
import { LendingStream, takeMemory } from "../../../kernel/lent-memory.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { BlobFiles } from "../blobs/blob-files.ts";
import type { BlobSlice } from "../blobs/blob-store.ts";
import { MovingBlobs } from "../blobs/moving-blobs.ts";
import { BlobCache } from "./blob-cache.ts";
import { RemoteBlobs } from "./remote-blobs.ts";
import type { OpenedObject, StoreClient } from "./store-client.ts";

const SILENT = { debug() {}, error() {} } as unknown as Log;
const CHUNK_BYTES = 100_000;
const body = Buffer.alloc(3_000_000, "0123456789abcdefg");
const whole: BlobSlice = { blobId: "a", blobBytes: body.length, start: 0, length: body.length };

/** Lengths after which the store's answers break off, one after the other; then none does. */
let breaks: number[];
let sizeBytes: number;
/** Bytes that the store has sent. */
let sentBytes: number;
let requests: number;
let released: number;
/** The last answer's bytes. */
let answered: LendingStream;
let isAway: boolean;
let cache: BlobCache;
let blobs: MovingBlobs;
beforeEach(() => {
  [breaks, sizeBytes, sentBytes, requests, released] = [[], body.length, 0, 0, 0];
  isAway = false;
  cache = new BlobCache(64 * 1024 ** 2);
  const client = { get: async (_key: string, range?: Range) => answer(range) };
  const remote = new RemoteBlobs({
    client: client as unknown as StoreClient,
    durable: true,
    register: async () => "writer",
    log: SILENT,
    cache,
  });
  blobs = new MovingBlobs(remote, {} as BlobFiles);
});

type Range = { readonly start: number; readonly length: number };

/** Bytes in memory that is used again once they are given back. */
function answer({ start, length }: Range = { start: 0, length: body.length }): OpenedObject {
  requests++;
  if (isAway) throw new Error("The store is away.");
  const end = Math.min(start + length, start + (breaks.shift() ?? length));
  let at = start;
  const stream = new LendingStream({
    read() {
      if (at === end) return void (at < start + length ? this.destroy() : this.push(null));
      const memory = takeMemory();
      const count = body.copy(memory, 0, at, Math.min(at + CHUNK_BYTES, end));
      at += count;
      sentBytes += count;
      this.push(memory.subarray(0, count));
    },
  });
  answered = stream;
  return { body: stream, sizeBytes, etag: undefined };
}

function open(slice = whole, mayBeCached = true): Promise<Readable> {
  return blobs.read([slice], () => released++, { mayBeCached });
}

/** Reads as the gateway does, which gives chunks back. */
async function read(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    parts.push(Buffer.from(chunk));
    if (stream instanceof LendingStream) stream.giveBack(chunk);
  }
  return Buffer.concat(parts);
}

test("a blob's reader may give its memory back, and one from the cache may not", async () => {
  const readers = [await open(), await open(), await open()];
  expect(readers.map((reader) => reader instanceof LendingStream)).toEqual([true, true, true]);
  for (const reader of readers) expect((await read(reader)).equals(body)).toBe(true);
  const cached = await open();
  expect(cached).not.toBeInstanceOf(LendingStream);
  // The memory of the chunks before has other bytes meanwhile.
  for (let time = 0; time < 10; time++) takeMemory().fill(0);
  expect((await read(cached)).equals(body)).toBe(true);
  expect([requests, released]).toEqual([3, 4]);
});

test("an answer that breaks off and is gone on with fills the cache", async () => {
  await read(await open());
  breaks = [50_000, 1_234_567, 0];
  expect((await read(await open())).equals(body)).toBe(true);
  // One for each, though the reader waits for bytes while it is opened.
  expect([requests, breaks]).toEqual([5, []]);
  expect((await read(await open())).equals(body)).toBe(true);
  expect(requests).toBe(5);
});

test("an answer that broke off before anybody read it goes on once somebody does", async () => {
  const reader = await open();
  isAway = true;
  answered.destroy();
  for (let turn = 0; turn < 3; turn++) await new Promise((go) => setImmediate(go));
  expect([requests, reader.errored]).toEqual([1, null]);
  isAway = false;
  expect((await read(reader)).equals(body)).toBe(true);
  expect(requests).toBe(2);
});

test.each([
  ["breaks off too often", () => Array(6).fill(1_000)],
  ["isn't as long as its row says", () => void sizeBytes--],
])("a blob that %s isn't in the cache", async (_what, breakOff) => {
  await read(await open());
  breaks = breakOff() ?? [];
  const failed = await open()
    .then(read, () => undefined)
    .catch(() => undefined);
  expect(failed).toBeUndefined();
  sizeBytes = body.length;
  breaks = [];
  expect(cache.facts).toMatchObject({ blobs: 0, bytes: 0 });
  expect((await read(await open())).equals(body)).toBe(true);
  expect(cache.facts.blobs).toBe(1);
});

test("a client that is slow slows the store, though its bytes fill the cache", async () => {
  await read(await open());
  sentBytes = 0;
  const slow = await open();
  await new Promise<void>((resolve) => slow.once("data", () => resolve(void slow.pause())));
  await new Promise((go) => setImmediate(go));
  expect(sentBytes).toBeLessThan(body.length / 2);
  slow.destroy();
  await expect.poll(() => released).toBe(2);
  expect(cache.facts).toMatchObject({ blobs: 0, bytes: 0 });
});

test("a copy's reads are the store's, and count as no reads", async () => {
  for (let time = 0; time < 3; time++) await read(await open(whole, false));
  expect(requests).toBe(3);
  expect(cache.facts).toMatchObject({ hits: 0, misses: 0, blobs: 0 });
  for (let time = 0; time < 2; time++) await read(await open());
  await read(await open(whole, false));
  expect(requests).toBe(6);
});
