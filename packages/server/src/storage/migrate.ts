import { type Kysely, sql } from "kysely";
import type { Migration, Tables } from "../kernel/store.ts";
import type { StoreSchema } from "./store.ts";
import { UnusableDatabaseError } from "./unusable-database-error.ts";

const MIGRATIONS_TABLE = "rolecast_migrations";
/** A table of one row: the mark of the key that seals the secrets in the database. */
export const SEALING_TABLE = "rolecast_sealing";

/** Tables of the store itself, which stay when everything is emptied. */
export const OWN_TABLES: ReadonlySet<string> = new Set([MIGRATIONS_TABLE, SEALING_TABLE]);

/** Makes the schema of a new database at once. */
export interface WholeSchema {
  /** Resolves to false, having done nothing, if it doesn't know what these migrations make. */
  create(tx: Kysely<Tables>, migrations: readonly Migration[]): Promise<boolean>;
  /** Is called after these migrations have run on a new database, in their transaction. */
  remember(tx: Kysely<Tables>, migrations: readonly Migration[]): Promise<void>;
}

/**
 * Runs the migrations that this database hasn't seen, in the order of their names, all in the
 * transaction `tx`. A database that knows a migration we don't was written by a newer version:
 * refused. Resolves to whether the database had none at all before.
 */
export async function migrate(
  tx: Kysely<Tables>,
  { migrations, nowMs }: StoreSchema,
  whole?: WholeSchema,
): Promise<boolean> {
  const ordered = inOrder(migrations);
  const table = sql.table(MIGRATIONS_TABLE);
  await tx.schema
    .createTable(MIGRATIONS_TABLE)
    .ifNotExists()
    .addColumn("name", "text", (c) => c.primaryKey())
    .addColumn("applied_at_ms", "bigint", (c) => c.notNull())
    .execute();
  await tx.schema
    .createTable(SEALING_TABLE)
    .ifNotExists()
    .addColumn("key_mark", "text", (c) => c.primaryKey())
    .execute();
  const applied = await sql<{ name: string }>`select name from ${table}`.execute(tx);
  const seen = new Set(applied.rows.map((row) => row.name));
  const known = new Set(ordered.map((migration) => migration.name));
  for (const name of seen) {
    if (!known.has(name)) {
      throw new UnusableDatabaseError(
        `The database was written by a newer version of Rolecast (migration ${name}). Start that version, or with another database or folder.`,
      );
    }
  }
  const isNew = seen.size === 0;
  const isMade = isNew && ((await whole?.create(tx, ordered)) ?? false);
  const missing = ordered.filter(({ name }) => !seen.has(name));
  if (!isMade) for (const migration of missing) await migration.up(tx);
  if (isNew && !isMade) await whole?.remember(tx, ordered);
  if (missing.length > 0) {
    // One statement: a new database would need hundreds, each a round trip to PostgreSQL.
    const rows = missing.map(({ name }) => sql`(${name}, ${nowMs()})`);
    await sql`insert into ${table} (name, applied_at_ms) values ${sql.join(rows)}`.execute(tx);
  }
  return isNew;
}

/** The migrations as they run: in the order of their names. */
export function inOrder(migrations: readonly Migration[]): readonly Migration[] {
  return [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function areSame(some: readonly Migration[], others: readonly Migration[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

/** A change that changes nothing, and yet must be written. */
export async function touch(tx: Kysely<Tables>): Promise<void> {
  const table = sql.table(MIGRATIONS_TABLE);
  await sql`update ${table} set applied_at_ms = applied_at_ms
    where name = (select min(name) from ${table})`.execute(tx);
}
