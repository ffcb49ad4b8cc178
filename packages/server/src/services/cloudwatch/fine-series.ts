import { FinePeriods } from "./fine-periods.ts";
import { isOfService, type SeriesKey, textOf } from "./series.ts";
import type { StatisticSet } from "./statistics.ts";

/** Ours: at most 17 KB each after three hours. A live channel has about 13. */
const MAX = { ofServices: 10_000, others: 2_000 };

/** Periods of five seconds of the last three hours, in memory, by metric and unit. */
export class FineSeries {
  readonly #byMetric = new Map<string, Map<string, FinePeriods>>();
  readonly #counts = { ofServices: 0, others: 0 };
  readonly #onFull: (ofServices: boolean) => void;

  /** `onFull` is told of each value of a new series that there is no room for. */
  constructor(onFull: (ofServices: boolean) => void) {
    this.#onFull = onFull;
  }

  add(metricText: string, key: SeriesKey, atMs: number, values: StatisticSet): void {
    const units = this.#byMetric.get(metricText);
    const periods = units?.get(key.unit) ?? this.#begin(metricText, key);
    periods?.add(atMs, values);
  }

  /** Of one metric, by unit. */
  of(key: Omit<SeriesKey, "unit">): ReadonlyMap<string, FinePeriods> {
    return this.#byMetric.get(textOf(key)) ?? new Map();
  }

  /** Drops what is older than three hours. */
  forget(nowMs: number): void {
    for (const [metricText, units] of this.#byMetric) {
      for (const [unit, periods] of units) {
        periods.forget(nowMs);
        if (!periods.isEmpty) continue;
        units.delete(unit);
        const [, , namespace] = JSON.parse(metricText) as [string, string, string];
        this.#counts[isOfService({ namespace }) ? "ofServices" : "others"] -= 1;
      }
      if (units.size === 0) this.#byMetric.delete(metricText);
    }
  }

  clear(): void {
    this.#byMetric.clear();
    this.#counts.ofServices = 0;
    this.#counts.others = 0;
  }

  #begin(metricText: string, key: SeriesKey): FinePeriods | undefined {
    const ofServices = isOfService(key);
    const kind = ofServices ? "ofServices" : "others";
    if (this.#counts[kind] >= MAX[kind]) {
      this.#onFull(ofServices);
      return undefined;
    }
    this.#counts[kind] += 1;
    const periods = new FinePeriods();
    const units = this.#byMetric.get(metricText);
    if (units) units.set(key.unit, periods);
    else this.#byMetric.set(metricText, new Map([[key.unit, periods]]));
    return periods;
  }
}
