import { Kysely } from "kysely";
import type { Tables } from "../kernel/store.ts";
import { libsqlDialect } from "./sqlite/libsql-driver.ts";
import { openErrorOf } from "./sqlite/sqlite-errors.ts";

export interface DatabaseReader {
  readonly db: Kysely<Tables>;
  close(): Promise<void>;
}

/**
 * Opens a database for reading, beside a server that may use it. Its schema stays as it is. Rejects
 * with UnusableDatabaseError or StoreUnavailableError.
 */
export async function openReader(file: string, url: string | undefined): Promise<DatabaseReader> {
  if (url === undefined) {
    const ignored = () => {
      // The reader learns it from the statement that fails.
    };
    try {
      const options = { file, synchronous: "NORMAL", isReader: true } as const;
      const dialect = libsqlDialect({ ...options, onUnavailable: ignored });
      const db = new Kysely<Tables>({ dialect });
      return { db, close: () => db.destroy() };
    } catch (error) {
      throw openErrorOf(error, file);
    }
  }
  // Loaded only when it is needed, as in openStore.
  const { openPostgresReader } = await import("./postgres/postgres-store.ts");
  const db = openPostgresReader(url);
  return { db, close: () => db.destroy() };
}
