import { constants } from "node:fs";
import { chmod, type FileHandle, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathBelow } from "../kernel/files/path-below.ts";
import { DataFolderError } from "./data-folder-error.ts";

const FOR_OTHERS = 0o077;
const STICKY = 0o1000;
/** Names that only a folder has that a server has used, or that was made for one. */
const OURS = /^(?:rolecast\b|sealing\.key|lock\.db|lost\+found$)/;
/** Files at the top of the folder that a version with another umask may have left readable. */
const SECRET = /^(?:rolecast\.db|sealing\.key|lock\.db|root-key-was-shown)/;

/**
 * Takes from everybody but the owner the right to enter a folder, and to read what earlier versions
 * left in it. A folder that isn't ours to change is refused: DataFolderError.
 */
export async function makePrivate(dir: string): Promise<void> {
  const { mode } = await stat(dir);
  if ((mode & FOR_OTHERS) !== 0) await closeToOthers(dir, mode);
  for (const name of await readdir(dir)) {
    if (SECRET.test(name)) await protectExisting(pathBelow(dir, name));
  }
}

/** SQLite removes files beside its database when the process that used it closes. */
async function protectExisting(file: string): Promise<void> {
  try {
    await closing(file, constants.O_RDONLY, protect);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

/**
 * Makes a file that only its owner can read, or takes from others the right to read it. If it can't
 * be made or opened, the next open fails and says why.
 */
export async function makePrivateFile(file: string): Promise<void> {
  try {
    await closing(file, constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY, protect);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error && error.syscall === "open")) throw error;
  }
}

async function closeToOthers(dir: string, mode: number): Promise<void> {
  const names = await readdir(dir);
  const isOurs = names.length === 0 || names.some((name) => OURS.test(name));
  const wayOut = `Choose a folder of its own with --data, such as ${join(dir, "rolecast")}, or close this one: chmod 700 ${dir}`;
  if (!isOurs || (mode & STICKY) !== 0) {
    throw new DataFolderError(
      `Others may enter the data folder ${dir}, where secrets would lie, and it isn't used by Rolecast alone. ${wayOut}`,
    );
  }
  try {
    await chmod(dir, mode & 0o7700);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) throw error;
    throw new DataFolderError(
      `Others may enter the data folder ${dir}, where secrets would lie, and it belongs to another user. ${wayOut}, as its owner.`,
    );
  }
}

async function protect(handle: FileHandle): Promise<void> {
  const { mode, uid } = await handle.stat();
  // A key that a container engine mounts may be another user's; the folder is closed to others.
  if ((mode & FOR_OTHERS) !== 0 && uid === process.getuid?.()) await handle.chmod(mode & 0o700);
}

async function closing(file: string, flags: number, run: (handle: FileHandle) => Promise<void>) {
  // A pipe in the file's place would be waited for.
  const handle = await open(file, flags | constants.O_NONBLOCK, 0o600);
  try {
    await run(handle);
  } finally {
    await handle.close();
  }
}
