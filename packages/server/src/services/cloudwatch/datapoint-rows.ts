import type { Store } from "../../kernel/store.ts";
import type { StatisticSet } from "./statistics.ts";
import type { CloudWatchTables, DatapointRow } from "./tables.ts";

/** A metric by all that tells it from others. */
export interface MetricKey {
  readonly accountId: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Adds to the minutes that may be there already, another node's or from before a restart. */
export async function mergeRows(
  rows: readonly DatapointRow[],
  db: Store<CloudWatchTables>["db"],
): Promise<void> {
  await db
    .insertInto("cloudwatch_datapoints")
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(["account_id", "region", "namespace", "name", "dimensions", "minute_ms"])
        .doUpdateSet(({ ref, eb }) => ({
          sample_count: eb(
            ref("cloudwatch_datapoints.sample_count"),
            "+",
            ref("excluded.sample_count"),
          ),
          sum: eb(ref("cloudwatch_datapoints.sum"), "+", ref("excluded.sum")),
          minimum: eb
            .case()
            .when("excluded.minimum", "<", ref("cloudwatch_datapoints.minimum"))
            .then(ref("excluded.minimum"))
            .else(ref("cloudwatch_datapoints.minimum"))
            .end(),
          maximum: eb
            .case()
            .when("excluded.maximum", ">", ref("cloudwatch_datapoints.maximum"))
            .then(ref("excluded.maximum"))
            .else(ref("cloudwatch_datapoints.maximum"))
            .end(),
        })),
    )
    .execute();
}

export function setOf(row: DatapointRow): StatisticSet {
  const { sample_count: sampleCount, sum, minimum, maximum } = row;
  return { sampleCount, sum, minimum, maximum };
}

export function rowOf(
  { accountId, region, namespace, name, dimensions }: MetricKey,
  unit: string,
  minuteMs: number,
  { sampleCount, sum, minimum, maximum }: StatisticSet,
): DatapointRow {
  return {
    account_id: accountId,
    region,
    namespace,
    name,
    dimensions: dimensionsText(dimensions),
    minute_ms: minuteMs,
    unit,
    sample_count: sampleCount,
    sum,
    minimum,
    maximum,
  };
}

export function dimensionsText(dimensions: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(pairs);
}
