import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { RecordedDisk } from "./testing/recorded-disk.ts";
import {
  makeFolderDurably,
  neverSync,
  readOrWriteDurably,
  syncAgain,
  writeDurably,
} from "./write-durably.ts";

const recordedDisk = new RecordedDisk();
beforeAll(() => recordedDisk.install());

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-durable-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a file and its folders survive a power cut once they are written", async () => {
  await makeFolderDurably(join(dir, "a/b"));
  await writeDurably(join(dir, "a/b/file"), "bytes", { ifExists: "keep" });
  expect(recordedDisk.lost(dir)).toEqual([]);
  await writeDurably(join(dir, "a/b/file"), "others", { ifExists: "replace" });
  expect(recordedDisk.lost(dir)).toEqual([]);
  expect(recordedDisk.hasty).toEqual([]);
  expect(readFileSync(join(dir, "a/b/file"), "utf8")).toBe("others");
});

test("what is written in another way counts as lost", () => {
  writeFileSync(join(dir, "file"), "bytes");
  expect(recordedDisk.lost(dir)).toEqual(["file"]);
});

test("below a folder that goes with the process nothing is forced to the disk", async () => {
  neverSync(join(dir, "a"));
  await makeFolderDurably(join(dir, "a/b"));
  await writeDurably(join(dir, "a/b/file"), "bytes", { ifExists: "keep" });
  await writeDurably(join(dir, "ab"), "bytes", { ifExists: "keep" });
  expect(recordedDisk.lost(dir)).toEqual(["a/b", "a/b/file"]);
  syncAgain(join(dir, "a"));
  await writeDurably(join(dir, "a/b/file"), "others", { ifExists: "replace" });
  expect(recordedDisk.lost(dir)).toEqual(["a/b"]);
});

test("keep keeps what is there and says so", async () => {
  const file = join(dir, "file");
  expect(await writeDurably(file, "first", { ifExists: "keep" })).toBe(true);
  expect(await writeDurably(file, "second", { ifExists: "keep" })).toBe(false);
  expect(readFileSync(file, "utf8")).toBe("first");
});

test("all who make a file at the same time read what one of them made", async () => {
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, one) =>
      readOrWriteDurably(join(dir, "file"), () => String(one).repeat(1_000)),
    ),
  );
  expect(new Set(made.map(String)).size).toBe(1);
  expect(readdirSync(dir)).toEqual(["file"]);
  expect(recordedDisk.lost(dir)).toEqual([]);
});

test("a file whose name an earlier process never synced survives once it has been read", async () => {
  const file = join(dir, "file");
  writeFileSync(file, "");
  expect(recordedDisk.lost(dir)).toEqual(["file"]);
  await readOrWriteDurably(file, () => "unused");
  expect(recordedDisk.lost(dir)).toEqual([]);
});

test("modes are those that were asked for, whatever the process's umask", async () => {
  const umask = process.umask(0o077);
  try {
    await makeFolderDurably(join(dir, "folder"));
    await writeDurably(join(dir, "private"), "", { ifExists: "keep" });
    await writeDurably(join(dir, "public"), "", { ifExists: "keep", mode: 0o644 });
  } finally {
    process.umask(umask);
  }
  const modes = ["private", "public"].map((name) => statSync(join(dir, name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o644]);
  expect(statSync(join(dir, "folder")).mode & 0o777).toBe(0o700);
});

test("a write that fails leaves nothing", async () => {
  await makeFolderDurably(join(dir, "taken"));
  await expect(writeDurably(join(dir, "taken"), "x", { ifExists: "replace" })).rejects.toThrow();
  await expect(writeDurably(join(dir, "no/file"), "x", { ifExists: "keep" })).rejects.toThrow();
  expect(readdirSync(dir)).toEqual(["taken"]);
});
