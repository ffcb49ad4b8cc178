import type { Kysely } from "kysely";
import type { Migration, Store, Tables } from "../kernel/store.ts";
import type { StoreHealth } from "./store-monitor.ts";

export interface StoreSchema {
  readonly migrations: readonly Migration[];
  readonly nowMs: () => number;
  /**
   * Runs after the migrations, in their transaction, which may run more than once. Opening the
   * store fails with its errors.
   */
  readonly settle?: ((opening: OpeningDatabase) => Promise<void>) | undefined;
}

/** A database in the transaction that brings its schema up to date. */
export interface OpeningDatabase {
  readonly db: Kysely<Tables>;
  /** No migration had run before. */
  readonly isNew: boolean;
}

/** The store with the members that only its owner, the server itself, may use. */
export interface OpenedStore extends Store {
  readonly health: StoreHealth;
  /** Deletes every row of every table in one transaction; the schema stays. */
  empty(): Promise<void>;
  close(): Promise<void>;
}
