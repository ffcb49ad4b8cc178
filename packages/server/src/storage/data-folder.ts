import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Libsql from "libsql";

/** A data folder in use by this process alone. */
export interface DataFolder {
  readonly dir: string;
  /** False for `memory`: the folder is temporary and removed at the end. */
  readonly durable: boolean;
  readonly databaseFile: string;
  /** 32 random bytes kept in the folder, made at first use; for sealing secrets and tokens. */
  readonly sealingKey: Uint8Array;
  /** True the first time in this folder's life, told by a file of that name in it. */
  firstTime(name: string): boolean;
  release(): void;
}

/** Another process serves from the folder. */
export class DataFolderInUseError extends Error {
  constructor(dir: string) {
    super(
      `The data folder ${dir} is in use by another Rolecast process. Stop that one, or choose another folder with --data.`,
    );
    this.name = "DataFolderInUseError";
  }
}

/** Opens `data` (`memory`, or a folder's path) and locks it. Rejects with DataFolderInUseError. */
export function openDataFolder(data: string): DataFolder {
  const durable = data !== "memory";
  const dir = durable ? resolve(data) : mkdtempSync(join(tmpdir(), "rolecast-"));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unlock = lockDataFolder(dir);
  return {
    dir,
    durable,
    databaseFile: join(dir, "rolecast.db"),
    sealingKey: readOrMakeKey(join(dir, "sealing.key")),
    firstTime: (name) => {
      const file = join(dir, name);
      if (existsSync(file)) return false;
      writeFileSync(file, "", { mode: 0o600 });
      return true;
    },
    release: () => {
      unlock();
      if (!durable) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/**
 * An exclusive SQLite lock on a file of its own: the operating system drops it with the process,
 * so a kill -9 leaves nothing to clean up. Throws DataFolderInUseError.
 */
export function lockDataFolder(dir: string): () => void {
  const database = new Libsql(join(dir, "lock.db"));
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("BEGIN EXCLUSIVE");
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
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600, flag: "wx" });
  const key = readFileSync(file);
  if (key.length !== 32) throw new Error(`${file} is damaged: it must hold exactly 32 bytes.`);
  return key;
}
