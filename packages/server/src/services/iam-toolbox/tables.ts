import { type Kysely, sql } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";

/** A denial, explained. */
export interface AuthorizationDetailRow {
  authorization_id: string;
  account_id: string;
  created_ms: number;
  /** JSON of a DecisionRecord. */
  details: string;
  /** The length of `details`. */
  details_chars: number;
}

export interface IamToolboxTables {
  iam_authorization_details: AuthorizationDetailRow;
}

export const iamToolboxMigrations: readonly Migration[] = [
  { name: "iam-toolbox/0001-authorization-details", up: createDetails },
  { name: "iam-toolbox/0002-details-by-account", up: indexByAccount },
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
