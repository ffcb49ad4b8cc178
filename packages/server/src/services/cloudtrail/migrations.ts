import type { Kysely } from "kysely";
import type { Migration, Tables } from "../../kernel/store.ts";
import { keepByKind } from "./events/keep-by-kind.ts";

export const cloudTrailMigrations: readonly Migration[] = [
  { name: "cloudtrail/0001-events", up: createEvents },
  { name: "cloudtrail/0002-trails", up: createTrails },
  { name: "cloudtrail/0003-events-by-kind-and-key", up: keepByKind },
];

async function createEvents({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("cloudtrail_batches")
    .addColumn("batch_id", "text", (c) => c.primaryKey())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("read_only", "integer", (c) => c.notNull())
    .addColumn("first_ms", "bigint", (c) => c.notNull())
    .addColumn("last_ms", "bigint", (c) => c.notNull())
    .addColumn("event_count", "integer", (c) => c.notNull())
    .addColumn("segment", "text", (c) => c.notNull())
    .addColumn("body", "text", (c) => c.notNull())
    .execute();
  await schema
    .createIndex("cloudtrail_batches_by_place")
    .on("cloudtrail_batches")
    .columns(["account_id", "region", "last_ms"])
    .execute();
  await schema
    .createIndex("cloudtrail_batches_by_time")
    .on("cloudtrail_batches")
    .columns(["read_only", "last_ms"])
    .execute();
  await schema
    .createTable("cloudtrail_intents")
    .addColumn("event_id", "text", (c) => c.primaryKey())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("at_ms", "bigint", (c) => c.notNull())
    .addColumn("owner", "text", (c) => c.notNull())
    .addColumn("record", "text", (c) => c.notNull())
    .execute();
}

async function createTrails({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable("cloudtrail_trails")
    .addColumn("trail_arn", "text", (c) => c.primaryKey())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("home_region", "text", (c) => c.notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("bucket_name", "text", (c) => c.notNull())
    .addColumn("key_prefix", "text")
    .addColumn("multi_region", "integer", (c) => c.notNull())
    .addColumn("global_events", "integer", (c) => c.notNull())
    .addColumn("is_logging", "integer", (c) => c.notNull())
    .addColumn("event_selectors", "text")
    .addColumn("tags", "text", (c) => c.notNull())
    .addColumn("started_ms", "bigint")
    .addColumn("stopped_ms", "bigint")
    .addColumn("delivery_attempt_ms", "bigint")
    .addColumn("delivered_ms", "bigint")
    .addColumn("delivery_error", "text")
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .execute();
  await schema
    .createTable("cloudtrail_deliveries")
    .addColumn("trail_arn", "text", (c) => c.notNull())
    .addColumn("batch_id", "text", (c) => c.notNull())
    .addColumn("owner", "text", (c) => c.notNull())
    .addColumn("created_ms", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("cloudtrail_deliveries_key", ["trail_arn", "batch_id"])
    .execute();
}
