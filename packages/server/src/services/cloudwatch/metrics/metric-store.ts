import type { ListMetricsCommandInput, ListMetricsCommandOutput } from "@aws-sdk/client-cloudwatch";
import type { Clock } from "../../../kernel/clock.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { MetricSample, MetricSink } from "../../../kernel/ports/metric-sink.ts";
import { type Store, StoreUnavailableError } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { OneAtATime } from "../../../kernel/work/one-at-a-time.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import type { CloudWatchTables } from "../tables.ts";
import { ASKED_VALUES_MAX } from "./distribution.ts";
import { FineSeries } from "./fine-series.ts";
import { pageOfMetrics } from "./metric-list.ts";
import { setOf } from "./minute-rows.ts";
import { MinuteWriter } from "./minute-writer.ts";
import { type MetricLimits, Retention } from "./retention.ts";
import { dimensionsText, type MetricKey, type SeriesKey, textOf } from "./series.ts";
import { type SeriesLimits, SeriesQuota } from "./series-quota.ts";
import { joined, type Period, type StatisticSet } from "./statistics.ts";
import { type UnwrittenMinute, UnwrittenMinutes } from "./unwritten-minutes.ts";

const MINUTE_MS = 60_000;
/**
 * After so many new minutes they are flushed at once. Thousands of live streams have as many in
 * each minute, and each of theirs would be written at every sample: then not again so soon.
 */
const FLUSHED_AFTER = 10_000;
const FLUSHED_AGAIN_MS = 30_000;
/** As many are flushed however soon: about 40 MB. */
const FLUSHED_AT = 75_000;
/** PutMetricData waits for the database from here on, so that services' values find room. */
const PUT_UNWRITTEN_MAX = 75_000;
const PUT_UNWRITTEN_CHARS_MAX = 32 * 1024 * 1024;
/** A metric whose newest written value is older is written before metrics are listed. */
const LISTED_MS = 30 * MINUTE_MS;
/** Metrics that are known to be written; others are written again when they are listed. */
const LISTED_MAX = 100_000;

/** The time that is asked for, in periods from its beginning. */
export interface MetricWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
}

/** Several values that are put at once. */
export interface MetricValues extends Omit<MetricSample, "value"> {
  readonly values: StatisticSet;
}

/** Minutes in the database, finer periods of the last hours in memory. */
export class MetricStore implements MetricSink {
  readonly #store: Store<CloudWatchTables>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #retention: Retention;
  readonly #fine: FineSeries;
  readonly #quota: SeriesQuota;
  readonly #unwritten = new UnwrittenMinutes();
  readonly #writer: MinuteWriter;
  /** The newest minute that was written of each metric. */
  readonly #listed = new LruMap<string, number>(LISTED_MAX);
  #sinceFlush = 0;
  #flushedAtMs = Number.NEGATIVE_INFINITY;
  readonly #writes = new OneAtATime(() => this.#write());
  readonly #minutely: Periodic;
  /** Logged once until there is room again. */
  #isFull = false;

  constructor(store: Store, clock: Clock, log: Log, limits?: MetricLimits & SeriesLimits) {
    this.#store = store.tables<CloudWatchTables>();
    this.#clock = clock;
    this.#log = log;
    this.#writer = new MinuteWriter(this.#store, this.#unwritten);
    this.#retention = new Retention(this.#store, log, limits);
    this.#quota = new SeriesQuota(store, clock, limits);
    this.#fine = new FineSeries((ofServices) => this.#logFull(ofServices));
    this.#minutely = new Periodic({
      everyMs: MINUTE_MS,
      round: () => this.#writes.run(),
      failed: (error) => this.#logUnwritten(error),
    });
  }

  put(samples: readonly MetricSample[]): void {
    for (const { value, ...rest } of samples) {
      const values = { sampleCount: 1, sum: value, minimum: value, maximum: value };
      this.putValues({ ...rest, values });
    }
  }

  /**
   * Before values of PutMetricData: rejects with LimitExceededException where the account has too
   * many metrics, and with StoreUnavailableError while too many values wait for the database.
   */
  async admit(accountId: string, keys: readonly SeriesKey[]): Promise<void> {
    if (this.#isCrowded()) await this.flush();
    if (this.#isCrowded())
      throw new StoreUnavailableError("Values of metrics wait for the database, and no more may.");
    await this.#quota.admit(accountId, keys);
  }

  putValues({ values, atMs, ...key }: MetricValues): void {
    const metricText = textOf(key);
    this.#fine.add(metricText, key, atMs, values);
    const minuteMs = atMs - (atMs % MINUTE_MS);
    const isNew = this.#unwritten.keep({ metricText, key, minuteMs, values });
    if (!isNew) return;
    this.#sinceFlush += 1;
    if (this.#sinceFlush < FLUSHED_AFTER || this.#writes.isRunning) return;
    const sinceMs = this.#clock.nowMs() - this.#flushedAtMs;
    if (sinceMs >= FLUSHED_AGAIN_MS || this.#sinceFlush >= FLUSHED_AT) inBackground(this.flush());
  }

  start(): void {
    this.#minutely.start();
  }

  async close(): Promise<void> {
    await this.#minutely.close();
    await this.flush();
  }

  clear(): void {
    this.#fine.clear();
    this.#quota.clear();
    this.#unwritten.clear();
    this.#listed.clear();
  }

  /** Writes what is new, and forgets what is too old. Never rejects: a failure is logged. */
  flush(): Promise<void> {
    return this.#writes.run().catch((error: unknown) => this.#logUnwritten(error));
  }

  /** Writes what is new of these metrics alone. Never rejects: a failure is logged. */
  async flushOf(metrics: Iterable<MetricKey>): Promise<void> {
    const texts = new Set([...metrics].map(textOf));
    await this.#flushThese([...texts].flatMap((text) => this.#unwritten.of(text)));
  }

  /**
   * Resolves to the periods from `fromMs` to before `toMs`, oldest first, of one or all units; with
   * their values if percentiles are asked for.
   */
  async periods(
    metric: MetricKey,
    { fromMs, toMs, periodMs }: MetricWindow,
    wanted?: string,
    withValues = false,
  ): Promise<readonly Period[]> {
    const valuesMax = withValues ? ASKED_VALUES_MAX : 0;
    const found = new Map<string, Period>();
    const add = (atMs: number, values: StatisticSet, unit: string) => {
      if (atMs < fromMs || atMs >= toMs || unit !== (wanted ?? unit)) return;
      const at = fromMs + Math.floor((atMs - fromMs) / periodMs) * periodMs;
      const place = `${at} ${unit}`;
      found.set(place, { ...joined(found.get(place), values, valuesMax), atMs: at, unit });
    };
    if (periodMs < MINUTE_MS) {
      for (const [unit, fine] of this.#fine.of(metric))
        for (const [atMs, values] of fine.between(fromMs, toMs)) add(atMs, values, unit);
    } else {
      await this.flushOf([metric]);
      for (const { unit, ...row } of await this.#minutes(metric, fromMs, toMs, withValues))
        add(row.minute_ms, setOf(row), unit);
    }
    return [...found.values()].sort((a, b) => a.atMs - b.atMs);
  }

  /** A page of the metrics that got a value within two weeks. Throws as `pageOfMetrics`. */
  async page(
    account: Pick<MetricKey, "accountId" | "region">,
    input: ListMetricsCommandInput,
  ): Promise<Pick<ListMetricsCommandOutput, "Metrics" | "NextToken">> {
    await this.#flushThese(
      [...this.#unwritten.all()].filter((one) => this.#isUnlisted(one, account)),
    );
    return pageOfMetrics(this.#store, account, input, this.#clock.nowMs());
  }

  #isCrowded(): boolean {
    const { size, chars } = this.#unwritten;
    return size > PUT_UNWRITTEN_MAX || chars > PUT_UNWRITTEN_CHARS_MAX;
  }

  /** A list of the account's metrics would lack it, or its being active lately. */
  #isUnlisted(
    { metricText, minuteMs, key }: UnwrittenMinute,
    { accountId, region }: Pick<MetricKey, "accountId" | "region">,
  ): boolean {
    if (key.accountId !== accountId || key.region !== region) return false;
    return minuteMs - (this.#listed.get(metricText) ?? 0) >= LISTED_MS;
  }

  async #flushThese(minutes: readonly UnwrittenMinute[]): Promise<void> {
    await this.#writeThese(minutes).catch((error: unknown) => this.#logUnwritten(error));
  }

  async #writeThese(minutes: readonly UnwrittenMinute[]): Promise<void> {
    await this.#writer.write(minutes);
    for (const { metricText, minuteMs } of minutes)
      if (minuteMs > (this.#listed.get(metricText) ?? 0)) this.#listed.set(metricText, minuteMs);
  }

  #minutes(metric: MetricKey, fromMs: number, toMs: number, withValues: boolean) {
    return this.#store.db
      .selectFrom("cloudwatch_minutes")
      .innerJoin("cloudwatch_series", "cloudwatch_series.id", "cloudwatch_minutes.series_id")
      .select(["unit", "series_id", "cloudwatch_minutes.account_id", "minute_ms"])
      .select(["cloudwatch_minutes.of_service", "sample_count", "sum", "minimum", "maximum"])
      .$if(withValues, (query) => query.select("value_counts"))
      .where("cloudwatch_series.account_id", "=", metric.accountId)
      .where("region", "=", metric.region)
      .where("namespace", "=", metric.namespace)
      .where("name", "=", metric.name)
      .where("dimensions", "=", dimensionsText(metric.dimensions))
      .where("minute_ms", ">=", fromMs)
      .where("minute_ms", "<", toMs)
      .execute();
  }

  async #write(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    this.#fine.forget(nowMs);
    const unwritten = [...this.#unwritten.all()];
    this.#sinceFlush = 0;
    this.#flushedAtMs = nowMs;
    if (unwritten.length === 0) return;
    await this.#writeThese(unwritten);
    this.#isFull = false;
    await this.#retention.apply(nowMs, unwritten.length).catch((error: unknown) => {
      this.#log.error({ error: String(error) }, "Old metrics were not forgotten yet");
    });
  }

  #logUnwritten(error: unknown): void {
    const waiting = this.#unwritten.size;
    this.#log.error({ error: String(error), waiting }, "Metrics were not written yet");
  }

  #logFull(ofServices: boolean): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#log.warn({ ofServices }, "Too many metrics: new ones have no periods below a minute");
  }
}
