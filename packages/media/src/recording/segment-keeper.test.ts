import {
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Segment } from "../container/segment.ts";
import type { KeptFile } from "./kept-file.ts";
import { KeptRecordings } from "./kept-recordings.ts";
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

/**
 * Keeps segments as a recording would that has `filesBefore` files of earlier broadcasts;
 * unknown while it hasn't begun in the bucket.
 */
async function keep(
  streamId: string,
  files: readonly (readonly Segment[])[],
  filesBefore: number | "unknown" = 0,
) {
  const keeper = spillFolder().keeperOf(streamId);
  const kept = files.flatMap((segments, file) => {
    const one = keeper?.file();
    return segments.map((segment) => keepIn(one, segment, file)?.written);
  });
  if (filesBefore !== "unknown") await keeper?.begin(filesBefore);
  expect(await Promise.all(kept)).toEqual(files.flat().map(() => true));
  // As a killed process leaves it.
  const [own, aside] = [join(folder, streamId), join(folder, "aside")];
  await cp(own, aside, { recursive: true });
  await keeper?.close();
  await rename(aside, own);
}

const keepEarly = (streamId: string, files: readonly (readonly Segment[])[]) =>
  keep(streamId, files, "unknown");

function keepIn(kept: KeptFile | undefined, segment: Segment, file = 0) {
  return kept?.keep({ rendition: "180p30", segment, file, breaksBefore: false, marks: [] });
}

async function objectsOf(streamId: string, indexes: readonly number[] = []) {
  const objects: unknown[] = [];
  const rows = indexes.map((index) => ({
    ...{ rendition: "180p30", index, durationMs: 0, length: 0, programDateTimeMs: 0 },
    ...{ discontinuity: false, byteRanges: [] },
  }));
  const kept = new KeptRecordings(folder).objects(streamId, rows, { hlsPath: "media/hls" });
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

test("files that go on with an earlier broadcast's are behind them, after a break", async () => {
  await keep("st-1", [[segmentAt(0)], [segmentAt(1)]], 7);
  expect(await objectsOf("st-1", [6])).toEqual([
    ["media/hls/180p30/7.ts", BODY_BYTES, DURATION_MS, true],
    ["media/hls/180p30/8.ts", BODY_BYTES, DURATION_MS, false],
  ]);
  // What was before it is missing.
  expect(await objectsOf("st-1", [5, 8])).toEqual([
    ["media/hls/180p30/7.ts", BODY_BYTES, DURATION_MS, true],
  ]);
});

test("what was kept before its recording began in the bucket is the next process's", async () => {
  const files = [[segmentAt(0), segmentAt(1)], [segmentAt(2)]];
  const after = (number: number, discontinuity: boolean) => [
    [`media/hls/180p30/${number}.ts`, 2 * BODY_BYTES, 2 * DURATION_MS, discontinuity],
    [`media/hls/180p30/${number + 1}.ts`, BODY_BYTES, DURATION_MS, false],
  ];
  await keepEarly("st-1", files);
  expect(await objectsOf("st-1")).toEqual(after(0, false));
  await keepEarly("st-2", files);
  expect(await objectsOf("st-2", [5, 6])).toEqual(after(7, true));
  // That process may have died as well, with the first of them in the bucket.
  expect(await objectsOf("st-2", [5, 6, 7])).toEqual(after(7, true).slice(1));
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
  const [media, index] = [join(folder, "st-1", "1.media"), join(folder, "st-1", "1.segments")];
  const [bytes, lines] = [await readFile(media), await readFile(index)];
  expect(((await stat(media)).mode | (await stat(index)).mode) & 0o077).toBe(0);
  const second = lines.indexOf("\n") + 1;
  const only = [["media/hls/180p30/0.ts", BODY_BYTES, DURATION_MS, false]];
  for (const length of [0, 3, 20, BODY_BYTES - 1]) {
    // Nor what comes after it, which doesn't continue the first.
    await truncate(media, BODY_BYTES + length);
    expect(await objectsOf("st-1")).toEqual(only);
    // As a power cut leaves it, which took a part of the bytes.
    await writeFile(media, bytes.subarray(0, BODY_BYTES + length));
    await truncate(media, bytes.length);
    expect(await objectsOf("st-1")).toEqual(only);
  }
  await writeFile(media, bytes);
  for (const length of [second, second + 1, lines.indexOf("\n", second) - 1]) {
    await writeFile(index, lines.subarray(0, length));
    expect(await objectsOf("st-1")).toEqual(only);
  }
  await rm(media);
  expect(await objectsOf("st-1")).toEqual([]);
});

test("a file that has its row is gone, and goes on for those that read it", async () => {
  const keeper = spillFolder().keeperOf("st-1");
  keeper?.begin(0);
  const [file, other] = [keeper?.file(), keeper?.file()];
  const [first, second] = [keepIn(file, segmentAt(1)), keepIn(file, segmentAt(2))];
  const lease = second?.lease();
  expect(await second?.written).toBe(true);
  expect(await keepIn(other, segmentAt(3), 1)?.written).toBe(true);
  const media = await readFile(join(folder, "st-1", "1.media"));
  expect(media).toEqual(Buffer.concat([segmentAt(1).body, segmentAt(2).body]));
  await file?.remove();
  expect((await readdir(join(folder, "st-1"))).sort()).toEqual([
    ...["0.before", "2.media", "2.segments"],
  ]);
  expect(await lease?.read()).toEqual(segmentAt(2).body);
  lease?.free();
  await new Promise(setImmediate);
  expect([await lease?.read(), await first?.read()]).toEqual([undefined, undefined]);
  await keeper?.close();
});

test("nothing is kept past the bound, and a recording that is over leaves nothing", async () => {
  const spill = spillFolder(2 * BODY_BYTES);
  const keeper = spill.keeperOf("st-1");
  keeper?.begin(0);
  const file = keeper?.file();
  const kept = [0, 1, 2].map((index) => keepIn(file, segmentAt(index)));
  expect(kept.map((segment) => segment !== undefined)).toEqual([true, true, false]);
  expect(keepIn(keeper?.file(), segmentAt(3), 1)).toBeUndefined();
  await file?.remove();
  expect(keepIn(keeper?.file(), segmentAt(3), 1)).toBeDefined();
  // In the place of the one that had no room it would be another's.
  expect(keepIn(file, segmentAt(3))).toBeUndefined();
  await keeper?.close();
  expect([keeper?.file(), await readdir(folder)]).toEqual([undefined, []]);
  expect(spill.reserve(2 * BODY_BYTES)).toBe(true);
  expect(spill.reserve(1)).toBe(false);
});

test("what waits for a recording that never begins is no hindrance to its end", async () => {
  const keeper = spillFolder().keeperOf("st-1");
  const file = keeper?.file();
  const kept = keepIn(file, segmentAt(0));
  await keeper?.close();
  expect(await kept?.written).toBe(true);
  await file?.remove();
  expect(await readdir(folder)).toEqual([]);
});

test.each(["../1.media", "1.segments", "", "a.media", "1.media/x"])(
  "%j isn't a recorded file's name, whoever says so",
  (name) => {
    expect(() => new KeptRecordings(folder).pathOf("st-1", name)).toThrow("recorded file's name");
  },
);

test.each(["..", "a/b", "", "../x"])("%j isn't a stream's id, and no folder's name", (id) => {
  expect(() => new KeptRecordings(folder).folderOf(id)).toThrow("isn't a stream's id");
});

test("what a recording leaves behind is the next process's, and takes no room", async () => {
  const spill = spillFolder(5 * BODY_BYTES);
  const keeper = spill.keeperOf("st-1");
  keeper?.begin(0);
  const file = keeper?.file();
  const kept = [1, 2].map((index) => keepIn(file, segmentAt(index)));
  await keeper?.leaveBehind();
  // As the recording's queue does with what it no longer writes.
  await file?.remove();
  expect(await Promise.all(kept.map((one) => one?.written))).toEqual([true, true]);
  expect([keepIn(file, segmentAt(3)), keeper?.file()]).toEqual([undefined, undefined]);
  expect(spill.reserve(5 * BODY_BYTES)).toBe(true);
  expect(await objectsOf("st-1")).toEqual([
    ["media/hls/180p30/0.ts", 2 * BODY_BYTES, 2 * DURATION_MS, false],
  ]);
});
