import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import type { CloudWatchTables, MinuteRow } from "../tables.ts";

const MINUTE_MS = 60_000;
/** Source: CloudWatch user guide, "Metrics retention": periods of a minute for 15 days. */
const KEPT_MS = 15 * 24 * 60 * MINUTE_MS;
/** Minutes of the services' metrics in one account; past it the oldest go. All limits are ours. */
const OF_SERVICES_MAX = 3_000_000;
/** The share of them for PutMetricData's values, which can't push out what services measure. */
const OTHERS_SHARE = 1 / 3;
/** Series of PutMetricData in one account: the names and dimensions of each may take 38 KB. */
const OTHERS_SERIES_MAX = 20_000;
const APPLY_EVERY_MS = 10 * MINUTE_MS;
const APPLY_EVERY_ROWS = 200_000;
/** Rows that one transaction forgets: nothing else is served during it. */
const FORGOTTEN_AT_ONCE = 300;
/** Rows that one statement names. */
const NAMED_AT_ONCE = 100;
/** The first statement counts so many minutes, each further one twice as many if rows are few. */
const COUNTED_FIRST = 5;
const COUNTED_ROWS_MAX = 5_000;

export interface MetricLimits {
  /** Minutes of one account's metrics of services; its other metrics have a third of it. */
  readonly minutesMax?: number;
  /** Series of one account's metrics that aren't the services'. */
  readonly seriesMax?: number;
}

/** The owner of metrics, and which of the two sorts they are. */
interface Place {
  readonly accountId: string;
  readonly ofService: 0 | 1;
}

/** Bounds the metrics kept in the database, by account: none pushes out another's. */
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
    const expiredMs = nowMs - KEPT_MS;
    let accountId = await this.#accountAfter("");
    while (accountId !== undefined) {
      for (const ofService of [1, 0] as const) {
        const place = { accountId, ofService };
        const max = Math.ceil(this.#minutesMax * (ofService === 1 ? 1 : OTHERS_SHARE));
        const tooMany = await this.#newestTooMany(place, max);
        await this.#forgetMinutes(place, Math.max(expiredMs, tooMany ?? 0));
        if (tooMany !== undefined) this.#warn(tooMany, max);
        await this.#forgetSeries(place, expiredMs);
      }
      accountId = await this.#accountAfter(accountId);
    }
  }

  async #accountAfter(accountId: string): Promise<string | undefined> {
    const next = await this.#store.db
      .selectFrom("cloudwatch_series")
      .select("account_id")
      .where("account_id", ">", accountId)
      .orderBy("account_id")
      .limit(1)
      .executeTakeFirst();
    return next?.account_id;
  }

  /** The newest minute of those that are too many; counted a few minutes at a time. */
  async #newestTooMany(place: Place, max: number): Promise<number | undefined> {
    let beforeMs = Number.MAX_SAFE_INTEGER;
    let kept = 0;
    for (let size = COUNTED_FIRST; ; ) {
      const minutes = await this.#store.db
        .selectFrom("cloudwatch_minutes")
        .select(({ fn }) => ["minute_ms", fn.countAll<number>().as("rows")])
        .where("account_id", "=", place.accountId)
        .where("of_service", "=", place.ofService)
        .where("minute_ms", "<", beforeMs)
        .groupBy("minute_ms")
        .orderBy("minute_ms", "desc")
        .limit(size)
        .execute();
      const before = kept;
      for (const { minute_ms, rows } of minutes) {
        kept += Number(rows);
        if (kept > max) return minute_ms;
      }
      if (minutes.length < size) return undefined;
      beforeMs = minutes.at(-1)?.minute_ms ?? 0;
      if (kept - before < COUNTED_ROWS_MAX) size *= 2;
      await nextTurn();
    }
  }

  async #forgetMinutes(place: Place, untilMs: number): Promise<void> {
    for (;;) {
      const oldest = await this.#store.db
        .selectFrom("cloudwatch_minutes")
        .select(["series_id", "minute_ms"])
        .where("account_id", "=", place.accountId)
        .where("of_service", "=", place.ofService)
        .where("minute_ms", "<=", untilMs)
        .orderBy("minute_ms")
        .limit(FORGOTTEN_AT_ONCE)
        .execute();
      await this.#deleteMinutes(oldest);
      if (oldest.length < FORGOTTEN_AT_ONCE) return;
    }
  }

  async #deleteMinutes(rows: readonly Pick<MinuteRow, "series_id" | "minute_ms">[]): Promise<void> {
    if (rows.length === 0) return;
    const byMinute = new Map<number, string[]>();
    for (const { minute_ms, series_id } of rows) {
      const ids = byMinute.get(minute_ms);
      if (ids) ids.push(series_id);
      else byMinute.set(minute_ms, [series_id]);
    }
    await this.#store.transaction(async ({ db }) => {
      for (const [minuteMs, ids] of byMinute)
        for (let from = 0; from < ids.length; from += NAMED_AT_ONCE)
          await db
            .deleteFrom("cloudwatch_minutes")
            .where("minute_ms", "=", minuteMs)
            .where("series_id", "in", ids.slice(from, from + NAMED_AT_ONCE))
            .execute();
    });
    await nextTurn();
  }

  /** Forgets series that are too old, whose minutes are gone, and PutMetricData's oldest. */
  async #forgetSeries(place: Place, untilMs: number): Promise<void> {
    let surplus = place.ofService === 1 ? 0 : (await this.#countSeries(place)) - this.#seriesMax;
    let warned = false;
    for (;;) {
      const oldest = await this.#store.db
        .selectFrom("cloudwatch_series")
        .select(["id", "newest_ms"])
        .where("account_id", "=", place.accountId)
        .where("of_service", "=", place.ofService)
        .orderBy("newest_ms")
        .orderBy("id")
        .limit(NAMED_AT_ONCE)
        .execute();
      const gone = oldest.filter(({ newest_ms }, index) => newest_ms <= untilMs || index < surplus);
      if (gone.length === 0) return;
      if (surplus > 0 && !warned) this.#warn(gone[0]?.newest_ms ?? 0, this.#seriesMax);
      warned = true;
      for (const { id } of gone) await this.#deleteMinutesOf(id);
      const ids = gone.map(({ id }) => id);
      await this.#store.transaction(({ db }) =>
        db.deleteFrom("cloudwatch_series").where("id", "in", ids).execute(),
      );
      surplus -= gone.length;
      if (gone.length < NAMED_AT_ONCE) return;
      await nextTurn();
    }
  }

  async #countSeries({ accountId, ofService }: Place): Promise<number> {
    const { series } = await this.#store.db
      .selectFrom("cloudwatch_series")
      .select(({ fn }) => fn.countAll<number>().as("series"))
      .where("account_id", "=", accountId)
      .where("of_service", "=", ofService)
      .executeTakeFirstOrThrow();
    return Number(series);
  }

  async #deleteMinutesOf(seriesId: string): Promise<void> {
    for (;;) {
      const rows = await this.#store.db
        .selectFrom("cloudwatch_minutes")
        .select(["series_id", "minute_ms"])
        .where("series_id", "=", seriesId)
        .limit(FORGOTTEN_AT_ONCE)
        .execute();
      await this.#deleteMinutes(rows);
      if (rows.length < FORGOTTEN_AT_ONCE) return;
    }
  }

  #warn(untilMs: number, max: number): void {
    const until = new Date(untilMs).toISOString();
    this.#log.warn(
      { until, max },
      "Metrics were forgotten before their 15 days: there are too many",
    );
  }
}
