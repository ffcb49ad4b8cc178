import type { Store } from "../../../kernel/store.ts";
import type { CloudWatchTables, MinuteRow, SeriesRow } from "../tables.ts";
import type { StatisticSet } from "./statistics.ts";

type Db = Store<CloudWatchTables>["db"];

/** Rows of one statement. */
const ROWS_AT_ONCE = 100;

/** Adds to the minutes that may be there already, another node's or from before a restart. */
export async function mergeMinutes(rows: readonly MinuteRow[], db: Db): Promise<void> {
  for (const some of pieces(rows))
    await db
      .insertInto("cloudwatch_minutes")
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(["series_id", "minute_ms"]).doUpdateSet(({ ref, eb }) => ({
          sample_count: eb(
            ref("cloudwatch_minutes.sample_count"),
            "+",
            ref("excluded.sample_count"),
          ),
          sum: eb(ref("cloudwatch_minutes.sum"), "+", ref("excluded.sum")),
          minimum: eb
            .case()
            .when("excluded.minimum", "<", ref("cloudwatch_minutes.minimum"))
            .then(ref("excluded.minimum"))
            .else(ref("cloudwatch_minutes.minimum"))
            .end(),
          maximum: eb
            .case()
            .when("excluded.maximum", ">", ref("cloudwatch_minutes.maximum"))
            .then(ref("excluded.maximum"))
            .else(ref("cloudwatch_minutes.maximum"))
            .end(),
        })),
      )
      .execute();
}

/** Makes sure of the series that minutes are going to be of. */
export async function mergeSeries(rows: readonly SeriesRow[], db: Db): Promise<void> {
  for (const some of pieces(rows))
    await db
      .insertInto("cloudwatch_series")
      .values(some)
      .onConflict((conflict) =>
        conflict
          .column("id")
          .doUpdateSet(({ ref }) => ({ newest_ms: ref("excluded.newest_ms") }))
          .whereRef("cloudwatch_series.newest_ms", "<", "excluded.newest_ms"),
      )
      .execute();
}

export function setOf(row: MinuteRow): StatisticSet {
  const { sample_count: sampleCount, sum, minimum, maximum } = row;
  return { sampleCount, sum, minimum, maximum };
}

function* pieces<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield rows.slice(at, at + ROWS_AT_ONCE);
}
