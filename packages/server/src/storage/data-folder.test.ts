import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recordedDisk } from "../kernel/files/testing/recorded-disk.ts";

vi.mock("node:fs/promises", async (original) => {
  const { recordedDisk } = await import("../kernel/files/testing/recorded-disk.ts");
  return recordedDisk.wrap(await original());
});
// Workers keep modules from file to file: without this, what is tested may have the real one.
vi.resetModules();
const { openDataFolder } = await import("./data-folder.ts");

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-folder-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a new folder and its marks survive a power cut", async () => {
  const folder = await openDataFolder(join(dir, "new/data"));
  await folder.mark("something-happened");
  // The lock lasts as long as the process.
  expect(recordedDisk.lost(dir).filter((path) => !path.includes("lock.db"))).toEqual([]);
  expect(recordedDisk.hasty).toEqual([]);
  await folder.release();
});
