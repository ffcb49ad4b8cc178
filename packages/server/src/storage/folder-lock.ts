import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DataFolderInUseError } from "./data-folder-error.ts";
import { Libsql } from "./sqlite/libsql.ts";

/**
 * An SQLite lock on a file of its own, exclusive or that of a reader: the operating system drops
 * it with the process, so a kill -9 leaves nothing to clean up. Throws DataFolderInUseError.
 */
export function lockDataFolder(dir: string, shared = false): () => void {
  const file = join(dir, "lock.db");
  // SQLite gives its journal the mode of this file.
  closeSync(openSync(file, "a", 0o600));
  const database = new Libsql(file);
  try {
    // It holds nothing: a journal would be forced to the disk three times when the lock goes.
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec("PRAGMA synchronous = OFF");
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
