import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../../kernel/store.ts";

export const accountMigrations: readonly Migration[] = [
  { name: "iam/0030-account-settings", up: createAccountSettings },
  { name: "iam/0031-login-profiles", up: createLoginProfiles },
];

async function createAccountSettings({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_account_aliases")
    .addColumn("account_id", "text", (c) => c.primaryKey())
    .addColumn("alias", "text", (c) => c.notNull().unique())
    .execute();
  await schema
    .createTable("iam_password_policies")
    .addColumn("account_id", "text", (c) => c.primaryKey())
    .addColumn("minimum_length", "integer", (c) => c.notNull())
    .addColumn("require_symbols", "integer", (c) => c.notNull())
    .addColumn("require_numbers", "integer", (c) => c.notNull())
    .addColumn("require_uppercase", "integer", (c) => c.notNull())
    .addColumn("require_lowercase", "integer", (c) => c.notNull())
    .addColumn("users_may_change", "integer", (c) => c.notNull())
    .addColumn("max_age_days", "integer")
    .addColumn("reuse_prevention", "integer")
    .addColumn("hard_expiry", "integer")
    .execute();
}

async function createLoginProfiles({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_login_profiles")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("user_id", "text", (c) => c.primaryKey())
    .addColumn("password_hash", "text", (c) => c.notNull())
    .addColumn("previous_hashes", "text", (c) => c.notNull())
    .addColumn("reset_required", "integer", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("changed_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("iam_login_profiles_by_account")
    .on("iam_login_profiles")
    .columns(["account_id"])
    .execute();
  await schema
    .createTable("iam_credential_reports")
    .addColumn("account_id", "text", (c) => c.primaryKey())
    .addColumn("content", "text", (c) => c.notNull())
    .addColumn("generated_ms", "bigint", (c) => c.notNull())
    .execute();
}
