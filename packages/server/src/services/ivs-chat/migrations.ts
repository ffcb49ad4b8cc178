import type { Migration } from "../../kernel/store.ts";
import { listIndex, resourceTable } from "../../kernel/tagged-resources/resource-tables.ts";

const resources: Migration = {
  name: "ivschat/0001-resources",
  async up(db) {
    let rooms = resourceTable(db, "ivschat_rooms")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("updated_at_ms", "bigint", (column) => column.notNull())
      .addColumn("message_rate", "integer", (column) => column.notNull())
      .addColumn("message_length", "integer", (column) => column.notNull())
      .addColumn("handler_uri", "text", (column) => column.notNull())
      .addColumn("handler_fallback", "text", (column) => column.notNull());
    for (const name of ["logging_1", "logging_2", "logging_3"])
      rooms = rooms.addColumn(name, "text", (column) => column.notNull());
    await rooms.execute();
    await listIndex(db, "ivschat_rooms", "updated_at_ms");
    await resourceTable(db, "ivschat_logging_configurations")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("updated_at_ms", "bigint", (column) => column.notNull())
      .addColumn("bucket_name", "text", (column) => column.notNull())
      .execute();
    await listIndex(db, "ivschat_logging_configurations", "updated_at_ms");
    await db.schema
      .createTable("ivschat_used_tokens")
      .addColumn("token_id", "text", (column) => column.primaryKey())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("ivschat_used_tokens_by_expiry")
      .on("ivschat_used_tokens")
      .column("expires_at_ms")
      .execute();
    await db.schema
      .createTable("ivschat_log_records")
      .addColumn("record_id", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("room_id", "text", (column) => column.notNull())
      .addColumn("configuration_id", "text", (column) => column.notNull())
      .addColumn("bucket_name", "text", (column) => column.notNull())
      .addColumn("owner", "text", (column) => column.notNull())
      .addColumn("created_ms", "bigint", (column) => column.notNull())
      .addColumn("text", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("ivschat_log_records_by_configuration")
      .on("ivschat_log_records")
      .columns(["configuration_id", "room_id", "record_id"])
      .execute();
  },
};

export const ivsChatMigrations: readonly Migration[] = [resources];
