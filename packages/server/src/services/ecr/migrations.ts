import type { Migration } from "../../kernel/store.ts";

const repositories: Migration = {
  name: "ecr/0001-repositories",
  async up(db) {
    await db.schema
      .createTable("ecr_repositories")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("repository_id", "text", (column) => column.notNull())
      .addColumn("created_ms", "bigint", (column) => column.notNull())
      .addColumn("tag_mutability", "text", (column) => column.notNull())
      .addColumn("mutability_filters", "text", (column) => column.notNull())
      .addColumn("scan_on_push", "integer", (column) => column.notNull())
      .addColumn("encryption_type", "text", (column) => column.notNull())
      .addColumn("kms_key", "text")
      .addColumn("policy", "text")
      .addColumn("lifecycle_policy", "text")
      .addColumn("tags", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("ecr_repositories_key", ["account_id", "region", "name"])
      .execute();
  },
};

export const ecrMigrations: readonly Migration[] = [repositories];
