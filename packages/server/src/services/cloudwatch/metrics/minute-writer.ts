import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import type { CloudWatchTables, MinuteRow, SeriesRow } from "../tables.ts";
import { mergeMinutes, mergeSeries, valueCountsOf } from "./minute-rows.ts";
import { isOfService, seriesId, seriesRow } from "./series.ts";
import type { UnwrittenMinute, UnwrittenMinutes } from "./unwritten-minutes.ts";

/** Minutes in one transaction: nothing else is served during it. */
const WRITTEN_AT_ONCE = 300;

/** Writes minutes from memory into the database: all of them, or those that are asked for. */
export class MinuteWriter {
  readonly #store: Store<CloudWatchTables>;
  readonly #unwritten: UnwrittenMinutes;
  readonly #underWay = new Set<Promise<void>>();

  constructor(store: Store<CloudWatchTables>, unwritten: UnwrittenMinutes) {
    this.#store = store;
    this.#unwritten = unwritten;
  }

  /**
   * Writes these, unless they are written meanwhile, and waits for those that are being written.
   * Rejects where the database takes none; they are kept then.
   */
  async write(minutes: readonly UnwrittenMinute[]): Promise<void> {
    const before = [...this.#underWay];
    for (let from = 0; from < minutes.length; from += WRITTEN_AT_ONCE) {
      const some = this.#unwritten.take(minutes.slice(from, from + WRITTEN_AT_ONCE));
      if (some.length > 0) await this.#writeNow(some);
      if (from + WRITTEN_AT_ONCE < minutes.length) await nextTurn();
    }
    await Promise.all(before);
  }

  async #writeNow(minutes: readonly UnwrittenMinute[]): Promise<void> {
    const rows = rowsOf(minutes);
    const written = this.#store.transaction(async ({ db }) => {
      await mergeSeries(rows.series, db);
      await mergeMinutes(rows.minutes, db);
    });
    // Another one's failure is its own.
    const settled = written.catch(() => undefined);
    this.#underWay.add(settled);
    try {
      await written;
    } catch (error) {
      // Minutes add up: those that were written must not be once more.
      for (const minute of minutes) this.#unwritten.keep(minute);
      throw error;
    } finally {
      this.#underWay.delete(settled);
    }
  }
}

function rowsOf(unwritten: readonly UnwrittenMinute[]): {
  readonly minutes: readonly MinuteRow[];
  readonly series: readonly SeriesRow[];
} {
  const series = new Map<string, SeriesRow>();
  const minutes = unwritten.map(({ metricText, key, minuteMs, values }) => {
    const id = seriesId(metricText, key.unit);
    const newestMs = Math.max(minuteMs, series.get(id)?.newest_ms ?? 0);
    series.set(id, seriesRow(id, key, newestMs));
    const { sampleCount, sum, minimum, maximum } = values;
    return {
      ...{ series_id: id, account_id: key.accountId, minute_ms: minuteMs },
      of_service: isOfService(key) ? 1 : 0,
      ...{ sample_count: sampleCount, sum, minimum, maximum },
      value_counts: valueCountsOf(values),
    };
  });
  return { minutes, series: [...series.values()] };
}
