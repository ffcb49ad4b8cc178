import { type Kysely, sql } from "kysely";
import type { Migration } from "../../kernel/store.ts";
import { countFailedStarts } from "../../kernel/work/failed-starts.ts";
import type { EventsTables } from "./tables.ts";

const rulesAndDeliveries: Migration = {
  name: "events/0001-rules-and-deliveries",
  async up(db) {
    await db.schema
      .createTable("events_rules")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("event_pattern", "text", (column) => column.notNull())
      .addColumn("role_arn", "text")
      .addColumn("tags", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("events_rules_key", ["account_id", "region", "name"])
      .execute();
    await db.schema
      .createTable("events_targets")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("rule_name", "text", (column) => column.notNull())
      .addColumn("id", "text", (column) => column.notNull())
      .addColumn("target", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("events_targets_key", ["account_id", "region", "rule_name", "id"])
      .execute();
    await db.schema
      .createTable("events_connections")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("unique_id", "text", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("authorization_type", "text", (column) => column.notNull())
      .addColumn("sealed_parameters", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("modified_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("events_connections_key", ["account_id", "region", "name"])
      .execute();
    await db.schema
      .createTable("events_api_destinations")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("unique_id", "text", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("connection_arn", "text", (column) => column.notNull())
      .addColumn("endpoint", "text", (column) => column.notNull())
      .addColumn("http_method", "text", (column) => column.notNull())
      .addColumn("rate_limit_per_second", "integer")
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("modified_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("events_api_destinations_key", ["account_id", "region", "name"])
      .execute();
    await db.schema
      .createTable("events_deliveries")
      .addColumn("id", "text", (column) => column.notNull().primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("rule_name", "text", (column) => column.notNull())
      .addColumn("target_id", "text", (column) => column.notNull())
      .addColumn("event", "text", (column) => column.notNull())
      .addColumn("attempts", "integer", (column) => column.notNull())
      .addColumn("first_at_ms", "bigint", (column) => column.notNull())
      .addColumn("next_at_ms", "bigint", (column) => column.notNull())
      .addColumn("claimed_until_ms", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("events_deliveries_by_next")
      .on("events_deliveries")
      .columns(["next_at_ms"])
      .execute();
  },
};

const busTags: Migration = {
  name: "events/0002-bus-tags",
  async up(db) {
    await db.schema
      .createTable("events_bus_tags")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("tags", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("events_bus_tags_key", ["account_id", "region"])
      .execute();
  },
};

/**
 * Removes targets that lead out of their rule's account or Region: earlier builds took any text as
 * the account, Region and log group of an ARN.
 */
const ownTargets: Migration = {
  name: "events/0003-own-targets",
  async up(db) {
    const tables = db as Kysely<EventsTables>;
    const rows = await tables.selectFrom("events_targets").selectAll().execute();
    for (const row of rows) {
      const { Arn = "" } = JSON.parse(row.target) as { readonly Arn?: string };
      const [arn, partition, service, region, account, ...resource] = Arn.split(":");
      const isOwn =
        [arn, partition, region, account].join(":") ===
          ["arn", "aws", row.region, row.account_id].join(":") &&
        /^[a-z0-9-]{1,63}$/.test(row.region) &&
        ((service === "logs" &&
          /^log-group:(?!(?:.*\/)?\.{1,2}(?:\/|:\*$|$))[.\-_/#A-Za-z0-9]{1,512}(?::\*)?$/.test(
            resource.join(":"),
          )) ||
          (service === "events" &&
            /^api-destination\/[.\-_A-Za-z0-9]{1,64}\/[-A-Za-z0-9]{1,64}$/.test(
              resource.join(":"),
            )));
      if (isOwn) continue;
      await tables
        .deleteFrom("events_targets")
        .where("account_id", "=", row.account_id)
        .where("region", "=", row.region)
        .where("rule_name", "=", row.rule_name)
        .where("id", "=", row.id)
        .execute();
    }
  },
};

const deliveryBytes: Migration = {
  name: "events/0004-delivery-bytes",
  async up(db) {
    await db.schema
      .alterTable("events_deliveries")
      .addColumn("bytes", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
    await (db as Kysely<EventsTables>)
      .updateTable("events_deliveries")
      .set(({ fn }) => ({ bytes: fn<number>("length", ["event"]) }))
      .execute();
    await db.schema
      .createIndex("events_deliveries_by_account")
      .on("events_deliveries")
      .columns(["account_id", "bytes"])
      .execute();
  },
};

/** ListApiDestinations by a connection. */
const destinationsOfConnections: Migration = {
  name: "events/0005-destinations-of-connections",
  async up(db) {
    await db.schema
      .createIndex("events_api_destinations_by_connection")
      .on("events_api_destinations")
      .columns(["account_id", "region", "connection_arn", "name"])
      .execute();
  },
};

/** The columns of `events_bus_tags`, which was the default bus's alone. */
interface BusTags {
  account_id: string;
  region: string;
  tags: string;
}

const buses: Migration = {
  name: "events/0006-buses",
  async up(db) {
    await db.schema
      .createTable("events_buses")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("policy", "text")
      .addColumn("tags", "text", (column) => column.notNull())
      .addColumn("created_at_ms", "bigint")
      .addColumn("modified_at_ms", "bigint")
      .addPrimaryKeyConstraint("events_buses_key", ["account_id", "region", "name"])
      .execute();
    const tagged = await (db as unknown as Kysely<{ events_bus_tags: BusTags }>)
      .selectFrom("events_bus_tags")
      .selectAll()
      .execute();
    const rest = { description: null, policy: null, created_at_ms: null, modified_at_ms: null };
    for (const row of tagged)
      await (db as Kysely<EventsTables>)
        .insertInto("events_buses")
        .values({ ...row, ...rest, name: "default" })
        .execute();
    await db.schema.dropTable("events_bus_tags").execute();
    await db.schema
      .alterTable("events_rules")
      .addColumn("bus_name", "text", (column) => column.notNull().defaultTo("default"))
      .execute();
    await db.schema
      .createIndex("events_rules_by_bus")
      .on("events_rules")
      .columns(["account_id", "region", "bus_name", "name"])
      .execute();
    await db.schema
      .alterTable("events_deliveries")
      .addColumn("is_forwarded", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
  },
};

const archives: Migration = {
  name: "events/0007-archives",
  async up(db) {
    await db.schema
      .createTable("events_archives")
      .addColumn("archive_id", "text", (column) => column.notNull().primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("bus_name", "text", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("event_pattern", "text")
      .addColumn("retention_days", "integer", (column) => column.notNull())
      .addColumn("full_at_ms", "bigint")
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addUniqueConstraint("events_archives_name", ["account_id", "region", "name"])
      .execute();
    await db.schema
      .createTable("events_archived")
      .addColumn("id", "text", (column) => column.notNull().primaryKey())
      .addColumn("archive_id", "text", (column) => column.notNull())
      .addColumn("time_ms", "bigint", (column) => column.notNull())
      .addColumn("archived_at_ms", "bigint", (column) => column.notNull())
      .addColumn("event", "text", (column) => column.notNull())
      .addColumn("bytes", "integer", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("events_archived_by_time")
      .on("events_archived")
      .columns(["archive_id", "time_ms", "id"])
      .execute();
    await db.schema
      .createIndex("events_archived_by_age")
      .on("events_archived")
      .columns(["archive_id", "archived_at_ms", "bytes"])
      .execute();
    await db.schema
      .createTable("events_replays")
      .addColumn("replay_id", "text", (column) => column.notNull().primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("description", "text")
      .addColumn("archive_id", "text", (column) => column.notNull())
      .addColumn("archive_name", "text", (column) => column.notNull())
      .addColumn("destination", "text", (column) => column.notNull())
      .addColumn("from_ms", "bigint", (column) => column.notNull())
      .addColumn("until_ms", "bigint", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("state_reason", "text")
      .addColumn("started_at_ms", "bigint", (column) => column.notNull())
      .addColumn("ended_at_ms", "bigint")
      .addColumn("last_event_ms", "bigint")
      .addColumn("last_event_id", "text", (column) => column.notNull())
      .addColumn("attempts", "integer", (column) => column.notNull())
      .addColumn("next_at_ms", "bigint", (column) => column.notNull())
      .addColumn("owner", "text", (column) => column.notNull())
      .addColumn("leased_until_ms", "bigint", (column) => column.notNull())
      .addUniqueConstraint("events_replays_name", ["account_id", "region", "name"])
      .execute();
    await db.schema
      .createIndex("events_replays_by_next")
      .on("events_replays")
      .columns(["state", "next_at_ms"])
      .execute();
  },
};

const schedules: Migration = {
  name: "events/0008-schedules",
  async up(db) {
    await db.schema.alterTable("events_rules").addColumn("schedule_expression", "text").execute();
    await db.schema
      .createTable("events_schedules")
      .addColumn("schedule_id", "text", (column) => column.notNull().primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("rule_name", "text", (column) => column.notNull())
      .addColumn("expression", "text", (column) => column.notNull())
      .addColumn("start_ms", "bigint", (column) => column.notNull())
      .addColumn("attempts", "integer", (column) => column.notNull())
      .addColumn("next_at_ms", "bigint", (column) => column.notNull())
      .addColumn("owner", "text", (column) => column.notNull())
      .addColumn("leased_until_ms", "bigint", (column) => column.notNull())
      .addUniqueConstraint("events_schedules_rule", ["account_id", "region", "rule_name"])
      .execute();
    await db.schema
      .createIndex("events_schedules_by_next")
      .on("events_schedules")
      .columns(["next_at_ms"])
      .execute();
  },
};

/** Counts what archives hold as it comes and goes: their events are too many to be counted anew. */
const archiveSizes: Migration = {
  name: "events/0009-archive-sizes",
  async up(db) {
    await db.schema
      .createTable("events_archive_sizes")
      .addColumn("archive_id", "text", (column) => column.notNull())
      .addColumn("slot", "integer", (column) => column.notNull())
      .addColumn("events", "bigint", (column) => column.notNull())
      .addColumn("bytes", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("events_archive_sizes_key", ["archive_id", "slot"])
      .execute();
    await sql`insert into events_archive_sizes (archive_id, slot, events, bytes)
      select archive_id, 0, count(*), sum(bytes) from events_archived
      group by archive_id`.execute(db);
  },
};

const connectionStates: Migration = {
  name: "events/0010-connection-states",
  async up(db) {
    await db.schema
      .alterTable("events_connections")
      .addColumn("state", "text", (column) => column.notNull().defaultTo("AUTHORIZED"))
      .execute();
    await db.schema.alterTable("events_connections").addColumn("state_reason", "text").execute();
    await db.schema
      .alterTable("events_connections")
      .addColumn("authorized_at_ms", "bigint")
      .execute();
    await (db as Kysely<EventsTables>)
      .updateTable("events_connections")
      .set(({ ref }) => ({ authorized_at_ms: ref("modified_at_ms") }))
      .execute();
    await db.schema
      .createIndex("events_connections_by_state")
      .on("events_connections")
      .columns(["state"])
      .execute();
  },
};

/** A server that starts goes on at once with the deliveries that the one before it had begun. */
const deliveryOwners: Migration = {
  name: "events/0011-delivery-owners",
  async up(db) {
    await db.schema
      .alterTable("events_deliveries")
      .addColumn("owner", "text", (column) => column.notNull().defaultTo(""))
      .execute();
  },
};

/** Functions may take long: their deliveries aren't in the way of others. */
const deliveryKinds: Migration = {
  name: "events/0012-delivery-kinds",
  async up(db) {
    await db.schema
      .alterTable("events_deliveries")
      .addColumn("kind", "text", (column) => column.notNull().defaultTo(""))
      .execute();
  },
};

/** A queue finds its own deliveries without reading the others, each with its event. */
const deliveriesByKind: Migration = {
  name: "events/0013-deliveries-by-kind",
  async up(db) {
    await db.schema
      .createIndex("events_deliveries_by_kind")
      .on("events_deliveries")
      .columns(["kind", "next_at_ms"])
      .execute();
  },
};

export const eventsMigrations: readonly Migration[] = [
  rulesAndDeliveries,
  busTags,
  ownTargets,
  deliveryBytes,
  destinationsOfConnections,
  buses,
  archives,
  schedules,
  archiveSizes,
  connectionStates,
  deliveryOwners,
  deliveryKinds,
  deliveriesByKind,
  countFailedStarts(
    "events/0014-failed-starts",
    ...["events_deliveries", "events_schedules", "events_replays"],
  ),
];
