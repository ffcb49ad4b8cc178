import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../kernel/log.ts";
import type { MetricSample, MetricSink } from "../../kernel/metric-sink.ts";
import type { Store } from "../../kernel/store.ts";
import { dimensionsText, type MetricKey, mergeRows, rowOf, setOf } from "./datapoint-rows.ts";
import { FinePeriods } from "./fine-periods.ts";
import { joined, type Period, type StatisticSet } from "./statistics.ts";
import type { CloudWatchTables, DatapointRow } from "./tables.ts";

const MINUTE_MS = 60_000;
/** Source: CloudWatch user guide, "Metrics retention": periods of a minute for 15 days. */
const MINUTES_KEPT_MS = 15 * 24 * 60 * MINUTE_MS;
/** Rows, about a gigabyte on the disk: past it the oldest minutes go first. The number is ours. */
const DATAPOINTS_MAX = 3_000_000;
/** Counting them reads an index of that length. */
const TRIM_EVERY_MS = 10 * MINUTE_MS;
/** Rows that wait to be written; at this number the next minute isn't waited for. */
const UNWRITTEN_MAX = 10_000;
/** Series in memory; what is new beyond it has no periods below a minute. */
const FINE_SERIES_MAX = 5_000;
/** Rows of one statement. */
const ROWS_WRITTEN_AT_ONCE = 100;

/** The time that is asked for, in periods from its beginning. */
export interface MetricWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
}

/** What is put in beside a single value: several at once. */
export interface MetricValues extends Omit<MetricSample, "value"> {
  readonly values: StatisticSet;
}

/** Minutes in the database, finer periods of the last hours in memory. */
export class MetricStore implements MetricSink {
  readonly #store: Store<CloudWatchTables>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #datapointsMax: number;
  readonly #fine = new Map<string, FinePeriods>();
  /** Not written yet, by series and minute. */
  #unwritten = new Map<string, DatapointRow>();
  #timer: NodeJS.Timeout | undefined;
  #trimmedMs = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: Store, clock: Clock, log: Log, datapointsMax = DATAPOINTS_MAX) {
    this.#store = store.tables<CloudWatchTables>();
    this.#clock = clock;
    this.#log = log;
    this.#datapointsMax = datapointsMax;
  }

  put(samples: readonly MetricSample[]): void {
    for (const { value, ...rest } of samples) {
      const values = { sampleCount: 1, sum: value, minimum: value, maximum: value };
      this.putValues({ ...rest, values });
    }
  }

  putValues({ values, atMs, unit, ...metric }: MetricValues): void {
    const key = keyOf(metric);
    this.#fineOf(key, unit)?.add(atMs, values);
    const minuteMs = atMs - (atMs % MINUTE_MS);
    const place = `${minuteMs} ${key}`;
    const before = this.#unwritten.get(place);
    this.#unwritten.set(
      place,
      rowOf(metric, unit, minuteMs, joined(before && setOf(before), values)),
    );
    if (this.#unwritten.size === UNWRITTEN_MAX) void this.flush();
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), MINUTE_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  clear(): void {
    this.#fine.clear();
    this.#unwritten.clear();
  }

  /** Writes what has come since, and forgets what is too old. */
  flush(): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#write())
      .catch((error: unknown) => {
        this.#log.error({ error: String(error) }, "Metrics were not written");
      });
    return this.#writing;
  }

  /** The periods from `fromMs` to before `toMs`, by their start, oldest first; of one unit where it is given. */
  async periods(
    metric: MetricKey,
    { fromMs, toMs, periodMs }: MetricWindow,
    wanted?: string,
  ): Promise<ReadonlyMap<number, Period>> {
    const found = new Map<number, Period>();
    const add = (atMs: number, values: StatisticSet, unit: string) => {
      if (atMs < fromMs || atMs >= toMs || unit !== (wanted ?? unit)) return;
      const at = fromMs + Math.floor((atMs - fromMs) / periodMs) * periodMs;
      const before = found.get(at);
      found.set(at, { ...joined(before, values), unit: before?.unit ?? unit });
    };
    if (periodMs < MINUTE_MS) {
      const fine = this.#fine.get(keyOf(metric));
      for (const [atMs, values] of fine?.between(fromMs, toMs) ?? [])
        add(atMs, values, fine?.unit ?? "None");
    } else {
      await this.flush();
      for (const row of await this.#rows(metric, fromMs, toMs))
        add(row.minute_ms, setOf(row), row.unit);
    }
    return new Map([...found].sort(([a], [b]) => a - b));
  }

  /** Every metric of an account and Region that got a value within two weeks. */
  async metrics(accountId: string, region: string): Promise<readonly MetricKey[]> {
    await this.flush();
    const rows = await this.#store.db
      .selectFrom("cloudwatch_datapoints")
      .select(["namespace", "name", "dimensions"])
      .distinct()
      .where("account_id", "=", accountId)
      .where("region", "=", region)
      .orderBy("namespace")
      .orderBy("name")
      .orderBy("dimensions")
      .execute();
    return rows.map(({ namespace, name, dimensions }) => ({
      accountId,
      region,
      namespace,
      name,
      dimensions: Object.fromEntries(JSON.parse(dimensions) as [string, string][]),
    }));
  }

  #rows(metric: MetricKey, fromMs: number, toMs: number): Promise<DatapointRow[]> {
    return this.#store.db
      .selectFrom("cloudwatch_datapoints")
      .selectAll()
      .where("account_id", "=", metric.accountId)
      .where("region", "=", metric.region)
      .where("namespace", "=", metric.namespace)
      .where("name", "=", metric.name)
      .where("dimensions", "=", dimensionsText(metric.dimensions))
      .where("minute_ms", ">=", fromMs)
      .where("minute_ms", "<", toMs)
      .execute();
  }

  async #write(): Promise<void> {
    const rows = [...this.#unwritten.values()];
    this.#unwritten = new Map();
    const nowMs = this.#clock.nowMs();
    this.#forgetFine(nowMs);
    if (rows.length === 0) return;
    await this.#store.transaction(async ({ db }) => {
      for (let at = 0; at < rows.length; at += ROWS_WRITTEN_AT_ONCE) {
        await mergeRows(rows.slice(at, at + ROWS_WRITTEN_AT_ONCE), db);
      }
      await db
        .deleteFrom("cloudwatch_datapoints")
        .where("minute_ms", "<", nowMs - MINUTES_KEPT_MS)
        .execute();
    });
    if (nowMs - this.#trimmedMs < TRIM_EVERY_MS) return;
    this.#trimmedMs = nowMs;
    await this.#trim();
  }

  async #trim(): Promise<void> {
    const first = await this.#store.db
      .selectFrom("cloudwatch_datapoints")
      .select("minute_ms")
      .orderBy("minute_ms", "desc")
      .offset(this.#datapointsMax)
      .limit(1)
      .executeTakeFirst();
    if (first === undefined) return;
    await this.#store.transaction(({ db }) =>
      db.deleteFrom("cloudwatch_datapoints").where("minute_ms", "<=", first.minute_ms).execute(),
    );
    const until = new Date(first.minute_ms).toISOString();
    const max = this.#datapointsMax;
    this.#log.warn(
      { until, max },
      "Metrics were forgotten before their 15 days: there are too many",
    );
  }

  #fineOf(key: string, unit: string): FinePeriods | undefined {
    const known = this.#fine.get(key);
    if (known || this.#fine.size >= FINE_SERIES_MAX) return known;
    const fine = new FinePeriods(unit);
    this.#fine.set(key, fine);
    return fine;
  }

  #forgetFine(nowMs: number): void {
    for (const [key, fine] of this.#fine) {
      fine.forget(nowMs);
      if (fine.isEmpty) this.#fine.delete(key);
    }
  }
}

function keyOf({ accountId, region, namespace, name, dimensions }: MetricKey): string {
  return JSON.stringify([accountId, region, namespace, name, dimensionsText(dimensions)]);
}
