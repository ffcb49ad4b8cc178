import type { Clock } from "../../../kernel/clock.ts";
import { errorClass } from "../../../kernel/error-class.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import type { Store } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { Periodic } from "../../../kernel/work/periodic.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { alarmArn } from "../access/alarm-access.ts";
import type { MetricStore } from "../metrics/metric-store.ts";
import { alarmsIn, everyAlarmAfter } from "../rows/alarms.ts";
import type { AlarmPlace, AlarmRow, CloudWatchTables } from "../tables.ts";
import { type ChangeParts, changeState, type NewState } from "./alarm-changes.ts";
import { datapointsOf } from "./alarm-datapoints.ts";
import { momentText } from "./alarm-events.ts";
import { alarmJson } from "./alarm-json.ts";
import { type Datapoint, FURTHER_PERIODS, type Verdict, verdictOf } from "./alarm-state.ts";
import { metricDefinition } from "./alarm-views.ts";
import { compositeChanges } from "./composite-state.ts";
import { metricsOf, type Watched, watchedBy } from "./metric-alarm.ts";

const ROUND_MS = 10_000;
const MINUTE_MS = 60_000;
/** A new alarm keeps `Unchecked: Initial alarm creation` so long, as a first look takes on AWS. */
const FIRST_LOOK_MS = 1_000;
const ROWS_AT_ONCE = 500;
/** Composite alarms of composite alarms follow one another in a round, so deep and no deeper. */
const LEVELS_MAX = 10;

export interface AlarmEvaluatorParts extends ChangeParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: MetricStore;
}

/**
 * Looks at alarms: at those of metrics each minute, or every ten seconds where their period is
 * shorter than a minute, and then at composite ones. A state that changes is written under the
 * condition that it is still the one that was read, so that of several nodes one changes it.
 */
export class AlarmEvaluator {
  readonly #parts: AlarmEvaluatorParts;
  readonly #store: Store<CloudWatchTables>;
  readonly #rounds: Periodic;
  readonly #rows: ReadableRows;
  /** The last look at each alarm, by its ARN. */
  #looks = new Map<string, number>();

  constructor(parts: AlarmEvaluatorParts) {
    this.#parts = parts;
    this.#store = parts.store.tables<CloudWatchTables>();
    this.#rows = new ReadableRows("cloudwatch", parts.log);
    this.#rounds = new Periodic({
      everyMs: ROUND_MS,
      round: (closing) => this.#round(closing),
      failed: (error) =>
        parts.log.error({ error: errorClass(error) }, "Alarms were not looked at yet"),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  clear(): void {
    this.#looks.clear();
  }

  /** There is a new or changed alarm, or one whose state was set. */
  changed(): void {
    inBackground(this.#rounds.wake());
  }

  async #round(closing: AbortSignal): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const seen = new Map<string, number>();
    let place: AlarmPlace = { account_id: "", region: "", name: "" };
    const composites: AlarmRow[] = [];
    for (;;) {
      const rows = await everyAlarmAfter(place, ROWS_AT_ONCE, this.#store.db);
      if (this.#store.shared) await this.#writeWatched(rows);
      await this.#rows.each("alarm", rows, alarmArn, async (row) => {
        if (closing.aborted) return;
        if (row.type === "CompositeAlarm") composites.push(row);
        else seen.set(alarmArn(row), await this.#look(row, nowMs));
      });
      if (closing.aborted) return;
      const last = rows.at(-1);
      if (!last || rows.length < ROWS_AT_ONCE) break;
      place = last;
      await nextTurn();
    }
    this.#looks = seen;
    await this.#lookAtComposites(composites, nowMs);
    await this.#parts.history.apply(nowMs);
  }

  /** Other nodes look at these alarms, too: they see what was measured here by its rows. */
  #writeWatched(rows: readonly AlarmRow[]): Promise<void> {
    const ofMetrics = rows.filter(({ type }) => type !== "CompositeAlarm");
    const watched = this.#rows.of("alarm", ofMetrics, alarmArn, (row) =>
      watchedBy(metricDefinition(row), row),
    );
    return this.#parts.metrics.flushOf(watched.flatMap(metricsOf));
  }

  /** Resolves to the time of the last look, which is now where it was due. */
  async #look(row: AlarmRow, nowMs: number): Promise<number> {
    const lastMs = this.#looks.get(alarmArn(row)) ?? 0;
    const newMs = row.configured_ms + FIRST_LOOK_MS - nowMs;
    if (newMs > 0) {
      this.#rounds.wakeIn(newMs);
      return lastMs;
    }
    const watched = watchedBy(metricDefinition(row), row);
    const everyMs = watched.periodSeconds * 1000 < MINUTE_MS ? ROUND_MS : MINUTE_MS;
    const isNew = lastMs < row.configured_ms + FIRST_LOOK_MS;
    if (!isNew && nowMs < lastMs + everyMs) return lastMs;
    const range = await this.#rangeOf(watched, nowMs);
    const verdict = verdictOf(watched, range.periods);
    if (verdict && verdict.state !== row.state_value && hasSamples(watched, verdict)) {
      const reasonData = alarmJson(dataOf(watched, verdict, range, nowMs));
      await this.#change(row, { state: verdict.state, reason: verdict.reason, reasonData }, nowMs);
    }
    return nowMs;
  }

  /** The periods that have ended, the newest first. */
  async #rangeOf({ source, periodSeconds, evaluationPeriods }: Watched, nowMs: number) {
    const periodMs = periodSeconds * 1000;
    const count = evaluationPeriods + FURTHER_PERIODS;
    const stepMs = Math.min(periodMs, MINUTE_MS);
    // Each node writes what it measured in each of its rounds.
    const lateMs = this.#store.shared && periodMs >= MINUTE_MS ? 2 * ROUND_MS : 0;
    const toMs = Math.floor((nowMs - lateMs) / stepMs) * stepMs;
    const fromMs = toMs - count * periodMs;
    const points = await datapointsOf(source, { fromMs, toMs, periodMs }, this.#parts.metrics);
    const periods = Array.from({ length: count }, (_, index) =>
      points.get(toMs - (index + 1) * periodMs),
    );
    return { periods, toMs, periodMs };
  }

  /** Looks again at those of an account's Region as long as one of them changed. */
  async #lookAtComposites(rows: readonly AlarmRow[], nowMs: number): Promise<void> {
    const places = new Map(rows.map((row) => [`${row.account_id} ${row.region}`, row]));
    for (const place of places.values())
      for (let level = 0; level < LEVELS_MAX; level++) {
        const changes = compositeChanges(await alarmsIn(place, this.#store.db), this.#rows);
        for (const [row, change] of changes) await this.#change(row, change, nowMs);
        if (changes.length === 0) break;
      }
  }

  async #change(row: AlarmRow, change: NewState, nowMs: number): Promise<void> {
    await this.#store.transaction((tx) => changeState(row, change, nowMs, tx, this.#parts));
  }
}

interface Range {
  readonly periods: readonly (Datapoint | undefined)[];
  readonly toMs: number;
  readonly periodMs: number;
}

/** A percentile of few samples says too little for a change, if the alarm is put so. */
function hasSamples({ samplesMin }: Watched, { looked }: Verdict): boolean {
  return looked.every(({ sampleCount = samplesMin }) => sampleCount >= samplesMin);
}

/** Source: recorded `StateReasonData`. */
function dataOf(
  { source, periodSeconds, threshold, evaluationPeriods }: Watched,
  { looked }: Verdict,
  { periods, toMs, periodMs }: Range,
  nowMs: number,
) {
  const oldest = looked.at(-1);
  let missing = evaluationPeriods - looked.length;
  const evaluated = periods.flatMap((point, index) => {
    const timestamp = momentText(toMs - (index + 1) * periodMs);
    if (point && looked.includes(point))
      return [{ timestamp, ...samplesOf(point), value: point.value }];
    if (point || missing === 0) return [];
    missing -= 1;
    return [{ timestamp }];
  });
  return {
    version: "1.0",
    queryDate: momentText(nowMs),
    ...(oldest && { startDate: momentText(oldest.atMs) }),
    ...(source.kind === "metric" && {
      ...(source.unit && { unit: source.unit }),
      statistic: source.statistic.name,
    }),
    period: periodSeconds,
    recentDatapoints: looked.map(({ value }) => value).reverse(),
    threshold,
    evaluatedDatapoints: evaluated,
  };
}

function samplesOf({ sampleCount }: Datapoint) {
  return sampleCount === undefined ? {} : { sampleCount };
}
