import { type FileHandle, link, lstat, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { randomIds } from "../ids.ts";

/** For its owner alone. */
const PRIVATE_FILE_MODE = 0o600;
const PRIVATE_FOLDER_MODE = 0o700;

/** The folders that go with this process. */
const passing = new Set<string>();

/**
 * Says that all in a folder is removed when its server ends, as with `--data memory`: nothing below
 * it is forced to the disk, for which a test's server would wait.
 */
export function neverSync(dir: string): void {
  passing.add(dir);
}

/** Ends `neverSync`. */
export function syncAgain(dir: string): void {
  passing.delete(dir);
}

function isSynced(file: string): boolean {
  for (let dir = file; ; dir = dirname(dir)) {
    if (passing.has(dir)) return false;
    if (dirname(dir) === dir) return true;
  }
}

export interface DurableWriteOptions {
  /** `keep`: a file that is there already stays as it is. `replace`: it is replaced at once. */
  readonly ifExists: "keep" | "replace";
  /** 0600 if left out. The process's umask doesn't change it. */
  readonly mode?: number;
}

/**
 * Writes a file that is whole or not there at all, whatever happens: the bytes are synced in a
 * temporary file beside it, then the file gets its name, and then the folder is synced. When this
 * resolves, the file survives a power cut. Resolves to false if `keep` kept another one.
 */
export async function writeDurably(
  file: string,
  data: string | Uint8Array,
  { ifExists, mode = PRIVATE_FILE_MODE }: DurableWriteOptions,
): Promise<boolean> {
  if (ifExists === "keep" && (await isThere(file))) {
    // Another process may have made it, and not come this far yet.
    await syncFolder(dirname(file));
    return false;
  }
  const temporary = `${file}.${randomIds.uuid()}.new`;
  let written = true;
  try {
    await closing(await open(temporary, "wx", PRIVATE_FILE_MODE), async (handle) => {
      await handle.writeFile(data);
      await handle.chmod(mode);
      if (isSynced(file)) await handle.sync();
    });
    if (ifExists === "replace") await rename(temporary, file);
    else written = await linkUnlessThere(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(file));
  return written;
}

/**
 * Reads a file that is made with `make` if it isn't there. Processes that do this at the same time
 * all read what one of them made, and it survives a power cut.
 */
export async function readOrWriteDurably(
  file: string,
  make: () => string | Uint8Array,
): Promise<Buffer> {
  try {
    const found = await readFile(file);
    await syncFolder(dirname(file));
    return found;
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
  await writeDurably(file, make(), { ifExists: "keep" });
  return readFile(file);
}

/**
 * Makes a folder, with those above it, that survives a power cut. Folders that are there stay as
 * they are. Node's own `recursive` isn't used: it tries for ever if the system denies that an
 * existing folder is there, as below `/proc`.
 */
export async function makeFolderDurably(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: PRIVATE_FOLDER_MODE });
  } catch (error) {
    const parent = dirname(dir);
    if (codeOf(error) === "EEXIST") return;
    if (codeOf(error) !== "ENOENT" || parent === dir) throw error;
    await makeFolderDurably(parent);
    await mkdir(dir, { mode: PRIVATE_FOLDER_MODE }).catch((again: unknown) => {
      if (codeOf(again) !== "EEXIST") throw again;
    });
  }
  await syncFolder(dirname(dir));
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(dir: string): Promise<void> {
  if (!isSynced(dir)) return;
  await closing(await open(dir, "r"), (handle) => handle.sync());
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return false;
  }
}

async function linkUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return false;
  }
}

async function closing(handle: FileHandle, run: (handle: FileHandle) => Promise<void>) {
  try {
    await run(handle);
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
