import { sql } from "kysely";
import type { Log } from "../../kernel/log.ts";
import type { Store } from "../../kernel/store.ts";
import type { CloudWatchTables } from "./tables.ts";

const MINUTE_MS = 60_000;
/** Source: CloudWatch user guide, "Metrics retention": periods of a minute for 15 days. */
const KEPT_MS = 15 * 24 * 60 * MINUTE_MS;
/** Minutes of the services' metrics; past it the oldest go first. The numbers are ours. */
const OF_SERVICES_MAX = 3_000_000;
/** A share of them, of what PutMetricData is given: it can't push out what services measure. */
const OTHERS_SHARE = 1 / 3;
/** Of what PutMetricData is given: a series' names and dimensions may be 38 KB. */
const OTHERS_SERIES_MAX = 100_000;
/** Those that are more than that go the next time. */
const FORGOTTEN_AT_ONCE = 10_000;
/** As `isOfService` has it; `like` would take `aws/` for the same in SQLite. */
const isOthers = sql<boolean>`substr(namespace, 1, 4) <> 'AWS/'`;
/** Counting reads an index of as many entries, so it isn't done for each flush. */
const APPLY_EVERY_MS = 10 * MINUTE_MS;
const APPLY_EVERY_ROWS = 200_000;

export interface MetricLimits {
  /** Of the services' metrics; a third of it of the others. */
  readonly minutesMax?: number;
  /** Of metrics that aren't the services'. */
  readonly seriesMax?: number;
}

/** What metrics of the past are kept in the database. */
export class Retention {
  readonly #store: Store<CloudWatchTables>;
  readonly #log: Log;
  readonly #minutesMax: number;
  readonly #seriesMax: number;
  #appliedMs = 0;
  #rowsSince = 0;

  constructor(
    store: Store<CloudWatchTables>,
    log: Log,
    { minutesMax = OF_SERVICES_MAX, seriesMax = OTHERS_SERIES_MAX }: MetricLimits = {},
  ) {
    this.#store = store;
    this.#log = log;
    this.#minutesMax = minutesMax;
    this.#seriesMax = seriesMax;
  }

  /** After rows were written: forgets what is too old or too much, now and then. */
  async apply(nowMs: number, rows: number): Promise<void> {
    this.#rowsSince += rows;
    if (nowMs - this.#appliedMs < APPLY_EVERY_MS && this.#rowsSince < APPLY_EVERY_ROWS) return;
    this.#appliedMs = nowMs;
    this.#rowsSince = 0;
    for (const ofService of [1, 0]) {
      const max = Math.ceil(this.#minutesMax * (ofService === 1 ? 1 : OTHERS_SHARE));
      const tooMany = await this.#newestTooMany(ofService, max);
      await this.#forgetMinutes(ofService, Math.max(nowMs - KEPT_MS, tooMany ?? 0));
      if (tooMany !== undefined) this.#tell(tooMany, max);
    }
    await this.#forgetSeries(nowMs - KEPT_MS);
  }

  /** The newest minute of those that are too many. */
  async #newestTooMany(ofService: number, max: number): Promise<number | undefined> {
    const first = await this.#store.db
      .selectFrom("cloudwatch_minutes")
      .select("minute_ms")
      .where("of_service", "=", ofService)
      .orderBy("minute_ms", "desc")
      .offset(max)
      .limit(1)
      .executeTakeFirst();
    return first?.minute_ms;
  }

  #forgetMinutes(ofService: number, untilMs: number) {
    return this.#store.transaction(({ db }) =>
      db
        .deleteFrom("cloudwatch_minutes")
        .where("of_service", "=", ofService)
        .where("minute_ms", "<=", untilMs)
        .execute(),
    );
  }

  async #forgetSeries(untilMs: number): Promise<void> {
    await this.#store.transaction(({ db }) =>
      db.deleteFrom("cloudwatch_series").where("newest_ms", "<=", untilMs).execute(),
    );
    const tooMany = await this.#store.db
      .selectFrom("cloudwatch_series")
      .select(["id", "newest_ms"])
      .where(isOthers)
      .orderBy("newest_ms", "desc")
      .orderBy("id", "desc")
      .offset(this.#seriesMax)
      .limit(FORGOTTEN_AT_ONCE)
      .execute();
    for (const { id } of tooMany)
      await this.#store.transaction(async ({ db }) => {
        await db.deleteFrom("cloudwatch_minutes").where("series_id", "=", id).execute();
        await db.deleteFrom("cloudwatch_series").where("id", "=", id).execute();
      });
    const newest = tooMany[0]?.newest_ms;
    if (newest !== undefined) this.#tell(newest, this.#seriesMax);
  }

  #tell(untilMs: number, max: number): void {
    const until = new Date(untilMs).toISOString();
    this.#log.warn(
      { until, max },
      "Metrics were forgotten before their 15 days: there are too many",
    );
  }
}
