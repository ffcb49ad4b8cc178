import type { Log } from "../kernel/ports/log.ts";
import type { NodeMessages } from "../kernel/ports/node-messages.ts";
import { LocalMessages } from "./local-messages.ts";
import type { SharedDatabase } from "./postgres/postgres-store.ts";
import { openSqliteStore, type SqliteOptions } from "./sqlite/sqlite-store.ts";
import type { OpenedStore, StoreSchema } from "./store.ts";

export interface OpenStoreOptions extends SqliteOptions, StoreSchema {
  /** A database on a server; the file is then unused. Left out, the file is the database. */
  readonly shared?: SharedDatabase | undefined;
}

/** Opens the database and brings its schema up to date. */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  if (options.shared === undefined) return openSqliteStore(options, options);
  // Loaded only when it is needed, to keep the start short.
  const { openPostgresStore } = await import("./postgres/postgres-store.ts");
  return openPostgresStore(options.shared, options);
}

/** Makes the way between the nodes on a database; without one, the process is alone. */
export async function openNodeMessages(url: string | undefined, log: Log): Promise<NodeMessages> {
  if (url === undefined) return new LocalMessages();
  const { PostgresMessages } = await import("./postgres/postgres-messages.ts");
  return new PostgresMessages(url, log);
}
