import { createHmac } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { Tables } from "../kernel/store.ts";
import type { StoreSchema } from "./store.ts";

const MIGRATIONS_TABLE = "rolecast_migrations";
const SEALING_TABLE = "rolecast_sealing";

/** Tables of the store itself, which stay when everything is emptied. */
export const OWN_TABLES: ReadonlySet<string> = new Set([MIGRATIONS_TABLE, SEALING_TABLE]);

/**
 * Runs the migrations that this database hasn't seen, in the order of their names, all in the
 * transaction `tx`. A database that knows a migration we don't was written by a newer version:
 * refused.
 */
export async function migrate(
  tx: Kysely<Tables>,
  { migrations, nowMs }: StoreSchema,
): Promise<void> {
  const ordered = [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1));
  const table = sql.table(MIGRATIONS_TABLE);
  await tx.schema
    .createTable(MIGRATIONS_TABLE)
    .ifNotExists()
    .addColumn("name", "text", (c) => c.primaryKey())
    .addColumn("applied_at_ms", "bigint", (c) => c.notNull())
    .execute();
  const applied = await sql<{ name: string }>`select name from ${table}`.execute(tx);
  const seen = new Set(applied.rows.map((row) => row.name));
  const known = new Set(ordered.map((migration) => migration.name));
  for (const name of seen) {
    if (!known.has(name)) {
      throw new Error(
        `The database was written by a newer version of Rolecast (migration ${name}). Start that version, or with another database or folder.`,
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
}

/**
 * Sees to it that all nodes of a database seal with the same key: the first one leaves the key's
 * mark, from which nobody can tell the key. Throws SealingKeyError.
 */
export async function checkSealingKey(tx: Kysely<Tables>, key: Uint8Array): Promise<void> {
  await tx.schema
    .createTable(SEALING_TABLE)
    .ifNotExists()
    .addColumn("key_mark", "text", (c) => c.primaryKey())
    .execute();
  const table = sql.table(SEALING_TABLE);
  const mark = createHmac("sha256", key).update("rolecast sealing key").digest("hex");
  const found = await sql<{ key_mark: string }>`select key_mark from ${table}`.execute(tx);
  const [first] = found.rows;
  if (first === undefined) await sql`insert into ${table} (key_mark) values (${mark})`.execute(tx);
  else if (first.key_mark !== mark) throw new SealingKeyError();
}

/** The database's secrets are sealed with another key than this node has. */
export class SealingKeyError extends Error {
  constructor() {
    super(
      "The secrets in this database are sealed with another key than the sealing.key of this data folder. Use the data folder of the other nodes, or copy its sealing.key here.",
    );
    this.name = "SealingKeyError";
  }
}
