import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recordedDisk } from "../kernel/testing/recorded-disk.ts";
import { DataFolderError, openDataFolder } from "./data-folder.ts";

vi.mock("node:fs/promises", async (original) => {
  const { recordedDisk } = await import("../kernel/testing/recorded-disk.ts");
  return recordedDisk.wrap(await original());
});

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-folder-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a new folder, its key and its marks survive a power cut", async () => {
  const folder = await openDataFolder(join(dir, "new/data"));
  await folder.mark("something-happened");
  // The lock lasts as long as the process.
  expect(recordedDisk.lost(dir).filter((path) => !path.includes("lock.db"))).toEqual([]);
  expect(recordedDisk.hasty).toEqual([]);
  await folder.release();
});

test("a damaged sealing key is refused, with the way out, and kept", async () => {
  for (const damaged of ["", "short", "x".repeat(33)]) {
    writeFileSync(join(dir, "sealing.key"), damaged);
    const error: unknown = await openDataFolder(dir).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataFolderError);
    expect(String(error)).toContain(`holds ${damaged.length} bytes instead of 32`);
    expect(String(error)).toContain("put it back from a backup");
    expect(readFileSync(join(dir, "sealing.key"), "utf8")).toBe(damaged);
  }
});
