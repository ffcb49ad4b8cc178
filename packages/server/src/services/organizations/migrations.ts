import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";

export const organizationsMigrations: readonly Migration[] = [
  { name: "organizations/0001-organizations", up: createOrganizations },
];

async function createOrganizations(db: Kysely<Tables>): Promise<void> {
  await createTree(db);
  await createPolicies(db);
  await createMembership(db);
}

async function createTree({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("organizations_organizations")
    .addColumn("organization_id", "text", (c) => c.primaryKey())
    .addColumn("management_account_id", "text", (c) => c.notNull().unique())
    .addColumn("root_id", "text", (c) => c.notNull())
    .addColumn("feature_set", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addColumn("policy_types", "text", (c) => c.notNull())
    .addColumn("root_tags", "text", (c) => c.notNull())
    .addColumn("root_features", "text", (c) => c.notNull())
    .addColumn("delegation_policy", "text")
    .addColumn("delegation_policy_id", "text")
    .addColumn("delegation_policy_tags", "text", (c) => c.notNull())
    .addColumn("folder_digest", "text")
    .execute();
  await schema
    .createTable("organizations_accounts")
    .addColumn("account_id", "text", (c) => c.primaryKey())
    .addColumn("organization_id", "text", (c) => c.notNull())
    .addColumn("parent_id", "text", (c) => c.notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("email", "text", (c) => c.notNull())
    .addColumn("joined_method", "text", (c) => c.notNull())
    .addColumn("joined_ms", "bigint", (c) => c.notNull())
    .addColumn("closed_ms", "bigint")
    .addColumn("tags", "text", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("organizations_accounts_by_parent")
    .on("organizations_accounts")
    .columns(["organization_id", "parent_id", "account_id"])
    .execute();
  await schema
    .createTable("organizations_units")
    .addColumn("unit_id", "text", (c) => c.primaryKey())
    .addColumn("organization_id", "text", (c) => c.notNull())
    .addColumn("parent_id", "text", (c) => c.notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("tags", "text", (c) => c.notNull())
    .addUniqueConstraint("organizations_units_name", ["organization_id", "parent_id", "name"])
    .execute();
}

async function createPolicies({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("organizations_policies")
    .addColumn("policy_id", "text", (c) => c.primaryKey())
    .addColumn("organization_id", "text", (c) => c.notNull())
    .addColumn("type", "text", (c) => c.notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("description", "text", (c) => c.notNull())
    .addColumn("content", "text", (c) => c.notNull())
    .addColumn("tags", "text", (c) => c.notNull())
    .addColumn("updated_ms", "bigint", (c) => c.notNull())
    .addUniqueConstraint("organizations_policies_name", ["organization_id", "type", "name"])
    .execute();
  await schema
    .createTable("organizations_attachments")
    .addColumn("organization_id", "text", (c) => c.notNull())
    .addColumn("policy_id", "text", (c) => c.notNull())
    .addColumn("policy_type", "text", (c) => c.notNull())
    .addColumn("target_id", "text", (c) => c.notNull())
    .addColumn("attached_ms", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("organizations_attachments_key", [
      "organization_id",
      "target_id",
      "policy_id",
    ])
    .execute();
  await schema
    .createIndex("organizations_attachments_by_policy")
    .on("organizations_attachments")
    .columns(["organization_id", "policy_id", "target_id"])
    .execute();
}

async function createMembership({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("organizations_account_requests")
    .addColumn("request_id", "text", (c) => c.primaryKey())
    .addColumn("organization_id", "text", (c) => c.notNull())
    .addColumn("account_name", "text", (c) => c.notNull())
    .addColumn("state", "text", (c) => c.notNull())
    .addColumn("requested_ms", "bigint", (c) => c.notNull())
    .addColumn("completed_ms", "bigint", (c) => c.notNull())
    .addColumn("account_id", "text")
    .addColumn("failure_reason", "text")
    .execute();
  await schema
    .createTable("organizations_handshakes")
    .addColumn("handshake_id", "text", (c) => c.primaryKey())
    .addColumn("organization_id", "text", (c) => c.notNull())
    .addColumn("action", "text", (c) => c.notNull())
    .addColumn("state", "text", (c) => c.notNull())
    .addColumn("requested_ms", "bigint", (c) => c.notNull())
    .addColumn("expires_ms", "bigint", (c) => c.notNull())
    .addColumn("account_id", "text")
    .addColumn("email", "text")
    .addColumn("notes", "text")
    .addColumn("tags", "text", (c) => c.notNull())
    .execute();
  await schema
    .createTable("organizations_services")
    .addColumn("organization_id", "text", (c) => c.notNull())
    .addColumn("service_principal", "text", (c) => c.notNull())
    .addColumn("enabled_ms", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("organizations_services_key", ["organization_id", "service_principal"])
    .execute();
  await schema
    .createTable("organizations_administrators")
    .addColumn("organization_id", "text", (c) => c.notNull())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("service_principal", "text", (c) => c.notNull())
    .addColumn("enabled_ms", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("organizations_administrators_key", [
      "organization_id",
      "account_id",
      "service_principal",
    ])
    .execute();
}
