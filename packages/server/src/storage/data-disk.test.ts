import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DiskFullError } from "../kernel/ports/disk-space.ts";
import type { Log } from "../kernel/ports/log.ts";
import { DataDisk, type DataDiskOptions, type DiskFacts } from "./data-disk.ts";

const MIB = 1024 ** 2;
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A disk of a size, all of it free, that doesn't count files. */
const diskOf = (mebibytes: number, change: Partial<DiskFacts> = {}): DiskFacts => ({
  ...{ bsize: 4_096, blocks: mebibytes * 256, bavail: mebibytes * 256, files: 0, ffree: 0 },
  ...change,
});

let dir = "";
const opened: DataDisk[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-disk-"));
});
afterEach(async () => {
  for (const disk of opened.splice(0)) await disk.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(
  facts: DiskFacts | (() => DiskFacts),
  options: Partial<DataDiskOptions> = {},
): Promise<DataDisk> {
  const look = async () => (typeof facts === "function" ? facts() : facts);
  const disk = await DataDisk.open({
    ...{ dir, lowWaterBytes: undefined, reserve: false, log, look },
    ...options,
  });
  opened.push(disk);
  return disk;
}

test.each([
  [8, 2],
  [16, 4],
  [32, 8],
  [36, 8],
  [160, 8],
  [320, 16],
  [5_120, 256],
  [5_100, 255],
  [10_240, 256],
  [4_000_000, 256],
])("of a disk of %i MiB, %i MiB are kept for everything but bodies", async (size, kept) => {
  expect((await open(diskOf(size))).lowWaterBytes).toBe(kept * MIB);
  expect((await open(diskOf(size), { lowWaterBytes: 5 })).lowWaterBytes).toBe(5);
});

describe("a body", () => {
  const FREE = 4_096;

  test("is taken as long as what is kept stays free", async () => {
    const disk = await open(diskOf(320, { bavail: 2 }), { lowWaterBytes: FREE });
    expect(disk.admit(FREE)).toBeUndefined();
    expect(disk.facts).toMatchObject({ freeBytes: 2 * FREE, takesBodies: 1 });
    await expect(disk.admit(FREE + 1)).rejects.toThrow(DiskFullError);
    disk.wrote(1);
    expect(disk.facts).toMatchObject({ freeBytes: 2 * FREE - 1, takesBodies: 1 });
    expect(disk.admit(FREE - 1)).toBeUndefined();
    disk.wrote(FREE);
    expect(disk.facts).toMatchObject({ freeBytes: FREE - 1, takesBodies: 0 });
    // The look of a refusal finds what is written on the disk itself: it isn't counted twice.
    await disk.admit(0);
    expect(disk.facts).toMatchObject({ freeBytes: 2 * FREE, takesBodies: 1 });
  });

  test.each([
    [{ files: 0, ffree: 0 }, 1],
    [{ files: 1_000_000, ffree: 256 }, 1],
    [{ files: 1_000_000, ffree: 255 }, 0],
    [{ files: 100, ffree: 5 }, 1],
    [{ files: 100, ffree: 4 }, 0],
  ])("is taken where %o files are left: %i", async (files, takesBodies) => {
    expect((await open(diskOf(320, files))).facts.takesBodies).toBe(takesBodies);
  });

  test("is taken where the disk says nothing", async () => {
    const disk = await open(diskOf(0, { files: 100 }));
    expect([disk.facts, disk.admit(1e15), disk.lowWaterBytes]).toEqual([{}, undefined, 0]);
  });

  test("is judged by the last look where the disk can't be looked at", async () => {
    let isGone = false;
    const disk = await open(() => {
      if (isGone) throw new Error("gone");
      return diskOf(320);
    });
    isGone = true;
    disk.wrote(310 * MIB);
    await expect(disk.admit(0)).rejects.toThrow(
      "10 MiB are free where its data folder is, and 16 MiB are kept",
    );
  });
});

describe("the reserve", () => {
  const reserved = (bytes: number) => {
    writeFileSync(join(dir, "disk.reserve"), "");
    truncateSync(join(dir, "disk.reserve"), bytes);
    writeFileSync(join(dir, "disk.reserve.new"), "half made");
  };
  const files = () =>
    ["disk.reserve", "disk.reserve.new"].map((name) => existsSync(join(dir, name)));

  test.each([
    [2, 1],
    [4, 1],
    [40, 10],
    [128, 32],
    [256, 32],
  ])("for %i MiB that are kept has %i MiB, and is freed once", async (kept, size) => {
    reserved(size * MIB);
    const options = { reserve: true, lowWaterBytes: kept * MIB };
    const disk = await open(diskOf(4_000, { bavail: (size + kept) * 256 - 1 }), options);
    expect([disk.facts.reservedBytes, ...files()]).toEqual([size * MIB, true, false]);
    await disk.makeRoom();
    expect([disk.facts.reservedBytes, ...files()]).toEqual([0, false, false]);
    await disk.makeRoom();
  });

  test("that was cut is no reserve, and takes no room", async () => {
    reserved(10 * MIB - 1);
    const options = { reserve: true, lowWaterBytes: 40 * MIB };
    const disk = await open(diskOf(4_000, { bavail: 20 * 256 }), options);
    expect([disk.facts.reservedBytes, ...files()]).toEqual([0, false, false]);
  });

  test("is freed by a start that finds less room than it takes", async () => {
    reserved(10 * MIB);
    const options = { reserve: true, lowWaterBytes: 40 * MIB };
    const disk = await open(diskOf(4_000, { bavail: 10 * 256 - 1 }), options);
    expect([disk.facts.reservedBytes, ...files()]).toEqual([0, false, false]);
    reserved(10 * MIB);
    const other = await open(diskOf(4_000, { bavail: 10 * 256 }), options);
    expect([other.facts.reservedBytes, ...files()]).toEqual([10 * MIB, true, false]);
  });

  test("isn't made where none is wanted", async () => {
    reserved(10 * MIB);
    const disk = await open(diskOf(4_000), { lowWaterBytes: 40 * MIB });
    expect([disk.facts.reservedBytes, ...files()]).toEqual([0, true, false]);
  });
});
