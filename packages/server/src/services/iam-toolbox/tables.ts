import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";

/** A denial, explained. */
export interface AuthorizationDetailRow {
  authorization_id: string;
  account_id: string;
  created_ms: number;
  /** JSON of a DecisionRecord. */
  details: string;
}

export interface IamToolboxTables {
  iam_authorization_details: AuthorizationDetailRow;
}

export const iamToolboxMigrations: readonly Migration[] = [
  { name: "iam-toolbox/0001-authorization-details", up: createDetails },
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
