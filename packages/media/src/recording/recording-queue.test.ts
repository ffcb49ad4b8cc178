import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { takeMemory } from "../runtime/segment-memory.ts";
import { segment } from "../testing/synthetic-media.ts";
import { makeKeptFile } from "./kept-file.ts";
import { RecordedPiece } from "./recorded-piece.ts";
import { joinSegments } from "./recording-file.ts";
import { type NextFile, RecordingQueue } from "./recording-queue.ts";
import { SegmentKeeper } from "./segment-keeper.ts";

const BYTES = 40_000;

/** Three files of one segment each, kept on the disk, of which some can't be written there. */
async function waitingFiles(failing: readonly number[]) {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-queue-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const room = { reserve: () => true, release: () => {} };
  const keeper = new SegmentKeeper(folder, room, async (path) => {
    if (failing.some((number) => basename(path).startsWith(`${number + 1}.`))) {
      throw new Error("the disk is full");
    }
    return makeKeptFile(path);
  });
  keeper.begin(0);
  const queue = new RecordingQueue(10 * BYTES, undefined);
  const bodies = [0, 1, 2].map((index) => {
    const one = segment({
      index,
      body: takeMemory(BYTES)
        .subarray(0, BYTES)
        .fill(index + 1),
    });
    const place = { rendition: "720p30", segment: one, file: index, breaksBefore: false };
    const file = keeper.file();
    const kept = file?.keep({ ...place, marks: [] });
    const joined = joinSegments([{ ...one, length: BYTES }], "720p30", index, false);
    const isTaken = queue.push({
      ...joined,
      pieces: [new RecordedPiece(one.body, kept)],
      kept: file,
    });
    expect(isTaken).toBe(true);
    return { body: one.body, kept };
  });
  const written = await Promise.all(bodies.map(({ kept }) => kept?.written));
  expect(written).toEqual([0, 1, 2].map((index) => !failing.includes(index)));
  await new Promise(setImmediate);
  return { queue, folder, bodies: bodies.map(({ body }) => body) };
}

/** The files' bytes, each once, and whether they come from the disk. */
async function readAll(queue: RecordingQueue, folder: string): Promise<unknown[]> {
  const read: unknown[] = [];
  const bytesOf = (file: NextFile): Buffer => {
    if (file.lost !== undefined) return Buffer.from(file.lost);
    const { body } = file;
    return "file" in body ? readFileSync(join(folder, body.file)) : Buffer.concat(body);
  };
  while (
    await queue.next(async (file) => {
      // What the host is given stays as it is until it has answered.
      read.push([[...new Set(bytesOf(file))], file.lost === undefined && "file" in file.body]);
      return true;
    })
  );
  expect(readdirSync(folder)).toEqual(["0.before"]);
  return read;
}

test("files that are on the disk leave memory, and are given as they lie there", async () => {
  const { queue, folder, bodies } = await waitingFiles([]);
  const taken = Array.from({ length: 4 }, () => takeMemory(BYTES).fill(9));
  const isTaken = (body?: Buffer): boolean => taken.some(({ buffer }) => buffer === body?.buffer);
  expect(bodies.map(isTaken)).toEqual([true, true, true]);
  expect(queue.pendingBytes).toBe(3 * BYTES);
  expect(await readAll(queue, folder)).toEqual([
    [[1], true],
    [[2], true],
    [[3], true],
  ]);
  expect(queue.pendingBytes).toBe(0);
});

test("a file that couldn't be kept on the disk stays in memory", async () => {
  const { queue, folder, bodies } = await waitingFiles([1]);
  const taken = Array.from({ length: 4 }, () => takeMemory(BYTES).fill(9));
  expect(taken.some(({ buffer }) => buffer === bodies[1]?.buffer)).toBe(false);
  expect(await readAll(queue, folder)).toEqual([
    [[1], true],
    [[2], false],
    [[3], true],
  ]);
});
