import type { Migration } from "../../kernel/store.ts";

const parameters: Migration = {
  name: "ssm/0001-parameters",
  async up(db) {
    await db.schema
      .createTable("ssm_parameters")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("path", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("parameter_id", "text", (column) => column.notNull())
      .addColumn("version", "integer", (column) => column.notNull())
      .addColumn("created_ms", "bigint", (column) => column.notNull())
      .addColumn("tags", "text", (column) => column.notNull())
      .addColumn("due_ms", "bigint")
      .addPrimaryKeyConstraint("ssm_parameters_key", ["account_id", "region", "path"])
      .execute();
    await db.schema
      .createIndex("ssm_parameters_due")
      .on("ssm_parameters")
      .column("due_ms")
      .execute();
    await db.schema
      .createTable("ssm_parameter_versions")
      .addColumn("parameter_id", "text", (column) => column.notNull())
      .addColumn("version", "integer", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("tier", "text", (column) => column.notNull())
      .addColumn("value", "text", (column) => column.notNull())
      .addColumn("key_id", "text")
      .addColumn("description", "text")
      .addColumn("allowed_pattern", "text")
      .addColumn("data_type", "text", (column) => column.notNull())
      .addColumn("policies", "text", (column) => column.notNull())
      .addColumn("modified_ms", "bigint", (column) => column.notNull())
      .addColumn("modified_by", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("ssm_parameter_versions_key", ["parameter_id", "version"])
      .execute();
    await db.schema
      .createTable("ssm_parameter_labels")
      .addColumn("parameter_id", "text", (column) => column.notNull())
      .addColumn("label", "text", (column) => column.notNull())
      .addColumn("version", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("ssm_parameter_labels_key", ["parameter_id", "label"])
      .execute();
  },
};

export const ssmMigrations: readonly Migration[] = [parameters];
