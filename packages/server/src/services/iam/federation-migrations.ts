import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";

export const federationMigrations: readonly Migration[] = [
  { name: "iam/0040-oidc-providers", up: createOidcProviders },
];

async function createOidcProviders({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_oidc_providers")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("arn", "text", (c) => c.primaryKey())
    .addColumn("url", "text", (c) => c.notNull())
    .addColumn("client_ids", "text", (c) => c.notNull())
    .addColumn("thumbprints", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("iam_oidc_providers_by_account")
    .on("iam_oidc_providers")
    .columns(["account_id", "arn"])
    .execute();
}
