import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { RecordedDisk } from "../kernel/files/testing/recorded-disk.ts";
import { openDataFolder } from "./data-folder.ts";

const recordedDisk = new RecordedDisk();
beforeAll(() => recordedDisk.install());

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
