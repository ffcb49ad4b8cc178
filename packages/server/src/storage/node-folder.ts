import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathBelow } from "../kernel/files/path-below.ts";
import {
  makeFolderDurably,
  readOrWriteDurably,
  writeDurably,
} from "../kernel/files/write-durably.ts";
import { randomIds } from "../kernel/ids.ts";
import type { DataFolder } from "./data-folder.ts";
import { DataFolderError, DataFolderInUseError } from "./data-folder-error.ts";
import { lockDataFolder } from "./folder-lock.ts";
import { makePrivate } from "./private-folder.ts";

/** Below a data folder that nodes share: a folder for each, by number. */
const NODES = "nodes";
const UUID_LENGTH = 36;

/** A node's own files, which others don't share: its journal, files that wait, its certificate. */
export interface NodeFolder {
  readonly dir: string;
  /** A UUID that stays with the folder. */
  readonly id: string;
  /** Such folders of nodes that are gone, locked: what they left is this node's to take over. */
  readonly abandoned: readonly string[];
  /** The abandoned ones have been emptied. */
  releaseAbandoned(): void;
  release(): void;
}

interface Locked {
  readonly dir: string;
  readonly unlock: () => void;
}

/**
 * Opens the folder `nodeDir`. Left out, it is the data folder itself; if nodes share that, it is
 * the first below `nodes` that no running node has, so that nodes which come and go under changing
 * names find what an earlier one left. Throws DataFolderError.
 */
export async function openNodeFolder(
  folder: DataFolder,
  nodeDir: string | undefined,
  shared: boolean,
): Promise<NodeFolder> {
  const inside = nodeDir === undefined || resolve(nodeDir) === folder.dir;
  if (inside && !(shared && folder.durable))
    return nodeFolder({ dir: folder.dir, unlock: () => {} }, []);
  const [given] = nodeDir === undefined ? [] : [await lockGiven(resolve(nodeDir))];
  const free: Locked[] = [];
  try {
    if (shared) free.push(...(await lockFree(pathBelow(folder.dir, NODES), given === undefined)));
    // Where this node, or all of an earlier version, kept it.
    const earlier = shared ? tryLock(join(folder.dir, "cloudtrail")) : undefined;
    if (earlier) free.push({ ...earlier, dir: folder.dir });
    else if (!shared) free.push({ dir: folder.dir, unlock: () => {} });
    const own = given ?? free.shift();
    if (!own) throw new Error("no folder was made for this node");
    return await nodeFolder(own, free);
  } catch (error) {
    for (const { unlock } of [...free, ...(given ? [given] : [])]) unlock();
    throw error;
  }
}

async function nodeFolder(own: Locked, abandoned: Locked[]): Promise<NodeFolder> {
  const releaseAbandoned = () => {
    for (const { unlock } of abandoned.splice(0)) unlock();
  };
  return {
    dir: own.dir,
    id: await readOrMakeId(join(own.dir, "cloudtrail")),
    abandoned: abandoned.map(({ dir }) => dir),
    releaseAbandoned,
    release: () => {
      releaseAbandoned();
      own.unlock();
    },
  };
}

async function lockGiven(dir: string): Promise<Locked> {
  try {
    await makeFolderDurably(dir);
    await makePrivate(dir);
    return { dir, unlock: lockDataFolder(dir) };
  } catch (error) {
    if (error instanceof DataFolderInUseError)
      throw new DataFolderError(
        `The folder ${dir} is in use by another Rolecast process. Each node needs its own with --node-dir.`,
      );
    if (error instanceof DataFolderError) throw error;
    throw new DataFolderError(`The folder of --node-dir can't be used: ${String(error)}.`);
  }
}

/** All folders below `nodes` that no node has; with `atLeastOne` a new one, if there is none. */
async function lockFree(nodes: string, atLeastOne: boolean): Promise<Locked[]> {
  await makeFolderDurably(nodes);
  const names = (await readdir(nodes)).filter((name) => /^\d+$/.test(name));
  const numbers = names.map(Number).sort((a, b) => a - b);
  const free = numbers.flatMap((number) => tryLock(pathBelow(nodes, String(number))) ?? []);
  for (let next = (numbers.at(-1) ?? 0) + 1; atLeastOne && free.length === 0; next++) {
    const dir = pathBelow(nodes, String(next));
    await makeFolderDurably(dir);
    const locked = tryLock(dir);
    if (locked) free.push(locked);
  }
  return free;
}

/** Undefined: it isn't there, or a running node has it. */
function tryLock(dir: string): Locked | undefined {
  if (!existsSync(dir)) return undefined;
  try {
    return { dir, unlock: lockDataFolder(dir) };
  } catch (error) {
    if (error instanceof DataFolderInUseError) return undefined;
    throw error;
  }
}

async function readOrMakeId(dir: string): Promise<string> {
  await makeFolderDurably(dir);
  const file = join(dir, "owner");
  const found = String(await readOrWriteDurably(file, () => randomIds.uuid()));
  if (found.length === UUID_LENGTH) return found;
  // Damaged by a power cut, in a version that didn't force it to the disk.
  const made = randomIds.uuid();
  await writeDurably(file, made, { ifExists: "replace" });
  return made;
}
