import { type Kysely, sql } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";
import { listIndex, resourceTable } from "../../kernel/tagged-resources/resource-tables.ts";

async function index(db: Kysely<Tables>, table: string, ...columns: string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_${columns.at(-1)}`)
    .on(table)
    .columns(columns)
    .execute();
}

const resources: Migration = {
  name: "ivs/0001-resources",
  async up(db) {
    await resourceTable(db, "ivs_recording_configurations")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("bucket_name", "text", (column) => column.notNull())
      .addColumn("thumbnail_configuration", "text", (column) => column.notNull())
      .addColumn("rendition_configuration", "text", (column) => column.notNull())
      .addColumn("reconnect_window_seconds", "integer", (column) => column.notNull())
      .addColumn("settled_state", "text", (column) => column.notNull())
      .addColumn("settles_at_ms", "bigint", (column) => column.notNull())
      .execute();
    await listIndex(db, "ivs_recording_configurations");
    await index(db, "ivs_recording_configurations", "account_id", "bucket_name");
    await resourceTable(db, "ivs_channels")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("latency_mode", "text", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("authorized", "integer", (column) => column.notNull())
      .addColumn("insecure_ingest", "integer", (column) => column.notNull())
      .addColumn("preset", "text", (column) => column.notNull())
      .addColumn("recording_configuration_arn", "text", (column) => column.notNull())
      .addColumn("playback_restriction_policy_arn", "text", (column) => column.notNull())
      .addColumn("ad_configuration_arn", "text", (column) => column.notNull())
      .addColumn("container_format", "text", (column) => column.notNull())
      .addColumn("multitrack_input", "text", (column) => column.notNull())
      .addColumn("srt_passphrase", "text", (column) => column.notNull())
      .execute();
    await listIndex(db, "ivs_channels");
    await index(db, "ivs_channels", "account_id", "region", "name");
    await index(db, "ivs_channels", "account_id", "region", "recording_configuration_arn");
    await resourceTable(db, "ivs_stream_keys")
      .addColumn("channel_id", "text", (column) => column.notNull())
      .addColumn("value", "text", (column) => column.notNull())
      .execute();
    await index(db, "ivs_stream_keys", "account_id", "region", "channel_id");
    // An encoder shows only its key, which names a Region and an id but no account.
    await index(db, "ivs_stream_keys", "region", "id");
  },
};

const streams: Migration = {
  name: "ivs/0002-streams",
  async up(db) {
    await db.schema
      .createTable("ivs_stream_sessions")
      .addColumn("stream_id", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("channel_id", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("started_at_ms", "bigint")
      .addColumn("ended_at_ms", "bigint")
      .addColumn("health", "text", (column) => column.notNull())
      .addColumn("has_error_event", "integer", (column) => column.notNull())
      .addColumn("channel", "text", (column) => column.notNull())
      .addColumn("recording_configuration", "text")
      .addColumn("media", "text")
      .execute();
    const channel = ["account_id", "region", "channel_id"];
    await index(db, "ivs_stream_sessions", ...channel, "created_at_ms");
    await index(db, "ivs_stream_sessions", "account_id", "region", "ended_at_ms");
    await db.schema
      .createIndex("ivs_stream_sessions_by_age")
      .on("ivs_stream_sessions")
      .column("ended_at_ms")
      .execute();
    await db.schema
      .createTable("ivs_stream_events")
      .addColumn("stream_id", "text", (column) => column.notNull())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("sequence", "integer", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("code", "text")
      .addColumn("event_time_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("ivs_stream_events_key", ["stream_id", "sequence"])
      .execute();
  },
};

const recordings: Migration = {
  name: "ivs/0003-recordings",
  async up(db) {
    await db.schema
      .createTable("ivs_recordings")
      .addColumn("stream_id", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("channel_id", "text", (column) => column.notNull())
      .addColumn("channel_name", "text", (column) => column.notNull())
      .addColumn("recording_configuration_arn", "text", (column) => column.notNull())
      .addColumn("bucket_name", "text", (column) => column.notNull())
      .addColumn("key_prefix", "text", (column) => column.notNull())
      .addColumn("recording_id", "text", (column) => column.notNull())
      .addColumn("recording_session_id", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("started_at_ms", "bigint")
      .addColumn("ended_at_ms", "bigint")
      .addColumn("media", "text")
      .execute();
    await index(db, "ivs_recordings", "recording_configuration_arn", "ended_at_ms");
    await db.schema
      .createTable("ivs_recording_files")
      .addColumn("stream_id", "text", (column) => column.notNull())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("rendition", "text", (column) => column.notNull())
      .addColumn("file_index", "integer", (column) => column.notNull())
      .addColumn("file", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("ivs_recording_files_key", ["stream_id", "rendition", "file_index"])
      .execute();
  },
};

const playback: Migration = {
  name: "ivs/0004-playback",
  async up(db) {
    await resourceTable(db, "ivs_playback_key_pairs")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("public_key", "text", (column) => column.notNull())
      .addColumn("fingerprint", "text", (column) => column.notNull())
      .execute();
    await listIndex(db, "ivs_playback_key_pairs");
    await resourceTable(db, "ivs_playback_restriction_policies")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("allowed_countries", "text", (column) => column.notNull())
      .addColumn("allowed_origins", "text", (column) => column.notNull())
      .addColumn("strict_origin_enforcement", "integer", (column) => column.notNull())
      .execute();
    await listIndex(db, "ivs_playback_restriction_policies");
    await resourceTable(db, "ivs_ad_configurations")
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("playback_configurations", "text", (column) => column.notNull())
      .addColumn("post_roll_enabled", "integer", (column) => column.notNull())
      .addColumn("post_roll_seconds", "integer", (column) => column.notNull())
      .execute();
    await listIndex(db, "ivs_ad_configurations");
    const place = ["account_id", "region"];
    await index(db, "ivs_channels", ...place, "playback_restriction_policy_arn");
    await index(db, "ivs_channels", ...place, "ad_configuration_arn");
    await db.schema
      .createTable("ivs_viewer_session_revocations")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("channel_id", "text", (column) => column.notNull())
      .addColumn("viewer_id", "text", (column) => column.notNull())
      .addColumn("version_max", "bigint", (column) => column.notNull())
      .addColumn("revoked_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("ivs_viewer_session_revocations_key", [
        "account_id",
        "region",
        "channel_id",
        "viewer_id",
      ])
      .execute();
    await index(db, "ivs_viewer_session_revocations", "revoked_at_ms");
    await db.schema
      .createTable("ivs_used_playback_tokens")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("uuid", "text", (column) => column.notNull())
      .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("ivs_used_playback_tokens_key", ["account_id", "region", "uuid"])
      .execute();
    await index(db, "ivs_used_playback_tokens", "expires_at_ms");
  },
};

/** Several streams may make one recording. */
const reconnects: Migration = {
  name: "ivs/0005-reconnects",
  async up(db) {
    const table = () => db.schema.alterTable("ivs_recordings");
    await table()
      .addColumn("reconnect_window_seconds", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
    await table()
      .addColumn("stream_ids", "text", (column) => column.notNull().defaultTo("[]"))
      .execute();
    await table()
      .addColumn("last_stream_id", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    await table().addColumn("traits", "text").execute();
    await table().addColumn("stream_ended_at_ms", "bigint").execute();
    await table().addColumn("closes_at_ms", "bigint").execute();
    await table().addColumn("duration_ms", "bigint").execute();
    await sql`update ivs_recordings
      set stream_ids = '["' || stream_id || '"]', last_stream_id = stream_id`.execute(db);
    await index(db, "ivs_recordings", "closes_at_ms");
    await index(db, "ivs_recordings", "account_id", "region", "channel_id");
    await index(db, "ivs_recordings", "last_stream_id");
  },
};

const thumbnails: Migration = {
  name: "ivs/0006-thumbnails",
  async up(db) {
    await db.schema
      .alterTable("ivs_recordings")
      .addColumn("thumbnail_count", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
  },
};

/** Several nodes share the database: which of them has what. */
const nodes: Migration = {
  name: "ivs/0007-nodes",
  async up(db) {
    await db.schema
      .createTable("ivs_nodes")
      .addColumn("node_id", "text", (column) => column.primaryKey())
      .addColumn("url", "text", (column) => column.notNull())
      .addColumn("beat", "bigint", (column) => column.notNull())
      .execute();
    const sessions = () => db.schema.alterTable("ivs_stream_sessions");
    await sessions()
      .addColumn("owner", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    await sessions()
      .addColumn("priority", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
    const recordings = () => db.schema.alterTable("ivs_recordings");
    await recordings()
      .addColumn("owner", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    await recordings()
      .addColumn("fence", "bigint", (column) => column.notNull().defaultTo(0))
      .execute();
  },
};

/** A page of a list is found by where it begins, whatever the list is narrowed by. */
const pages: Migration = {
  name: "ivs/0008-pages",
  async up(db) {
    const narrowed = [
      ["ivs_channels", "name"],
      ["ivs_channels", "recording_configuration_arn"],
      ["ivs_channels", "playback_restriction_policy_arn"],
      ["ivs_channels", "ad_configuration_arn"],
      ["ivs_stream_keys", "channel_id"],
    ] as const;
    for (const [table, column] of narrowed) {
      const name = `${table}_by_${column}`;
      await db.schema.dropIndex(name).execute();
      await db.schema
        .createIndex(name)
        .on(table)
        .columns(["account_id", "region", column, "created_at_ms", "id"])
        .execute();
    }
    const sessions = "ivs_stream_sessions";
    for (const column of ["created_at_ms", "ended_at_ms"])
      await db.schema.dropIndex(`${sessions}_by_${column}`).execute();
    await db.schema
      .createIndex(`${sessions}_by_created_at_ms`)
      .on(sessions)
      .columns(["account_id", "region", "channel_id", "created_at_ms", "stream_id"])
      .execute();
    await db.schema
      .createIndex(`${sessions}_by_ended_at_ms`)
      .on(sessions)
      .columns(["account_id", "region", "ended_at_ms", "created_at_ms", "stream_id"])
      .execute();
  },
};

const writtenParts: Migration = {
  name: "ivs/0009-written-parts",
  async up(db) {
    await db.schema.alterTable("ivs_recordings").addColumn("written", "text").execute();
  },
};

/** Nodes look for what hasn't ended, however much has. */
const openOnes: Migration = {
  name: "ivs/0010-open-ones",
  async up(db) {
    for (const table of ["ivs_stream_sessions", "ivs_recordings"])
      await db.schema
        .createIndex(`${table}_by_end`)
        .on(table)
        .columns(["ended_at_ms", "owner", "stream_id"])
        .execute();
  },
};

/** Nodes of two releases share a database while they are updated: which can do what. */
const nodeAbilities: Migration = {
  name: "ivs/0011-node-abilities",
  async up(db) {
    await db.schema
      .alterTable("ivs_nodes")
      .addColumn("abilities", "text", (column) => column.notNull().defaultTo(""))
      .execute();
  },
};

/** A process that starts on a dead one's folder needn't wait for the end of that one's lease. */
const nodeFolders: Migration = {
  name: "ivs/0012-node-folders",
  async up(db) {
    await db.schema
      .alterTable("ivs_nodes")
      .addColumn("folder_id", "text", (column) => column.notNull().defaultTo(""))
      .execute();
  },
};

/** A dead process's place stays until the next one on its folder has taken what it had. */
const nodeHeirs: Migration = {
  name: "ivs/0013-node-heirs",
  async up(db) {
    await db.schema
      .alterTable("ivs_nodes")
      .addColumn("heir", "text", (column) => column.notNull().defaultTo(""))
      .execute();
  },
};

export const ivsMigrations: readonly Migration[] = [
  resources,
  streams,
  recordings,
  playback,
  reconnects,
  thumbnails,
  nodes,
  pages,
  writtenParts,
  openOnes,
  nodeAbilities,
  nodeFolders,
  nodeHeirs,
];
