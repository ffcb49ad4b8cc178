import { type Kysely, sql } from "kysely";
import type { Migration } from "../../kernel/store.ts";
import { mergeSeries } from "./metrics/minute-rows.ts";
import { isOfService, metricOfRow, seriesId, textOf } from "./metrics/series.ts";
import type { CloudWatchTables, MinuteRow, SeriesRow } from "./tables.ts";

const datapoints: Migration = {
  name: "cloudwatch/0001-datapoints",
  async up(db) {
    await db.schema
      .createTable("cloudwatch_datapoints")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("namespace", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("dimensions", "text", (column) => column.notNull())
      .addColumn("minute_ms", "bigint", (column) => column.notNull())
      .addColumn("unit", "text", (column) => column.notNull())
      .addColumn("sample_count", "double precision", (column) => column.notNull())
      .addColumn("sum", "double precision", (column) => column.notNull())
      .addColumn("minimum", "double precision", (column) => column.notNull())
      .addColumn("maximum", "double precision", (column) => column.notNull())
      .addPrimaryKeyConstraint("cloudwatch_datapoints_key", [
        "account_id",
        "region",
        "namespace",
        "name",
        "dimensions",
        "minute_ms",
      ])
      .execute();
    await db.schema
      .createIndex("cloudwatch_datapoints_by_minute")
      .on("cloudwatch_datapoints")
      .columns(["minute_ms"])
      .execute();
  },
};

interface Datapoints {
  cloudwatch_datapoints: Omit<SeriesRow, "id" | "newest_ms"> &
    Omit<MinuteRow, "series_id" | "value_counts">;
}

/** Names and dimensions once, not in each of a metric's minutes; units apart. */
const series: Migration = {
  name: "cloudwatch/0002-series",
  async up(db) {
    await db.schema
      .createTable("cloudwatch_series")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("namespace", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("dimensions", "text", (column) => column.notNull())
      .addColumn("unit", "text", (column) => column.notNull())
      .addColumn("newest_ms", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("cloudwatch_series_by_name")
      .on("cloudwatch_series")
      .columns(["account_id", "region", "namespace", "name", "id"])
      .execute();
    await db.schema
      .createTable("cloudwatch_minutes")
      .addColumn("series_id", "text", (column) => column.notNull())
      .addColumn("minute_ms", "bigint", (column) => column.notNull())
      .addColumn("of_service", "integer", (column) => column.notNull())
      .addColumn("sample_count", "double precision", (column) => column.notNull())
      .addColumn("sum", "double precision", (column) => column.notNull())
      .addColumn("minimum", "double precision", (column) => column.notNull())
      .addColumn("maximum", "double precision", (column) => column.notNull())
      .addPrimaryKeyConstraint("cloudwatch_minutes_key", ["series_id", "minute_ms"])
      .execute();
    await db.schema
      .createIndex("cloudwatch_minutes_by_age")
      .on("cloudwatch_minutes")
      .columns(["of_service", "minute_ms"])
      .execute();
    await moveDatapoints(db as Kysely<CloudWatchTables & Datapoints>);
    await db.schema.dropTable("cloudwatch_datapoints").execute();
  },
};

async function moveDatapoints(db: Kysely<CloudWatchTables & Datapoints>): Promise<void> {
  const columns = ["account_id", "region", "namespace", "name", "dimensions", "unit"] as const;
  const known = await db
    .selectFrom("cloudwatch_datapoints")
    .select([...columns, ({ fn }) => fn.max("minute_ms").as("newest_ms")])
    .groupBy([...columns])
    .execute();
  for (const row of known) {
    const metric = metricOfRow(row);
    const id = seriesId(textOf(metric), row.unit);
    // The column came later.
    const series = { ...row, id } as SeriesRow;
    await mergeSeries([series], db as unknown as Kysely<CloudWatchTables>);
    await db
      .insertInto("cloudwatch_minutes")
      .columns([
        ...(["series_id", "minute_ms", "of_service"] as const),
        ...(["sample_count", "sum", "minimum", "maximum"] as const),
      ])
      .expression((eb) =>
        columns.reduce(
          (query, column) => query.where(column, "=", row[column]),
          eb
            .selectFrom("cloudwatch_datapoints")
            .select([
              eb.val(id).as("series_id"),
              "minute_ms",
              eb.val(isOfService(metric) ? 1 : 0).as("of_service"),
              ...(["sample_count", "sum", "minimum", "maximum"] as const),
            ]),
        ),
      )
      .execute();
  }
}

/** ListMetrics by a name alone, whatever the namespace. */
const names: Migration = {
  name: "cloudwatch/0003-names",
  async up(db) {
    await db.schema
      .createIndex("cloudwatch_series_by_name_alone")
      .on("cloudwatch_series")
      .columns(["account_id", "region", "name", "namespace", "id"])
      .execute();
  },
};

/** Counts what is kept by account, so that none pushes out another's. */
const byAccount: Migration = {
  name: "cloudwatch/0004-by-account",
  async up(db) {
    const { schema } = db;
    await schema
      .alterTable("cloudwatch_series")
      .addColumn("of_service", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
    await sql`update cloudwatch_series set of_service = 1
      where substr(namespace, 1, 4) = 'AWS/'`.execute(db);
    await schema
      .alterTable("cloudwatch_minutes")
      .addColumn("account_id", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    await sql`update cloudwatch_minutes set account_id = coalesce((select account_id
      from cloudwatch_series where id = series_id), '')`.execute(db);
    // Minutes without a series belong to no account, and no request could ask for them.
    await sql`delete from cloudwatch_minutes where account_id = ''`.execute(db);
    await schema.dropIndex("cloudwatch_minutes_by_age").execute();
    await schema
      .createIndex("cloudwatch_minutes_by_account")
      .on("cloudwatch_minutes")
      .columns(["account_id", "of_service", "minute_ms", "series_id"])
      .execute();
    await schema
      .createIndex("cloudwatch_series_by_age")
      .on("cloudwatch_series")
      .columns(["account_id", "of_service", "newest_ms", "id"])
      .execute();
  },
};

const alarms: Migration = {
  name: "cloudwatch/0005-alarms",
  async up({ schema }) {
    await schema
      .createTable("cloudwatch_alarms")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("definition", "text", (column) => column.notNull())
      .addColumn("actions_enabled", "integer", (column) => column.notNull())
      .addColumn("tags", "text", (column) => column.notNull())
      .addColumn("configured_ms", "bigint", (column) => column.notNull())
      .addColumn("state_value", "text", (column) => column.notNull())
      .addColumn("state_reason", "text", (column) => column.notNull())
      .addColumn("state_reason_data", "text")
      .addColumn("state_updated_ms", "bigint", (column) => column.notNull())
      .addColumn("state_transitioned_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("cloudwatch_alarms_key", ["account_id", "region", "name"])
      .execute();
    await schema
      .createTable("cloudwatch_alarm_history")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("region", "text", (column) => column.notNull())
      .addColumn("alarm_name", "text", (column) => column.notNull())
      .addColumn("alarm_type", "text", (column) => column.notNull())
      .addColumn("at_ms", "bigint", (column) => column.notNull())
      .addColumn("item_type", "text", (column) => column.notNull())
      .addColumn("summary", "text", (column) => column.notNull())
      .addColumn("data", "text", (column) => column.notNull())
      .execute();
    await schema
      .createIndex("cloudwatch_alarm_history_by_time")
      .on("cloudwatch_alarm_history")
      .columns(["account_id", "region", "at_ms", "id"])
      .execute();
    await schema
      .createTable("cloudwatch_dashboards")
      .addColumn("account_id", "text", (column) => column.notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("body", "text", (column) => column.notNull())
      .addColumn("tags", "text", (column) => column.notNull())
      .addColumn("modified_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("cloudwatch_dashboards_key", ["account_id", "name"])
      .execute();
  },
};

/** Percentiles. Of minutes before it only sums are known. */
const valueCounts: Migration = {
  name: "cloudwatch/0006-value-counts",
  async up({ schema }) {
    await schema.alterTable("cloudwatch_minutes").addColumn("value_counts", "text").execute();
  },
};

export const cloudwatchMigrations: readonly Migration[] = [
  datapoints,
  series,
  names,
  byAccount,
  alarms,
  valueCounts,
];
