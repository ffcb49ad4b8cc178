import type { Kysely } from "kysely";
import type { Tables } from "../store.ts";

/** A table with the columns and the key that every resource has (`ResourceRow`). */
export function resourceTable(db: Kysely<Tables>, name: string) {
  return db.schema
    .createTable(name)
    .addColumn("account_id", "text", (column) => column.notNull())
    .addColumn("region", "text", (column) => column.notNull())
    .addColumn("id", "text", (column) => column.notNull())
    .addColumn("tags", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint(`${name}_key`, ["account_id", "region", "id"]);
}

/** Lists walk a Region's resources by the time in the column. */
export async function listIndex(
  db: Kysely<Tables>,
  table: string,
  timeColumn = "created_at_ms",
): Promise<void> {
  const columns = ["account_id", "region", timeColumn, "id"];
  await db.schema.createIndex(`${table}_in_order`).on(table).columns(columns).execute();
}
