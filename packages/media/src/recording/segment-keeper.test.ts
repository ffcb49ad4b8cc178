import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Segment } from "../container/segment.ts";
import { KeptRecordings } from "./kept-recordings.ts";
import { KeptFile } from "./recording-file.ts";
import { SpillFolder } from "./spill-folder.ts";

const BODY_BYTES = 1_000;
const DURATION_MS = 2_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rolecast-kept-"));
});
afterEach(() => rm(folder, { recursive: true }));

function segmentAt(index: number, init?: string): Segment {
  return {
    ...{ body: Buffer.alloc(BODY_BYTES, index), index, durationMs: DURATION_MS },
    ...{ programDateTimeMs: index * DURATION_MS, discontinuity: false },
    init: init === undefined ? undefined : { name: init, body: Buffer.from(init) },
    keyframeIntervals: [{ offset: 0, length: BODY_BYTES, durationMs: DURATION_MS }],
    ...{ videoBytes: BODY_BYTES, audioBytes: 0, videoFrames: 60 },
  };
}

function spillFolder(bytesMax = 100 * BODY_BYTES): SpillFolder {
  return new SpillFolder({ folder: join(folder, "spill"), segments: folder, bytesMax });
}

/** Keeps segments as a recording would that has `filesBefore` files of earlier broadcasts. */
async function keep(streamId: string, files: readonly (readonly Segment[])[], filesBefore = 0) {
  const keeper = spillFolder().keeperOf(streamId);
  const kept = files.flatMap((segments, file) =>
    segments.map((segment) =>
      keeper?.keep({ rendition: "180p30", segment, file, breaksBefore: false, marks: [] }),
    ),
  );
  keeper?.begin(filesBefore);
  expect(await new KeptFile(kept).failure).toBeUndefined();
}

async function objectsOf(streamId: string, indexes: readonly number[] = []) {
  const objects: unknown[] = [];
  const rows = indexes.map((index) => ({
    ...{ rendition: "180p30", index, durationMs: 0, length: 0, programDateTimeMs: 0 },
    ...{ discontinuity: false, byteRanges: [] },
  }));
  const kept = new KeptRecordings(folder).objects(streamId, rows, "media/hls");
  for await (const { path, row, body } of kept) {
    const bytes = Buffer.concat(body).length;
    objects.push([path, bytes, row?.durationMs, row?.discontinuity]);
  }
  return objects;
}

test("files are made of what is kept, but for those that are in the bucket", async () => {
  await keep("st-1", [[segmentAt(0)], [segmentAt(1), segmentAt(2)], [segmentAt(3)]]);
  expect(await objectsOf("st-1", [0])).toEqual([
    ["media/hls/180p30/1.ts", 2 * BODY_BYTES, 2 * DURATION_MS, false],
    ["media/hls/180p30/2.ts", BODY_BYTES, DURATION_MS, false],
  ]);
  expect(await objectsOf("st-2")).toEqual([]);
});

test("files that go on with an earlier broadcast's are numbered behind them", async () => {
  await keep("st-1", [[segmentAt(0)]], 7);
  expect(await objectsOf("st-1", [6])).toEqual([
    ["media/hls/180p30/7.ts", BODY_BYTES, DURATION_MS, false],
  ]);
  // What was before it is missing, so that it doesn't continue.
  expect(await objectsOf("st-1", [5])).toEqual([
    ["media/hls/180p30/7.ts", BODY_BYTES, DURATION_MS, true],
  ]);
});

test("what players read before a file comes before it, once", async () => {
  const [name, a, b] = ["init-1.mp4", segmentAt(0, "init-1.mp4"), segmentAt(1, "init-1.mp4")];
  await keep("st-1", [[a], [b]]);
  expect(await objectsOf("st-1")).toEqual([
    [`media/hls/180p30/${name}`, name.length, undefined, undefined],
    ["media/hls/180p30/0.mp4", BODY_BYTES, DURATION_MS, false],
    ["media/hls/180p30/1.mp4", BODY_BYTES, DURATION_MS, false],
  ]);
});

test("a segment that was being written when its process died isn't part of a file", async () => {
  await keep("st-1", [[segmentAt(0), segmentAt(1), segmentAt(2)]]);
  const second = join(folder, "st-1", "2.segment");
  const { size, mode } = await stat(second);
  expect(mode & 0o077).toBe(0);
  for (const length of [0, 3, 20, size - 1]) {
    await truncate(second, length);
    // Nor what comes after it, which doesn't continue the first.
    expect(await objectsOf("st-1")).toEqual([
      ["media/hls/180p30/0.ts", BODY_BYTES, DURATION_MS, false],
    ]);
  }
});

test("a file that has its row makes room for another segment, in the same file of the disk", async () => {
  const [keeper, path] = [spillFolder().keeperOf("st-1"), join(folder, "st-1", "1.segment")];
  keeper?.begin(0);
  const one = async (index: number, length = BODY_BYTES) => {
    const segment = { ...segmentAt(index), body: Buffer.alloc(length, index) };
    const kept = keeper?.keep({
      ...{ rendition: "180p30", segment, file: index, breaksBefore: false, marks: [] },
    });
    expect(await kept?.failure).toBeUndefined();
    return kept;
  };
  await (await one(1))?.free();
  const before = await readFile(path);
  const second = await one(2, BODY_BYTES / 2);
  expect(await readdir(join(folder, "st-1"))).toEqual(["1.segment"]);
  expect(await second?.read()).toEqual(Buffer.alloc(BODY_BYTES / 2, 2));
  expect(await objectsOf("st-1")).toEqual([
    ["media/hls/180p30/2.ts", BODY_BYTES / 2, DURATION_MS, true],
  ]);
  // As a kill leaves it in the midst of a write, or a power cut with a part of what was written.
  const after = await readFile(path);
  const start = after.indexOf(Buffer.alloc(BODY_BYTES / 2, 2));
  for (const length of [2, 100, start]) {
    await writeFile(path, Buffer.concat([after.subarray(0, length), before.subarray(length)]));
    expect(await objectsOf("st-1", [1])).toEqual([]);
  }
  await second?.remove();
  expect(await readdir(join(folder, "st-1"))).toEqual([]);
});

test("nothing is kept past the bound, and a recording that is over leaves nothing", async () => {
  const spill = spillFolder(2 * BODY_BYTES);
  const keeper = spill.keeperOf("st-1");
  keeper?.begin(0);
  const one = (index: number) =>
    keeper?.keep({
      ...{ rendition: "180p30", segment: segmentAt(index), file: 0, breaksBefore: false },
      marks: [],
    });
  const kept = [one(0), one(1), one(2)];
  expect(kept.map((segment) => segment !== undefined)).toEqual([true, true, false]);
  await kept[0]?.remove();
  expect(one(3)).toBeDefined();
  await keeper?.close();
  expect([one(4), await readdir(folder)]).toEqual([undefined, []]);
});

test("what waits for a recording that never begins is no hindrance to its end", async () => {
  const keeper = spillFolder().keeperOf("st-1");
  const kept = keeper?.keep({
    ...{ rendition: "180p30", segment: segmentAt(0), file: 0, breaksBefore: false, marks: [] },
  });
  await keeper?.close();
  await kept?.remove();
  expect(await readdir(folder)).toEqual([]);
});

test.each(["..", "a/b", "", "../x"])("%j isn't a stream's id, and no folder's name", (id) => {
  expect(() => new KeptRecordings(folder).folderOf(id)).toThrow("isn't a stream's id");
});
