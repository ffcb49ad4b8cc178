import { type Kysely, sql } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";
import { accountMigrations } from "./account/account-migrations.ts";
import { federationMigrations } from "./federation/federation-migrations.ts";
import { accessMigrations } from "./last-accessed/access-migrations.ts";
import { serviceLinkedRoleMigrations } from "./service-linked-roles/migrations.ts";

export const iamMigrations: readonly Migration[] = [
  { name: "iam/0001-principals", up: createPrincipals },
  { name: "iam/0002-policies", up: createPolicies },
  { name: "iam/0003-credentials", up: createCredentials },
  ...serviceLinkedRoleMigrations,
  ...accountMigrations,
  ...federationMigrations,
  ...accessMigrations,
  { name: "iam/0050-account-changes", up: createAccountChanges },
  { name: "iam/0060-tag-key-case", up: keepCaseOfTagKeys },
  { name: "iam/0070-pages", up: indexPages },
  { name: "iam/0080-assigned-devices", up: indexAssignedDevices },
  { name: "iam/0090-root-keys", up: keepRootKeysWithOthers },
  { name: "iam/0100-accounts-without-keys", up: allowAccountsWithoutKeys },
  { name: "iam/0110-order-of-memberships", up: countMemberships },
];

async function createPrincipals(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("iam_users")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("user_id", "text", (c) => c.primaryKey())
    .addColumn("user_name", "text", (c) => c.notNull())
    .addColumn("name_key", "text", (c) => c.notNull())
    .addColumn("path", "text", (c) => c.notNull())
    .addColumn("boundary_arn", "text")
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addUniqueConstraint("iam_users_name", ["account_id", "name_key"])
    .execute();
  await schema
    .createTable("iam_groups")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("group_id", "text", (c) => c.primaryKey())
    .addColumn("group_name", "text", (c) => c.notNull())
    .addColumn("name_key", "text", (c) => c.notNull())
    .addColumn("path", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addUniqueConstraint("iam_groups_name", ["account_id", "name_key"])
    .execute();
  await schema
    .createTable("iam_group_members")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("group_id", "text", (c) => c.notNull())
    .addColumn("user_id", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("iam_group_members_key", ["group_id", "user_id"])
    .execute();
  await schema
    .createTable("iam_roles")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("role_id", "text", (c) => c.primaryKey())
    .addColumn("role_name", "text", (c) => c.notNull())
    .addColumn("name_key", "text", (c) => c.notNull())
    .addColumn("path", "text", (c) => c.notNull())
    .addColumn("trust_policy", "text", (c) => c.notNull())
    .addColumn("description", "text")
    .addColumn("max_session_duration_s", "integer", (c) => c.notNull())
    .addColumn("boundary_arn", "text")
    .addColumn("linked_service", "text")
    .addColumn("deletion_task_id", "text")
    .addColumn("last_used_ms", "bigint")
    .addColumn("last_used_region", "text")
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addUniqueConstraint("iam_roles_name", ["account_id", "name_key"])
    .execute();
  await schema
    .createTable("iam_instance_profiles")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("profile_id", "text", (c) => c.primaryKey())
    .addColumn("profile_name", "text", (c) => c.notNull())
    .addColumn("name_key", "text", (c) => c.notNull())
    .addColumn("path", "text", (c) => c.notNull())
    .addColumn("role_id", "text")
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addUniqueConstraint("iam_instance_profiles_name", ["account_id", "name_key"])
    .execute();
  await schema
    .createTable("iam_tags")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("owner_id", "text", (c) => c.notNull())
    .addColumn("tag_key_fold", "text", (c) => c.notNull())
    .addColumn("tag_key", "text", (c) => c.notNull())
    .addColumn("tag_value", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("iam_tags_key", ["owner_id", "tag_key_fold"])
    .execute();
  await index(db, "iam_group_members", "user", ["user_id"]);
  await index(db, "iam_users", "boundary", ["account_id", "boundary_arn"]);
  await index(db, "iam_roles", "boundary", ["account_id", "boundary_arn"]);
  await index(db, "iam_roles", "linked_service", ["account_id", "linked_service"]);
  await index(db, "iam_instance_profiles", "role", ["role_id"]);
}

async function createPolicies(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("iam_inline_policies")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("owner_id", "text", (c) => c.notNull())
    .addColumn("policy_name", "text", (c) => c.notNull())
    .addColumn("document", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("iam_inline_policies_key", ["owner_id", "policy_name"])
    .execute();
  await schema
    .createTable("iam_policy_attachments")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("policy_arn", "text", (c) => c.notNull())
    .addColumn("owner_id", "text", (c) => c.notNull())
    .addColumn("owner_kind", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("iam_policy_attachments_key", ["owner_id", "policy_arn"])
    .execute();
  await schema
    .createTable("iam_policies")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("policy_arn", "text", (c) => c.primaryKey())
    .addColumn("policy_id", "text", (c) => c.notNull().unique())
    .addColumn("policy_name", "text", (c) => c.notNull())
    .addColumn("name_key", "text", (c) => c.notNull())
    .addColumn("path", "text", (c) => c.notNull())
    .addColumn("description", "text")
    .addColumn("default_version", "integer", (c) => c.notNull())
    .addColumn("last_version", "integer", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("updated_ms", "bigint", (c) => c.notNull())
    .addUniqueConstraint("iam_policies_name", ["account_id", "name_key"])
    .execute();
  await schema
    .createTable("iam_policy_versions")
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("policy_arn", "text", (c) => c.notNull())
    .addColumn("version", "integer", (c) => c.notNull())
    .addColumn("document", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("iam_policy_versions_key", ["policy_arn", "version"])
    .execute();
  const attachmentColumns = ["account_id", "policy_arn", "owner_kind"];
  await index(db, "iam_policy_attachments", "policy", attachmentColumns);
}

async function createCredentials(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("iam_accounts")
    .addColumn("account_id", "text", (c) => c.primaryKey())
    .addColumn("root_access_key_id", "text", (c) => c.notNull().unique())
    .addColumn("root_secret_sealed", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createTable("iam_access_keys")
    .addColumn("access_key_id", "text", (c) => c.primaryKey())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("user_id", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("secret_sealed", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("last_used_ms", "bigint")
    .addColumn("last_used_region", "text")
    .addColumn("last_used_service", "text")
    .execute();
  await index(db, "iam_access_keys", "user", ["user_id"]);
}

async function createAccountChanges({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("iam_account_changes")
    .addColumn("account_id", "text", (c) => c.primaryKey())
    .addColumn("change_id", "text", (c) => c.notNull())
    .execute();
}

/** Only users' and roles' tag keys are told apart irrespective of case. */
async function keepCaseOfTagKeys(db: Kysely<Tables>): Promise<void> {
  await sql`update iam_tags set tag_key_fold = tag_key
    where substr(owner_id, 1, 4) not in ('AIDA', 'AROA')`.execute(db);
}

/** A page of a list is found, not looked for. */
async function indexPages(db: Kysely<Tables>): Promise<void> {
  for (const what of ["users", "groups", "roles", "instance_profiles", "policies"])
    await index(db, `iam_${what}`, "path", ["account_id", "path", "name_key"]);
  await index(db, "iam_server_certificates", "path", ["account_id", "path", "name_key"]);
  const credentials = "iam_service_specific_credentials";
  for (const name of [
    "iam_instance_profiles_by_role",
    "iam_mfa_devices_by_account",
    `${credentials}_by_account`,
  ])
    await db.schema.dropIndex(name).execute();
  await index(db, "iam_instance_profiles", "role", ["role_id", "name_key"]);
  await index(db, "iam_mfa_devices", "serial", ["account_id", "serial_number"]);
  await index(db, "iam_mfa_devices", "use", ["account_id", "user_id", "serial_number"]);
  await index(db, credentials, "account", ["account_id", "credential_id"]);
}

/** ListVirtualMFADevices of those that are a user's, or nobody's, however many are not. */
async function indexAssignedDevices({ schema }: Kysely<Tables>): Promise<void> {
  for (const [name, operator] of [
    ["assigned", "is not"],
    ["unassigned", "is"],
  ] as const)
    await schema
      .createIndex(`iam_mfa_devices_${name}`)
      .on("iam_mfa_devices")
      .columns(["account_id", "serial_number"])
      .where("user_id" as never, operator, null)
      .execute();
}

/** A root user may have access keys beside the one of the configuration. */
async function keepRootKeysWithOthers(db: Kysely<Tables>): Promise<void> {
  await sql`insert into iam_access_keys
      (access_key_id, account_id, user_id, status, secret_sealed, created_ms)
    select root_access_key_id, account_id, account_id, 'Active', root_secret_sealed, created_ms
    from iam_accounts where root_access_key_id not in (select access_key_id from iam_access_keys)
  `.execute(db);
  await db.schema.alterTable("iam_accounts").dropColumn("root_secret_sealed").execute();
}

/** Accounts that Organizations makes have a root user without a key. */
async function allowAccountsWithoutKeys(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("iam_accounts_next")
    .addColumn("account_id", "text", (c) => c.primaryKey())
    .addColumn("root_access_key_id", "text", (c) => c.unique())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await sql`
    insert into iam_accounts_next (account_id, root_access_key_id, created_ms)
    select account_id, root_access_key_id, created_ms from iam_accounts
  `.execute(db);
  await schema.dropTable("iam_accounts").execute();
  await schema.alterTable("iam_accounts_next").renameTo("iam_accounts").execute();
}

/** A user's groups are listed in the order in which it joined them. */
async function countMemberships({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .alterTable("iam_group_members")
    .addColumn("number", "integer", (c) => c.notNull().defaultTo(0))
    .execute();
}

async function index(
  db: Kysely<Tables>,
  table: string,
  name: string,
  columns: string[],
): Promise<void> {
  await db.schema.createIndex(`${table}_by_${name}`).on(table).columns(columns).execute();
}
