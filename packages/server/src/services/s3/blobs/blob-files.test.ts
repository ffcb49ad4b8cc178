import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { FileBody } from "../../../kernel/files/file-body.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { UNWATCHED_DISK } from "../../../kernel/ports/disk-space.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { BlobFiles } from "./blob-files.ts";
import type { BlobHolds } from "./blob-holds.ts";
import { BlobLeases } from "./blob-leases.ts";
import { BlobReader } from "./blob-reader.ts";
import { prefixOf } from "./blob-store.ts";
import { InlineBlobs } from "./inline-blobs.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const blind = { observeBatch: async () => {} };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "rolecast-blobs-"));
});
afterEach(async () => {
  for (const blobs of opened.splice(0)) await blobs.close();
  await rm(dir, { recursive: true, force: true });
});

const opened: BlobFiles[] = [];
function blobFiles(holds?: BlobHolds, log = quiet): BlobFiles {
  const register = async () => `writer${opened.length}`;
  const options = { dir, durable: true, register, log, disk: UNWATCHED_DISK };
  const blobs = new BlobFiles({ ...options, ...(holds ? { holds } : {}) });
  opened.push(blobs);
  return blobs;
}

async function files(): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(2_000_000);
  throw new Error("the client went away");
}

test.each([
  ["a stream's only chunk", [5_000_000]],
  ["the last chunk of one", [9, 2_250_000, 2_250_000]],
  ["small chunks that end beyond a batch", Array<number>(90).fill(50_000)],
])("%s is written whole while its digests lag behind", async (_what, sizes) => {
  const chunks = sizes.map((size) => randomBytes(size));
  const lagging = { observeBatch: () => new Promise<void>((go) => setTimeout(go, 20)) };
  const blobs = blobFiles();
  const stream = Readable.from(chunks, { objectMode: false });
  const { blobId, sizeBytes } = await blobs.write(stream, lagging);
  const whole = Buffer.concat(chunks);
  expect(sizeBytes).toBe(whole.length);
  expect(whole.equals(await readFile(join(dir, blobId)))).toBe(true);
});

test("a file becomes a blob without a copy, where it can be linked and is whole", async () => {
  const blobs = blobFiles();
  const outside = await mkdtemp(join(tmpdir(), "rolecast-adopted-"));
  onTestFinished(() => rm(outside, { recursive: true }));
  const path = join(outside, "1.media");
  await writeFile(path, "recorded");
  const adopted = await blobs.adopt(new FileBody(path, 8, 0));
  const placeOf = (blobId = "") => join(dir, blobId);
  expect((await stat(placeOf(adopted?.blobId))).ino).toBe((await stat(path)).ino);
  const kept = (await files()).length;
  await expect(blobs.adopt(new FileBody(path, 9, 0))).rejects.toThrow("internal error");
  await expect(blobs.adopt(new FileBody(join(outside, "2.media"), 8, 0))).rejects.toThrow("ENOENT");
  // As a file system without links answers.
  expect(await blobs.adopt(new FileBody(outside, 8, 0))).toBeUndefined();
  expect((await files()).length).toBe(kept);
});

test("what is written reads back, across blobs and from the middle of them", async () => {
  const blobs = blobFiles();
  const first = await blobs.write(Readable.from([Buffer.from("abc"), Buffer.from("def")]), blind);
  const second = await blobs.write(Readable.from([Buffer.alloc(1_000_000, "x")]), blind);
  expect([first.sizeBytes, second.sizeBytes]).toEqual([6, 1_000_000]);
  let released = 0;
  const slices = [
    { blobId: first.blobId, blobBytes: 6, start: 2, length: 4 },
    { blobId: second.blobId, blobBytes: 1_000_000, start: 999_990, length: 10 },
  ];
  const reader = new BlobReader(blobs, slices, undefined, () => released++);
  expect((await buffer(reader)).toString()).toBe("cdefxxxxxxxxxx");
  expect(released).toBe(1);
});

test("what is written with a key stands in the file as something else, and reads back with the key", async () => {
  const blobs = blobFiles();
  const key = randomBytes(32);
  const text = Buffer.alloc(1_000_000, "plain text ");
  const { blobId } = await blobs.write(Readable.from([text]), blind, { key });
  expect((await readFile(join(dir, blobId))).includes("plain")).toBe(false);
  const slices = [400_003, 5].map((start) => ({
    blobId,
    blobBytes: 1_000_000,
    start,
    length: 300_000,
  }));
  const read = await buffer(new BlobReader(blobs, slices, undefined, () => {}, key));
  const wanted = slices.map(({ start, length }) => text.subarray(start, start + length));
  expect(read.equals(Buffer.concat(wanted))).toBe(true);
});

test("a source that fails leaves nothing behind", async () => {
  const blobs = blobFiles();
  await expect(blobs.write(failing(), blind)).rejects.toThrow("the client went away");
  await blobs.close();
  expect(await files()).toEqual([]);
});

test("many writes at once each get a file of their own", async () => {
  const blobs = blobFiles();
  const texts = Array.from({ length: 100 }, (_, i) => `blob ${i}`);
  const written = await Promise.all(
    texts.map((text) => blobs.write(Readable.from([Buffer.from(text)]), blind)),
  );
  for (const [index, { blobId, sizeBytes }] of written.entries()) {
    const slice = { blobId, blobBytes: sizeBytes, start: 0, length: sizeBytes };
    const bytes = await buffer(new BlobReader(blobs, [slice], undefined, () => {}));
    expect(bytes.toString()).toBe(texts[index]);
  }
  await blobs.close();
  expect(await files()).toHaveLength(texts.length);
});

test("a link is a copy with a life of its own", async () => {
  const blobs = blobFiles();
  const written = await blobs.write(Readable.from([Buffer.from("shared")]), blind);
  const { blobId } = written;
  const copy = (await blobs.copy(written))?.blobId ?? "";
  await blobs.remove([blobId]);
  const slice = { blobId: copy, blobBytes: 6, start: 0, length: 6 };
  expect((await buffer(new BlobReader(blobs, [slice], undefined, () => {}))).toString()).toBe(
    "shared",
  );
  await expect(blobs.open(blobId)).rejects.toMatchObject({ code: "ENOENT" });
});

test("what is written after its writer was ended is another writer's, and no file is left of the first", async () => {
  let writers = 0;
  const register = async () => `writer${writers++}`;
  const blobs = new BlobFiles({ dir, durable: true, register, log: quiet, disk: UNWATCHED_DISK });
  opened.push(blobs);
  const ids = [];
  for (const text of ["one", "two"]) {
    const { blobId } = await blobs.write(Readable.from([Buffer.from(text)]), blind);
    ids.push(blobId);
    await blobs.abandon("somebody else's");
    await blobs.abandon("writer0");
  }
  expect(ids.map(prefixOf)).toEqual(["writer0", "writer1"]);
  expect(await files()).toHaveLength(1 + 32);
});

test("files stay while somebody reads them, and nobody begins once they are being removed", async () => {
  const removed: string[] = [];
  let finish = () => {};
  const leases = new BlobLeases(async (blobIds) => {
    removed.push(...blobIds);
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  const [one, two] = [leases.hold("object"), leases.hold("object")];
  leases.remove("object", ["blob"]);
  one?.();
  one?.();
  expect(removed).toEqual([]);
  two?.();
  expect(removed).toEqual(["blob"]);
  expect(leases.hold("object")).toBeUndefined();
  finish();
  await new Promise((resolve) => setImmediate(resolve));
  expect(leases.hold("object")).toBeDefined();
});

test("files that are removed while a copy is made go later, and so after a clean-up", async () => {
  let isHeld = true;
  const warnings: object[] = [];
  const warn = (fields: object) => void warnings.push(fields);
  const log = { ...quiet, warn, error: warn };
  const blobs = blobFiles({ isHeld: async () => isHeld } as BlobHolds, log);
  const write = async () =>
    (await blobs.write(Readable.from([Buffer.alloc(100_000)]), blind)).blobId;
  const isThere = (blobId: string) =>
    blobs.open(blobId).then(
      (handle) => handle.close().then(() => true),
      () => false,
    );
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    for (const round of [1, 2]) {
      // Once with nothing that waits to be removed, and once with something.
      await blobs.clear();
      isHeld = true;
      const ids = [await write(), await write()];
      await blobs.remove(ids);
      vi.advanceTimersByTime(1_999);
      expect(await Promise.all(ids.map(isThere)), `round ${round}`).toEqual([true, true]);
      isHeld = false;
      vi.advanceTimersByTime(1);
      await vi.waitFor(async () =>
        expect(await Promise.all(ids.map(isThere))).toEqual([false, false]),
      );
      isHeld = true;
      await blobs.remove([await write()]);
      await blobs.clear();
      expect(warnings).toEqual([]);
    }
  } finally {
    vi.useRealTimers();
  }
});

test("small bodies of the server's own are rows where all others are files", async () => {
  const limits = { bytesMax: 0, essentialBytesMax: 10 };
  const ids = { alphanumeric: () => "random" } as unknown as Ids;
  const shared = { db: undefined as never, clock: { nowMs: () => 1 }, ids, disk: UNWATCHED_DISK };
  const blobs = new InlineBlobs({ elsewhere: blobFiles(), limits, ...shared });
  const write = async (length: number, isEssential: boolean) => {
    const how = { expectedBytes: length, mayBeInline: true, isEssential };
    return blobs.write([Buffer.alloc(length, 1)], blind, how);
  };
  expect((await write(10, true)).inlineBytes).toHaveLength(10);
  for (const { blobId, inlineBytes } of [await write(11, true), await write(10, false)])
    expect([inlineBytes, (await stat(join(dir, blobId))).isFile()]).toEqual([undefined, true]);
});
