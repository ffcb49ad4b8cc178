import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { holdMemory, releaseMemory, takeMemory } from "../runtime/segment-memory.ts";
import { segment } from "../testing/synthetic-media.ts";
import { DateRanges } from "./date-ranges.ts";
import { LiveWindow, POSITION_START } from "./live-window.ts";
import { SegmentShelf } from "./segment-shelf.ts";

const LIMITS = { segmentsKeptMs: 15_000, segmentsKeptBytesMax: Number.POSITIVE_INFINITY };

async function openShelf(hasRoom: () => boolean = () => true) {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-shelf-"));
  const shelf = new SegmentShelf({
    file: join(folder, "a", "live"),
    segmentBytesMax: 1_000,
    hasRoom,
  });
  await shelf.open();
  onTestFinished(async () => {
    await shelf.close();
    rmSync(folder, { recursive: true });
  });
  return { shelf, folder: join(folder, "a") };
}

test("segments are read back, and a place is used again once nobody reads it", async () => {
  const { shelf, folder } = await openShelf();
  const [one, two] = await Promise.all([
    shelf.put(Buffer.alloc(1_000, 1)),
    shelf.put(Buffer.alloc(999, 2)),
  ]);
  expect(readdirSync(folder)).toEqual([]);
  expect(await two?.read()).toEqual(Buffer.alloc(999, 2));
  const reading = one?.read();
  one?.free();
  const three = await shelf.put(Buffer.alloc(1_000, 3));
  expect(await reading).toEqual(Buffer.alloc(1_000, 1));
  expect(await one?.read()).toBeUndefined();
  expect(await three?.read()).toEqual(Buffer.alloc(1_000, 3));
  two?.free();
  three?.free();
  // The file was emptied, and takes the next ones.
  const four = await shelf.put(Buffer.alloc(10, 4));
  expect(await four?.read()).toEqual(Buffer.alloc(10, 4));
});

test("what is too large, fills the disk or comes after the end isn't taken", async () => {
  let isFull = false;
  const { shelf } = await openShelf(() => !isFull);
  expect(await shelf.put(Buffer.alloc(1_001))).toBeUndefined();
  isFull = true;
  expect(await shelf.put(Buffer.alloc(1))).toBeUndefined();
  isFull = false;
  await shelf.close();
  expect(await shelf.put(Buffer.alloc(1))).toBeUndefined();
});

test("older segments leave memory, and are served until they are dropped", async () => {
  const { shelf } = await openShelf();
  const window = new LiveWindow(6, LIMITS, POSITION_START, new DateRanges(), shelf);
  const read = (sequence: number) => window.segment(sequence);
  const bodyOf = (index: number): Buffer => {
    const body = takeMemory(500).subarray(0, 500).fill(index);
    return body;
  };
  for (let index = 0; index < 12; index += 1) {
    window.add(segment({ body: bodyOf(index), durationMs: 2_000 }));
    await vi.waitFor(() => expect(window.bytes).toBeLessThanOrEqual(4 * 500));
  }
  const found = await Promise.all(Array.from({ length: 12 }, (_, sequence) => read(sequence)));
  const first = found.findIndex((body) => body !== undefined);
  expect(first).toBe(4);
  for (const [sequence, body] of found.entries()) {
    expect(body?.[0]).toBe(sequence < first ? undefined : sequence);
    expect(body?.length).toBe(sequence < first ? undefined : 500);
  }
  window.close();
  expect([await read(11), await read(5), window.bytes]).toEqual([undefined, undefined, 0]);
});

test("a player's bytes stay as they are, whatever becomes of their segment", async () => {
  const { shelf } = await openShelf();
  const window = new LiveWindow(
    1,
    { ...LIMITS, segmentsKeptMs: 0 },
    POSITION_START,
    undefined,
    shelf,
  );
  window.addPart({ ...part(0), body: Buffer.alloc(200, 7) });
  const memory = takeMemory(500);
  const body = memory.subarray(0, 500).fill(7);
  window.addPart({ ...part(1), body: body.subarray(200) });
  window.add(segment({ body, durationMs: 2_000 }));
  const given = [await window.segment(0), await window.part(0, 1)];
  for (let index = 1; index < 9; index += 1) {
    window.add(segment({ body: takeMemory(500).subarray(0, 500).fill(index) }));
    await setImmediate();
  }
  // The segment's own memory is another's by now.
  memory.fill(0);
  expect(given).toEqual([Buffer.alloc(500, 7), Buffer.alloc(300, 7)]);
});

/** A recording's copy on the disk, of which a test decides when it is written. */
function keptBytes(body: Buffer) {
  const [onDisk, counts] = [Buffer.from(body), { reads: 0, freed: 0 }];
  let write: (isThere: boolean) => void = () => {};
  const written = new Promise<boolean>((resolve) => {
    write = resolve;
  });
  const read = async () => {
    counts.reads += 1;
    return counts.freed === 0 ? onDisk : undefined;
  };
  const free = () => {
    counts.freed += 1;
  };
  return { counts, write, kept: { lease: () => ({ written, read, free }) } };
}

test("a recorded segment leaves memory for the disk, and comes back if it is recent", async () => {
  const { shelf } = await openShelf();
  const window = new LiveWindow(6, LIMITS, POSITION_START, new DateRanges(), shelf);
  const all = [1, 2, 3].map((index) => {
    const body = takeMemory(500).subarray(0, 500).fill(index);
    const one = keptBytes(body);
    window.add(segment({ body, durationMs: 2_000 }), one.kept);
    return one;
  });
  const [first, second, third] = all;
  expect(await window.segment(1)).toEqual(Buffer.alloc(500, 2));
  for (const one of all.slice(0, 2)) one.write(true);
  third?.write(false);
  await setImmediate();
  // The second one was asked for, and the third isn't there.
  expect([window.bytes, third?.counts.freed]).toEqual([2 * 500, 1]);
  const twice = await Promise.all([window.segment(0), window.segment(0)]);
  expect(twice).toEqual([Buffer.alloc(500, 1), Buffer.alloc(500, 1)]);
  expect([window.bytes, first?.counts.reads, second?.counts.reads]).toEqual([3 * 500, 1, 0]);
  for (let index = 4; index < 8; index += 1) window.add(segment({ durationMs: 2_000 }));
  const others = window.bytes;
  await vi.waitFor(() => expect(window.bytes).toBeLessThan(others));
  expect(await window.segment(0)).toEqual(Buffer.alloc(500, 1));
  expect(await window.segment(2)).toEqual(Buffer.alloc(500, 3));
  expect(first?.counts).toEqual({ reads: 2, freed: 0 });
  window.close();
  expect(all.map(({ counts }) => counts.freed)).toEqual([1, 1, 1]);
  expect(await window.segment(0)).toBeUndefined();
});

test("a recording that still has a segment keeps its memory from being used again", async () => {
  const window = new LiveWindow(1, { ...LIMITS, segmentsKeptMs: 0 });
  const body = takeMemory(700_000).subarray(0, 600_000).fill(1);
  window.add(segment({ body }));
  holdMemory(body);
  window.close();
  takeMemory(700_000).fill(2);
  expect(body.every((byte) => byte === 1)).toBe(true);
  releaseMemory(body);
});

function part(index: number) {
  const times = { durationMs: 1_000, programDateTimeMs: 0 };
  return { index, independent: index === 0, discontinuity: false, ...times };
}
