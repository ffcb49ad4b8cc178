import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";

export const federationMigrations: readonly Migration[] = [
  { name: "iam/0040-oidc-providers", up: createOidcProviders },
  { name: "iam/0041-mfa-devices", up: createMfaDevices },
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

async function createMfaDevices({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_mfa_devices")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("serial_number", "text", (c) => c.primaryKey())
    .addColumn("seed_sealed", "text", (c) => c.notNull())
    .addColumn("user_id", "text")
    .addColumn("enabled_ms", "bigint")
    .addColumn("last_step", "bigint", (c) => c.notNull())
    .addColumn("drift_steps", "integer", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("iam_mfa_devices_by_account")
    .on("iam_mfa_devices")
    .columns(["account_id", "serial_number"])
    .execute();
  await schema
    .createIndex("iam_mfa_devices_by_user")
    .on("iam_mfa_devices")
    .columns(["user_id"])
    .execute();
}
