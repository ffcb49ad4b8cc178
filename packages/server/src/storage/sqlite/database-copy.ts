import { Libsql } from "./libsql.ts";
import { openErrorOf } from "./sqlite-errors.ts";

/** The other process holds the database only while it commits. */
const PATIENCE_MS = 5_000;

/** A connection to a database that isn't served from here. */
export type DatabaseFile = InstanceType<typeof Libsql>;

/**
 * Copies a database as it is at this moment into a new file, while another process may go on
 * writing. Throws UnusableDatabaseError.
 */
export function copyDatabase(file: string, target: string): void {
  withDatabase(file, (database) => {
    database.exec(`VACUUM INTO '${target.replaceAll("'", "''")}'`);
  });
}

/** Throws UnusableDatabaseError where the file can't be opened, or `run` fails on it. */
export function withDatabase<R>(file: string, run: (database: DatabaseFile) => R): R {
  let database: DatabaseFile | undefined;
  try {
    database = new Libsql(file);
    database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    return run(database);
  } catch (error) {
    throw openErrorOf(error, file);
  } finally {
    database?.close();
  }
}
