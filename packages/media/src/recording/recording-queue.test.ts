import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { holdMemory, takeMemory } from "../runtime/segment-memory.ts";
import { segment } from "../testing/synthetic-media.ts";
import { writeKeptSegment } from "./kept-segment.ts";
import { joinSegments, KeptFile } from "./recording-file.ts";
import { type NextFile, RecordingQueue } from "./recording-queue.ts";
import { SegmentKeeper } from "./segment-keeper.ts";

const BYTES = 40_000;

/** Three files of one segment each, kept on the disk, of which some can't be written there. */
async function waitingFiles(failing: readonly number[]) {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-queue-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const room = { reserve: () => true, release: () => {} };
  const keeper = new SegmentKeeper(folder, room, async (file, kept, isNew) => {
    if (failing.includes(kept.file)) throw new Error("the disk is full");
    await writeKeptSegment(file, kept, isNew);
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
    holdMemory(one.body);
    const place = { rendition: "720p30", segment: one, file: index, breaksBefore: false };
    const kept = new KeptFile([keeper.keep({ ...place, marks: [] })]);
    queue.push({ ...joinSegments([one], "720p30", index, false), kept });
    return { body: one.body, kept };
  });
  await Promise.all(bodies.map(({ kept }) => kept.failure));
  await new Promise(setImmediate);
  return { queue, bodies: bodies.map(({ body }) => body) };
}

async function readAll(queue: RecordingQueue): Promise<NextFile[]> {
  const read: NextFile[] = [];
  while (
    await queue.next(async (file) => {
      // What the host is given stays as it is until it has answered.
      const copy = file.lost === undefined ? [Buffer.concat(file.body)] : [];
      read.push(file.lost === undefined ? { row: file.row, body: copy } : file);
      return true;
    })
  );
  return read;
}

const bytesOf = (file: NextFile): number[] => [
  ...new Set(file.lost === undefined ? file.body.flatMap((body) => [...body]) : []),
];

test("files that wait for others leave memory, and are read from where they are kept", async () => {
  const { queue, bodies } = await waitingFiles([]);
  const [first, ...others] = bodies;
  const taken = Array.from({ length: 4 }, () => takeMemory(BYTES).fill(9));
  const isTaken = (body?: Buffer): boolean => taken.some(({ buffer }) => buffer === body?.buffer);
  expect([isTaken(first), ...others.map(isTaken)]).toEqual([false, true, true]);
  expect(queue.pendingBytes).toBe(3 * BYTES);
  expect((await readAll(queue)).map(bytesOf)).toEqual([[1], [2], [3]]);
  expect(queue.pendingBytes).toBe(0);
});

test("a file that couldn't be kept on the disk stays in memory", async () => {
  const { queue, bodies } = await waitingFiles([1]);
  const taken = Array.from({ length: 4 }, () => takeMemory(BYTES).fill(9));
  expect(taken.some(({ buffer }) => buffer === bodies[1]?.buffer)).toBe(false);
  expect((await readAll(queue)).map(bytesOf)).toEqual([[1], [2], [3]]);
});
