import { existsSync } from "node:fs";
import { access, constants, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathBelow } from "../kernel/files/path-below.ts";
import {
  makeFolderDurably,
  neverSync,
  syncAgain,
  writeDurably,
} from "../kernel/files/write-durably.ts";
import { DataFolderError } from "./data-folder-error.ts";
import { lockDataFolder } from "./folder-lock.ts";
import { makePrivate } from "./private-folder.ts";

/** A data folder in use by this process alone, or by nodes that share a database elsewhere. */
export interface DataFolder {
  readonly dir: string;
  /** False for `memory`: the folder is temporary and removed at the end. */
  readonly durable: boolean;
  readonly databaseFile: string;
  /** Whether the folder has been marked; a file of that name is the mark. */
  isMarked(name: string): boolean;
  mark(name: string): Promise<void>;
  release(): Promise<void>;
}

/**
 * Opens `data` (`memory`, or a folder's path) and locks it: for this process alone, or with
 * `shared` against those that want it for themselves alone. Throws DataFolderError.
 */
export async function openDataFolder(data: string, shared = false): Promise<DataFolder> {
  const durable = data !== "memory";
  const dir = durable ? resolve(data) : await mkdtemp(join(tmpdir(), "rolecast-"));
  if (!durable) neverSync(dir);
  await makeFolder(dir);
  const unlock = await occupy(dir, shared);
  return {
    dir,
    durable,
    databaseFile: join(dir, "rolecast.db"),
    isMarked: (name) => existsSync(pathBelow(dir, name)),
    mark: async (name) => {
      await writeDurably(pathBelow(dir, name), "", { ifExists: "keep" });
    },
    release: async () => {
      unlock();
      if (durable) return;
      await rm(dir, { recursive: true, force: true });
      syncAgain(dir);
    },
  };
}

/** Closes the folder to others and locks it. Throws DataFolderError. */
async function occupy(dir: string, shared: boolean): Promise<() => void> {
  try {
    if (!(await stat(dir)).isDirectory()) throw new Error("it is a file");
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    await makePrivate(dir);
    return lockDataFolder(dir, shared);
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new DataFolderError(
      `The data folder ${dir} can't be used: ${why}. Let this user write there, make room, or choose another one with --data.`,
    );
  }
}

async function makeFolder(dir: string): Promise<void> {
  try {
    await makeFolderDurably(dir);
  } catch (error) {
    const { code, path = dir } = error as NodeJS.ErrnoException;
    throw new DataFolderError(
      `The data folder ${path} can't be made (${code ?? String(error)}). Choose another one with --data.`,
    );
  }
}
