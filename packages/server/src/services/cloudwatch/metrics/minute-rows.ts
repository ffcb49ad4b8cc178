import { sql } from "kysely";
import type { Store } from "../../../kernel/store.ts";
import type { CloudWatchTables, MinuteRow, SeriesRow } from "../tables.ts";
import {
  ASKED_VALUES_MAX,
  KEPT_VALUES_MAX,
  TEXT_CHARS_MAX,
  textOfValues,
  valuesInText,
} from "./distribution.ts";
import { type StatisticSet, valuesOf } from "./statistics.ts";

type Db = Store<CloudWatchTables>["db"];

/** Shorter texts may be written to a minute each second, and find room. */
const COMPACTED_FROM_CHARS = 60;
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
          // Null where either is, or where there is no room for both.
          value_counts: sql<string | null>`case
            when length(cloudwatch_minutes.value_counts) + length(excluded.value_counts)
              < ${TEXT_CHARS_MAX}
            then cloudwatch_minutes.value_counts || ',' || excluded.value_counts end`,
        })),
      )
      .execute();
  await compactMinutes(rows, db);
}

/** Counts anew the values of minutes that were written to often, while there is room. */
async function compactMinutes(rows: readonly MinuteRow[], db: Db): Promise<void> {
  const byMinute = new Map<number, string[]>();
  for (const { series_id, minute_ms, value_counts: text } of rows)
    if (text !== null && text.length >= COMPACTED_FROM_CHARS)
      byMinute.set(minute_ms, [...(byMinute.get(minute_ms) ?? []), series_id]);
  for (const [minuteMs, ids] of byMinute)
    for (const some of pieces(ids)) {
      const long = await db
        .selectFrom("cloudwatch_minutes")
        .select(["series_id", "value_counts"])
        .where("minute_ms", "=", minuteMs)
        .where("series_id", "in", some)
        .where(sql<number>`length(value_counts)`, ">", TEXT_CHARS_MAX / 2)
        .execute();
      for (const { series_id, value_counts } of long)
        await db
          .updateTable("cloudwatch_minutes")
          .set({ value_counts: textOfValues(valuesInText(value_counts ?? "", KEPT_VALUES_MAX)) })
          .where("series_id", "=", series_id)
          .where("minute_ms", "=", minuteMs)
          .execute();
    }
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

/** A minute's figures, with its values if they were read. */
export function setOf(
  row: Omit<MinuteRow, "value_counts"> & Partial<Pick<MinuteRow, "value_counts">>,
): StatisticSet {
  const { sample_count: sampleCount, sum, minimum, maximum, value_counts: text } = row;
  const set = { sampleCount, sum, minimum, maximum };
  return text ? { ...set, values: valuesInText(text, ASKED_VALUES_MAX) } : set;
}

/** The text of a set's values; null where they aren't known. */
export function valueCountsOf(set: StatisticSet): string | null {
  const values = valuesOf(set);
  return values ? textOfValues(values) : null;
}

function* pieces<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield rows.slice(at, at + ROWS_AT_ONCE);
}
