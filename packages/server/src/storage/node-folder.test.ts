import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { lockDataFolder } from "./folder-lock.ts";
import { type NodeFolder, openNodeFolder } from "./node-folder.ts";

let dir: string;
let folder: DataFolder;
const opened: NodeFolder[] = [];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-node-"));
  folder = await openDataFolder(join(dir, "data"), true);
});
afterEach(async () => {
  for (const node of opened.splice(0)) node.release();
  await folder.release();
  rmSync(dir, { recursive: true });
});

async function open(nodeDir?: string, shared = true): Promise<NodeFolder> {
  const node = await openNodeFolder(folder, nodeDir, shared);
  opened.push(node);
  return node;
}

const below = (...names: readonly string[]) => join(dir, "data", ...names);

test("a server that shares nothing has the data folder itself", async () => {
  const node = await open(undefined, false);
  expect(node.dir).toBe(below());
  expect(node.abandoned).toEqual([]);
});

test("nodes that share a data folder have folders of their own, and their ids stay", async () => {
  const nodes = [await open(), await open(), await open()];
  expect(nodes.map((node) => node.dir)).toEqual(["1", "2", "3"].map((n) => below("nodes", n)));
  expect(new Set(nodes.map((node) => node.id)).size).toBe(3);
  for (const node of opened.splice(0)) node.release();
  const again = await open();
  expect(again.dir).toBe(below("nodes", "1"));
  expect(again.id).toBe(nodes[0]?.id);
});

test("a node takes over what nodes that are gone left, and nobody else does meanwhile", async () => {
  const nodes = [await open(), await open(), await open()];
  nodes[1]?.release();
  nodes[2]?.release();
  const next = await open();
  expect(next.dir).toBe(below("nodes", "2"));
  expect(next.abandoned).toEqual([below("nodes", "3")]);
  expect((await open()).dir).toBe(below("nodes", "4"));
  next.releaseAbandoned();
  expect((await open()).dir).toBe(below("nodes", "3"));
});

test("a node finds the journal that all nodes of an earlier version had together", async () => {
  mkdirSync(below("cloudtrail/journal"), { recursive: true });
  const node = await open();
  expect(node.abandoned).toEqual([below()]);
  expect((await open()).abandoned).toEqual([]);
});

test("a folder that is named is this node's alone, and the data folder's are taken over", async () => {
  (await open()).release();
  const local = join(dir, "local");
  const node = await open(local);
  expect(node.dir).toBe(local);
  expect(node.abandoned).toEqual([below("nodes", "1")]);
  await expect(open(local)).rejects.toThrow("Each node needs its own with --node-dir");
  expect(existsSync(below("nodes", "2"))).toBe(false);
  node.release();
  lockDataFolder(local)();
});

test("an id that a power cut left empty is made again", async () => {
  mkdirSync(below("cloudtrail"));
  writeFileSync(below("cloudtrail/owner"), "");
  const { id } = await open(undefined, false);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(readFileSync(below("cloudtrail/owner"), "utf8")).toBe(id);
  expect(readdirSync(below("cloudtrail"))).toEqual(["owner"]);
});
