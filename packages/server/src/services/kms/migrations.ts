import type { Migration } from "../../kernel/store.ts";

const keys: Migration = {
  name: "kms/0001-keys",
  async up(db) {
    await db.schema
      .createTable("kms_keys")
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("key_id", "text", (column) => column.notNull())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("key_manager", "text", (column) => column.notNull())
      .addColumn("description", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("created_ms", "bigint", (column) => column.notNull())
      .addColumn("deletion_ms", "bigint")
      .addColumn("policy", "text", (column) => column.notNull())
      .addColumn("tags", "text", (column) => column.notNull())
      .addColumn("material_id", "text", (column) => column.notNull())
      .addColumn("rotation_days", "integer")
      .addColumn("rotation_ms", "bigint")
      .addPrimaryKeyConstraint("kms_keys_key", ["region", "key_id"])
      .execute();
    await db.schema
      .createIndex("kms_keys_by_account")
      .on("kms_keys")
      .columns(["account_id", "region", "key_id"])
      .execute();
    await db.schema
      .createTable("kms_materials")
      .addColumn("key_id", "text", (column) => column.notNull())
      .addColumn("material_id", "text", (column) => column.notNull())
      .addColumn("sealed", "text", (column) => column.notNull())
      .addColumn("created_ms", "bigint", (column) => column.notNull())
      .addColumn("rotation_type", "text")
      .addColumn("number", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("kms_materials_key", ["key_id", "material_id"])
      .execute();
    await db.schema
      .createTable("kms_aliases")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("alias_name", "text", (column) => column.notNull())
      .addColumn("key_id", "text", (column) => column.notNull())
      .addColumn("created_ms", "bigint", (column) => column.notNull())
      .addColumn("updated_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("kms_aliases_key", ["account_id", "region", "alias_name"])
      .execute();
    await db.schema
      .createIndex("kms_aliases_by_key")
      .on("kms_aliases")
      .columns(["region", "key_id"])
      .execute();
    await db.schema
      .createTable("kms_grants")
      .addColumn("grant_id", "text", (column) => column.notNull().primaryKey())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("key_id", "text", (column) => column.notNull())
      .addColumn("token", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("created_ms", "bigint", (column) => column.notNull())
      .addColumn("issuing_account_id", "text", (column) => column.notNull())
      .addColumn("grantee", "text", (column) => column.notNull())
      .addColumn("retiring", "text")
      .addColumn("operations", "text", (column) => column.notNull())
      .addColumn("constraints", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("kms_grants_by_key")
      .on("kms_grants")
      .columns(["region", "key_id", "grant_id"])
      .execute();
    await db.schema.createIndex("kms_grants_by_token").on("kms_grants").column("token").execute();
    await db.schema
      .createIndex("kms_grants_by_retiring")
      .on("kms_grants")
      .columns(["retiring", "region", "grant_id"])
      .execute();
  },
};

export const kmsMigrations: readonly Migration[] = [keys];
