import { randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import Libsql from "libsql";

/** A data folder in use by this process alone, or by nodes that share a database elsewhere. */
export interface DataFolder {
  readonly dir: string;
  /** False for `memory`: the folder is temporary and removed at the end. */
  readonly durable: boolean;
  readonly databaseFile: string;
  /** 32 random bytes kept in the folder, made at first use; for sealing secrets and tokens. */
  readonly sealingKey: Uint8Array;
  /** Whether something has happened in this folder's life, told by a file of that name in it. */
  isMarked(name: string): boolean;
  mark(name: string): void;
  release(): void;
}

/** The folder can't be used; the message says why. */
export class DataFolderError extends Error {
  override readonly name: string = "DataFolderError";
}

/** Another process serves from the folder. */
export class DataFolderInUseError extends DataFolderError {
  override readonly name = "DataFolderInUseError";

  constructor(dir: string) {
    super(
      `The data folder ${dir} is in use by another Rolecast process. Stop that one, or choose another folder with --data.`,
    );
  }
}

/**
 * Opens `data` (`memory`, or a folder's path) and locks it: for this process alone, or with
 * `shared` against those that want it for themselves alone. Throws DataFolderError.
 */
export function openDataFolder(data: string, shared = false): DataFolder {
  const durable = data !== "memory";
  const dir = durable ? resolve(data) : mkdtempSync(join(tmpdir(), "rolecast-"));
  makeFolder(dir);
  const { unlock, sealingKey } = occupy(dir, shared);
  return {
    dir,
    durable,
    databaseFile: join(dir, "rolecast.db"),
    sealingKey,
    isMarked: (name) => existsSync(join(dir, name)),
    mark: (name) => writeFileSync(join(dir, name), "", { mode: 0o600 }),
    release: () => {
      unlock();
      if (!durable) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Locks the folder and writes into it what a server needs. Throws DataFolderError. */
function occupy(dir: string, shared: boolean) {
  try {
    if (!statSync(dir).isDirectory()) throw new Error("it is a file");
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    const unlock = lockDataFolder(dir, shared);
    return { unlock, sealingKey: readOrMakeKey(join(dir, "sealing.key")) };
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new DataFolderError(
      `The data folder ${dir} can't be used: ${why}. Let this user write there, make room, or choose another one with --data.`,
    );
  }
}

/**
 * The folder with those above it. Node's own way, `recursive`, tries for ever where the system says
 * that a folder which is there isn't, as below `/proc`.
 */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  makeFolder(dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    // Another node made it in the meantime.
    if (existsSync(dir)) return;
    throw new DataFolderError(
      `The data folder ${dir} can't be made (${codeOf(error)}). Choose another one with --data.`,
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/**
 * An SQLite lock on a file of its own, exclusive or that of a reader: the operating system drops
 * it with the process, so a kill -9 leaves nothing to clean up. Throws DataFolderInUseError.
 */
export function lockDataFolder(dir: string, shared = false): () => void {
  const database = new Libsql(join(dir, "lock.db"));
  try {
    if (shared) {
      database.exec("BEGIN; SELECT name FROM sqlite_master");
    } else {
      database.exec("PRAGMA locking_mode = EXCLUSIVE");
      database.exec("BEGIN EXCLUSIVE");
    }
  } catch (error) {
    database.close();
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") {
      throw new DataFolderInUseError(dir);
    }
    throw error;
  }
  return () => database.close();
}

function readOrMakeKey(file: string): Uint8Array {
  if (!existsSync(file)) makeKey(file);
  const key = readFileSync(file);
  if (key.length !== 32) throw new Error(`${file} is damaged: it must hold exactly 32 bytes.`);
  return key;
}

/** Whole or not at all: of several nodes that start together, one's key is everybody's. */
function makeKey(file: string): void {
  const mine = `${file}.${randomBytes(8).toString("hex")}`;
  writeFileSync(mine, randomBytes(32), { mode: 0o600, flag: "wx" });
  try {
    linkSync(mine, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(mine);
  }
}
