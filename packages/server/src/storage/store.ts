import type { Kysely } from "kysely";
import type { Migration, Store, Tables } from "../kernel/store.ts";
import { openSqliteStore, type SqliteOptions } from "./sqlite/sqlite-store.ts";
import type { StoreHealth } from "./store-monitor.ts";

export interface StoreSchema {
  readonly migrations: readonly Migration[];
  readonly nowMs: () => number;
  /**
   * Runs behind the migrations, in their transaction, and perhaps again. What it throws is what
   * opening the store throws.
   */
  readonly settle?: ((opening: OpeningDatabase) => Promise<void>) | undefined;
}

/** A database in the transaction that brings its schema up to date. */
export interface OpeningDatabase {
  readonly db: Kysely<Tables>;
  /** No migration had run before. */
  readonly isNew: boolean;
}

export interface SharedDatabase {
  /** `postgres://…`. */
  readonly url: string;
}

export interface OpenStoreOptions extends SqliteOptions, StoreSchema {
  /** A database elsewhere, then the file isn't used; left out, the file is the database. */
  readonly shared?: SharedDatabase | undefined;
}

/** The store with what only its owner, the composition root, may do. */
export interface OpenedStore extends Store {
  readonly health: StoreHealth;
  /** Deletes every row of every table in one transaction; the schema stays. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the database and brings its schema up to date. */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  if (options.shared === undefined) return openSqliteStore(options, options);
  // Loaded only when it is needed, for the sake of the start.
  const { openPostgresStore } = await import("./postgres/postgres-store.ts");
  return openPostgresStore(options.shared, options);
}
