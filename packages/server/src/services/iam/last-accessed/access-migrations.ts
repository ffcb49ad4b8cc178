import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../../kernel/store.ts";

export const accessMigrations: readonly Migration[] = [
  { name: "iam/0050-last-accessed", up: createLastAccessed },
];

async function createLastAccessed({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_last_accessed")
    .addColumn("entity_id", "text", (c) => c.notNull())
    .addColumn("action", "text", (c) => c.notNull())
    .addColumn("last_ms", "bigint", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("iam_last_accessed_key", ["entity_id", "action"])
    .execute();
  await schema
    .createTable("iam_access_reports")
    .addColumn("job_id", "text", (c) => c.primaryKey())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("content", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("iam_access_reports_by_account")
    .on("iam_access_reports")
    .columns(["account_id", "created_ms"])
    .execute();
}
