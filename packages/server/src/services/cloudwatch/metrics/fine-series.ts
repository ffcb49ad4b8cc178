import { FinePeriods } from "./fine-periods.ts";
import { isOfService, type SeriesKey, textOf } from "./series.ts";
import type { StatisticSet } from "./statistics.ts";

/** Ours: at most 17 KB each after three hours. A live channel has about 13. */
const OF_SERVICES_MAX = 10_000;
/** Series of one account: none takes another's place. */
const OTHERS_MAX = 1_000;

/** Periods of five seconds of the last three hours, in memory, by metric and unit. */
export class FineSeries {
  readonly #byMetric = new Map<string, Map<string, FinePeriods>>();
  /** Counts series of services, under the empty name, and those of each account's own metrics. */
  readonly #counts = new Map<string, number>();
  readonly #onFull: (ofServices: boolean) => void;

  /** `onFull` is called for each value of a new series that there is no room for. */
  constructor(onFull: (ofServices: boolean) => void) {
    this.#onFull = onFull;
  }

  add(metricText: string, key: SeriesKey, atMs: number, values: StatisticSet): void {
    const units = this.#byMetric.get(metricText);
    const periods = units?.get(key.unit) ?? this.#begin(metricText, key);
    periods?.add(atMs, values);
  }

  /** Returns the periods of one metric, by unit. */
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
        const [accountId, , namespace] = JSON.parse(metricText) as [string, string, string];
        this.#count(sharesOf({ accountId, namespace }), -1);
      }
      if (units.size === 0) this.#byMetric.delete(metricText);
    }
  }

  clear(): void {
    this.#byMetric.clear();
    this.#counts.clear();
  }

  #count(shares: string, change: number): void {
    const count = (this.#counts.get(shares) ?? 0) + change;
    if (count === 0) this.#counts.delete(shares);
    else this.#counts.set(shares, count);
  }

  #begin(metricText: string, key: SeriesKey): FinePeriods | undefined {
    const ofServices = isOfService(key);
    const shares = sharesOf(key);
    if ((this.#counts.get(shares) ?? 0) >= (ofServices ? OF_SERVICES_MAX : OTHERS_MAX)) {
      this.#onFull(ofServices);
      return undefined;
    }
    this.#count(shares, 1);
    const periods = new FinePeriods();
    const units = this.#byMetric.get(metricText);
    if (units) units.set(key.unit, periods);
    else this.#byMetric.set(metricText, new Map([[key.unit, periods]]));
    return periods;
  }
}

/** The group that a series shares its room with. */
function sharesOf(key: Pick<SeriesKey, "accountId" | "namespace">): string {
  return isOfService(key) ? "" : key.accountId;
}
