import type { Migration } from "../../kernel/store.ts";

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

export const cloudwatchMigrations: readonly Migration[] = [datapoints];
