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

const participants: Migration = {
  name: "ivs-realtime/0002-participants",
  async up(db) {
    await db.schema
      .createTable("ivs_stage_sessions")
      .addColumn("session_id", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("stage_id", "text", (column) => column.notNull())
      .addColumn("owner", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("ended_at_ms", "bigint")
      .execute();
    await db.schema
      .createIndex("ivs_stage_sessions_in_order")
      .on("ivs_stage_sessions")
      .columns(["account_id", "region", "stage_id", "created_at_ms", "session_id"])
      .execute();
    await db.schema
      .createIndex("ivs_stage_sessions_by_end")
      .on("ivs_stage_sessions")
      .columns(["ended_at_ms", "created_at_ms"])
      .execute();
    await db.schema
      .createTable("ivs_stage_participants")
      .addColumn("session_id", "text", (column) => column.notNull())
      .addColumn("participant_id", "text", (column) => column.notNull())
      .addColumn("user_id", "text", (column) => column.notNull())
      .addColumn("attributes", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("published", "integer", (column) => column.notNull())
      .addColumn("protocol", "text", (column) => column.notNull())
      .addColumn("client", "text", (column) => column.notNull())
      .addColumn("recording_state", "text", (column) => column.notNull())
      .addColumn("recording_bucket", "text", (column) => column.notNull())
      .addColumn("recording_prefix", "text", (column) => column.notNull())
      .addColumn("ingest_configuration_arn", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("ivs_stage_participants_key", ["session_id", "participant_id"])
      .execute();
    await db.schema
      .createIndex("ivs_stage_participants_in_order")
      .on("ivs_stage_participants")
      .columns(["session_id", "created_at_ms", "participant_id"])
      .execute();
    await db.schema
      .createTable("ivs_stage_participant_events")
      .addColumn("session_id", "text", (column) => column.notNull())
      .addColumn("participant_id", "text", (column) => column.notNull())
      .addColumn("sequence", "integer", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("event_time_ms", "bigint", (column) => column.notNull())
      .addColumn("remote_participant_id", "text", (column) => column.notNull())
      .addColumn("error_code", "text", (column) => column.notNull())
      .addColumn("tokens", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("ivs_stage_participant_events_key", [
        "session_id",
        "participant_id",
        "sequence",
      ])
      .execute();
    await db.schema
      .createTable("ivs_stage_revoked_participants")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("stage_id", "text", (column) => column.notNull())
      .addColumn("participant_id", "text", (column) => column.notNull())
      .addColumn("forget_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("ivs_stage_revoked_participants_key", [
        "account_id",
        "region",
        "stage_id",
        "participant_id",
      ])
      .execute();
  },
};

const redundantIngest: Migration = {
  name: "ivs-realtime/0003-redundant-ingest",
  async up(db) {
    await db.schema
      .alterTable("ivs_stage_participants")
      .addColumn("redundant_ingest", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
  },
};

const recordings: Migration = {
  name: "ivs-realtime/0004-participant-recordings",
  async up(db) {
    await db.schema
      .createTable("ivs_participant_recordings")
      .addColumn("stream_id", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("stage_id", "text", (column) => column.notNull())
      .addColumn("session_id", "text", (column) => column.notNull())
      .addColumn("participant_id", "text", (column) => column.notNull())
      .addColumn("storage_configuration_arn", "text", (column) => column.notNull())
      .addColumn("bucket_name", "text", (column) => column.notNull())
      .addColumn("key_prefix", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("started_at_ms", "bigint")
      .addColumn("ended_at_ms", "bigint")
      .addColumn("media", "text")
      .addColumn("reconnect_window_seconds", "integer", (column) => column.notNull())
      .addColumn("stream_ids", "text", (column) => column.notNull())
      .addColumn("last_stream_id", "text", (column) => column.notNull())
      .addColumn("traits", "text")
      .addColumn("stream_ended_at_ms", "bigint")
      .addColumn("closes_at_ms", "bigint")
      .addColumn("duration_ms", "bigint")
      .addColumn("thumbnail_count", "integer", (column) => column.notNull())
      .addColumn("written", "text")
      .addColumn("owner", "text", (column) => column.notNull())
      .addColumn("fence", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("ivs_participant_recordings_by_participant")
      .on("ivs_participant_recordings")
      .columns(["account_id", "region", "stage_id", "participant_id", "created_at_ms"])
      .execute();
    for (const column of ["ended_at_ms", "closes_at_ms"])
      await db.schema
        .createIndex(`ivs_participant_recordings_by_${column}`)
        .on("ivs_participant_recordings")
        .columns([column])
        .execute();
    await db.schema
      .createTable("ivs_participant_recording_files")
      .addColumn("stream_id", "text", (column) => column.notNull())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("rendition", "text", (column) => column.notNull())
      .addColumn("file_index", "integer", (column) => column.notNull())
      .addColumn("file", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("ivs_participant_recording_files_key", [
        ...(["stream_id", "rendition", "file_index"] as const),
      ])
      .execute();
  },
};

const replicas: Migration = {
  name: "ivs-realtime/0006-replicas",
  async up(db) {
    const participants = () => db.schema.alterTable("ivs_stage_participants");
    await participants()
      .addColumn("replication_type", "text", (column) => column.notNull().defaultTo("NONE"))
      .execute();
    for (const name of ["replication_state", "source_stage_arn", "source_session_id"])
      await participants()
        .addColumn(name, "text", (column) => column.notNull().defaultTo(""))
        .execute();
    await db.schema
      .alterTable("ivs_stage_participant_events")
      .addColumn("replication", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    await db.schema
      .createTable("ivs_participant_replicas")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("source_stage_id", "text", (column) => column.notNull())
      .addColumn("source_session_id", "text", (column) => column.notNull())
      .addColumn("participant_id", "text", (column) => column.notNull())
      .addColumn("destination_stage_id", "text", (column) => column.notNull())
      .addColumn("destination_session_id", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("reconnect_window_seconds", "integer", (column) => column.notNull())
      .addColumn("attributes", "text", (column) => column.notNull())
      .addColumn("closes_at_ms", "bigint")
      .addColumn("failure", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("ivs_participant_replicas_by_source")
      .on("ivs_participant_replicas")
      .columns([
        ...(["account_id", "region", "source_stage_id", "participant_id"] as const),
        ...(["created_at_ms", "id"] as const),
      ])
      .execute();
    await db.schema
      .createIndex("ivs_participant_replicas_by_state")
      .on("ivs_participant_replicas")
      .columns(["state", "created_at_ms"])
      .execute();
  },
};

const compositions: Migration = {
  name: "ivs-realtime/0007-compositions",
  async up(db) {
    await resourceTable(db, "ivs_compositions")
      .addColumn("stage_arn", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("layout", "text", (column) => column.notNull())
      .addColumn("destinations", "text", (column) => column.notNull())
      .addColumn("idempotency_token", "text", (column) => column.notNull())
      .addColumn("request_hash", "text", (column) => column.notNull())
      .addColumn("owner", "text", (column) => column.notNull())
      .addColumn("session_id", "text", (column) => column.notNull())
      .addColumn("waiting_since_ms", "bigint", (column) => column.notNull())
      .addColumn("started_at_ms", "bigint")
      .addColumn("ended_at_ms", "bigint")
      .execute();
    await listIndex(db, "ivs_compositions");
    await db.schema
      .createIndex("ivs_compositions_by_end")
      .on("ivs_compositions")
      .columns(["ended_at_ms", "created_at_ms"])
      .execute();
  },
};

const compositionRecordings: Migration = {
  name: "ivs-realtime/0008-composition-recordings",
  async up(db) {
    await db.schema
      .createTable("ivs_composition_recordings")
      .addColumn("stream_id", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("stage_arn", "text", (column) => column.notNull())
      .addColumn("composition_id", "text", (column) => column.notNull())
      .addColumn("destination_id", "text", (column) => column.notNull())
      .addColumn("bucket_name", "text", (column) => column.notNull())
      .addColumn("key_prefix", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("started_at_ms", "bigint")
      .addColumn("ended_at_ms", "bigint")
      .addColumn("media", "text")
      .addColumn("reconnect_window_seconds", "integer", (column) => column.notNull())
      .addColumn("stream_ids", "text", (column) => column.notNull())
      .addColumn("last_stream_id", "text", (column) => column.notNull())
      .addColumn("traits", "text")
      .addColumn("stream_ended_at_ms", "bigint")
      .addColumn("closes_at_ms", "bigint")
      .addColumn("duration_ms", "bigint")
      .addColumn("thumbnail_count", "integer", (column) => column.notNull())
      .addColumn("written", "text")
      .addColumn("owner", "text", (column) => column.notNull())
      .addColumn("fence", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("ivs_composition_recordings_by_destination")
      .on("ivs_composition_recordings")
      .columns(["account_id", "region", "composition_id", "destination_id", "created_at_ms"])
      .execute();
    for (const column of ["ended_at_ms", "closes_at_ms"])
      await db.schema
        .createIndex(`ivs_composition_recordings_by_${column}`)
        .on("ivs_composition_recordings")
        .columns([column])
        .execute();
    await db.schema
      .createTable("ivs_composition_recording_files")
      .addColumn("stream_id", "text", (column) => column.notNull())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("rendition", "text", (column) => column.notNull())
      .addColumn("file_index", "integer", (column) => column.notNull())
      .addColumn("file", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("ivs_composition_recording_files_key", [
        ...(["stream_id", "rendition", "file_index"] as const),
      ])
      .execute();
  },
};

const compositionFailures: Migration = {
  name: "ivs-realtime/0009-composition-failures",
  async up(db) {
    await db.schema.alterTable("ivs_compositions").addColumn("failure", "text").execute();
  },
};

export const realTimeMigrations: readonly Migration[] = [
  resources,
  participants,
  redundantIngest,
  recordings,
  replicas,
  compositions,
  compositionRecordings,
  compositionFailures,
];
