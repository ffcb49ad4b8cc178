import { type Kysely, sql } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";

export const iamToolboxMigrations: readonly Migration[] = [
  { name: "iam-toolbox/0001-authorization-details", up: createDetails },
  { name: "iam-toolbox/0002-details-by-account", up: indexByAccount },
  { name: "iam-toolbox/0003-permission-uses", up: createUses },
  { name: "iam-toolbox/0004-details-by-request", up: indexByRequest },
];

async function createDetails({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_authorization_details")
    .addColumn("authorization_id", "text", (c) => c.primaryKey())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("details", "text", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("iam_authorization_details_by_time")
    .on("iam_authorization_details")
    .columns(["created_ms"])
    .execute();
}

async function indexByAccount(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable("iam_authorization_details")
    .addColumn("details_chars", "integer", (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`update iam_authorization_details set details_chars = length(details)`.execute(db);
  await schema.dropIndex("iam_authorization_details_by_time").execute();
  await schema
    .createIndex("iam_authorization_details_by_account")
    .on("iam_authorization_details")
    .columns(["account_id", "created_ms", "details_chars"])
    .execute();
}

async function createUses({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_permission_uses")
    .addColumn("entity_id", "text", (c) => c.notNull())
    .addColumn("action", "text", (c) => c.notNull())
    .addColumn("operation", "text", (c) => c.notNull())
    .addColumn("condition", "text", (c) => c.notNull())
    .addColumn("resource", "text", (c) => c.notNull())
    .addColumn("is_pattern", "integer", (c) => c.notNull())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("arn", "text", (c) => c.notNull())
    .addColumn("first_ms", "bigint", (c) => c.notNull())
    .addColumn("last_ms", "bigint", (c) => c.notNull())
    .addColumn("denied_ms", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("iam_permission_uses_key", [
      "entity_id",
      "action",
      "operation",
      "condition",
      "resource",
    ])
    .execute();
  await schema
    .createIndex("iam_permission_uses_by_account")
    .on("iam_permission_uses")
    .columns(["account_id", "last_ms"])
    .execute();
}

async function indexByRequest({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .alterTable("iam_authorization_details")
    .addColumn("request_id", "text", (c) => c.notNull().defaultTo(""))
    .execute();
  await schema
    .createIndex("iam_authorization_details_by_request")
    .on("iam_authorization_details")
    .columns(["request_id"])
    .execute();
}
