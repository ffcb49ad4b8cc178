import { type Kysely, sql } from "kysely";
import type { Migration, Tables } from "../kernel/store.ts";

export const MIGRATIONS_TABLE = "rolecast_migrations";

/**
 * Runs the migrations that this database hasn't seen, in the order of their names, all in one
 * transaction. A database that knows a migration we don't was written by a newer version: refused.
 */
export async function migrate(
  db: Kysely<Tables>,
  migrations: readonly Migration[],
  nowMs: () => number,
): Promise<void> {
  const ordered = [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1));
  await db.transaction().execute(async (tx) => {
    const table = sql.table(MIGRATIONS_TABLE);
    await sql`create table if not exists ${table} (name text primary key, applied_at_ms integer not null)`.execute(
      tx,
    );
    const applied = await sql<{ name: string }>`select name from ${table}`.execute(tx);
    const seen = new Set(applied.rows.map((row) => row.name));
    const known = new Set(ordered.map((migration) => migration.name));
    for (const name of seen) {
      if (!known.has(name)) {
        throw new Error(
          `The data folder was written by a newer version of Rolecast (migration ${name}). Start that version, or another folder with --data.`,
        );
      }
    }
    for (const migration of ordered) {
      if (seen.has(migration.name)) continue;
      await migration.up(tx);
      await sql`insert into ${table} (name, applied_at_ms) values (${migration.name}, ${nowMs()})`.execute(
        tx,
      );
    }
  });
}
