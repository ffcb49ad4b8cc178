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

/** Asymmetric, HMAC, imported and multi-Region keys; when keys were last used. */
const kindsOfKeys: Migration = {
  name: "kms/0002-kinds-of-keys",
  async up(db) {
    const texts = {
      key_spec: "SYMMETRIC_DEFAULT",
      key_usage: "ENCRYPT_DECRYPT",
      origin: "AWS_KMS",
    };
    for (const [column, before] of Object.entries(texts)) {
      await db.schema
        .alterTable("kms_keys")
        .addColumn(column, "text", (type) => type.notNull().defaultTo(before))
        .execute();
    }
    await db.schema
      .alterTable("kms_keys")
      .addColumn("has_material", "integer", (type) => type.notNull().defaultTo(1))
      .execute();
    await db.schema.alterTable("kms_keys").addColumn("valid_to_ms", "bigint").execute();
    await db.schema.alterTable("kms_keys").addColumn("primary_region", "text").execute();
    await db.schema.alterTable("kms_keys").addColumn("deletion_days", "integer").execute();
    await db.schema.createIndex("kms_keys_related").on("kms_keys").column("key_id").execute();
    await db.schema
      .createTable("kms_key_uses")
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("key_id", "text", (column) => column.notNull())
      .addColumn("operation", "text", (column) => column.notNull())
      .addColumn("used_ms", "bigint", (column) => column.notNull())
      .addColumn("request_id", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("kms_key_uses_key", ["region", "key_id"])
      .execute();
  },
};

/** Imported material may wait for a rotation. */
const pendingMaterials: Migration = {
  name: "kms/0003-pending-materials",
  async up(db) {
    await db.schema
      .alterTable("kms_keys")
      .addColumn("pending_material_id", "text", (column) => column.notNull().defaultTo(""))
      .execute();
  },
};

export const kmsMigrations: readonly Migration[] = [keys, kindsOfKeys, pendingMaterials];
