import type { Migration } from "../../kernel/store.ts";
import { listIndex, resourceTable } from "../../kernel/tagged-resources/resource-tables.ts";

const resources: Migration = {
  name: "ivs-realtime/0001-resources",
  async up(db) {
    await resourceTable(db, "ivs_stages")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("recording", "text", (column) => column.notNull())
      .addColumn("storage_configuration_arn", "text", (column) => column.notNull())
      .execute();
    await resourceTable(db, "ivs_stage_public_keys")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("public_key", "text", (column) => column.notNull())
      .addColumn("fingerprint", "text", (column) => column.notNull())
      .execute();
    await resourceTable(db, "ivs_encoder_configurations")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("video", "text", (column) => column.notNull())
      .execute();
    await resourceTable(db, "ivs_storage_configurations")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("bucket_name", "text", (column) => column.notNull())
      .execute();
    await resourceTable(db, "ivs_ingest_configurations")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("protocol", "text", (column) => column.notNull())
      .addColumn("stage_arn", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("attributes", "text", (column) => column.notNull())
      .addColumn("participant_id", "text", (column) => column.notNull())
      .addColumn("stream_key", "text", (column) => column.notNull())
      .addColumn("redundant", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .execute();
    for (const table of [
      "ivs_stages",
      "ivs_stage_public_keys",
      "ivs_encoder_configurations",
      "ivs_storage_configurations",
      "ivs_ingest_configurations",
    ])
      await listIndex(db, table);
    await db.schema
      .createIndex("ivs_stages_by_storage_configuration_arn")
      .on("ivs_stages")
      .columns(["account_id", "region", "storage_configuration_arn"])
      .execute();
    await db.schema
      .createIndex("ivs_ingest_configurations_by_stage_arn")
      .on("ivs_ingest_configurations")
      .columns(["account_id", "region", "stage_arn", "created_at_ms", "id"])
      .execute();
  },
};

export const realTimeMigrations: readonly Migration[] = [resources];
