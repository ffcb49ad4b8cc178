import type { SeriesKey } from "./series.ts";
import { joined, type StatisticSet } from "./statistics.ts";

/** Beyond it, what a database that can't be written to did not take is lost. */
const MINUTES_MAX = 100_000;
/** The memory of a value with its count. */
const VALUE_CHARS = 40;

/** Values of one series in one minute that the database doesn't have yet. */
export interface UnwrittenMinute {
  readonly metricText: string;
  readonly key: SeriesKey;
  readonly minuteMs: number;
  values: StatisticSet;
}

/** Minutes that wait for the database, by metric, so that one metric's can be written alone. */
export class UnwrittenMinutes {
  readonly #byMetric = new Map<string, Map<string, UnwrittenMinute>>();
  #size = 0;
  #chars = 0;

  get size(): number {
    return this.#size;
  }

  /** About what they take in memory. */
  get chars(): number {
    return this.#chars;
  }

  /** Adds to the minute that is there. False where there is one. */
  keep(minute: UnwrittenMinute): boolean {
    const { metricText } = minute;
    const place = placeOf(minute);
    const before = this.#byMetric.get(metricText)?.get(place);
    if (before) {
      this.#chars -= charsOf(before);
      before.values = joined(before.values, minute.values);
      this.#chars += charsOf(before);
      return false;
    }
    if (this.#size >= MINUTES_MAX) return true;
    const ofMetric = this.#byMetric.get(metricText) ?? new Map<string, UnwrittenMinute>();
    this.#byMetric.set(metricText, ofMetric.set(place, minute));
    this.#size += 1;
    this.#chars += charsOf(minute);
    return true;
  }

  /** Those of one metric. */
  of(metricText: string): readonly UnwrittenMinute[] {
    return [...(this.#byMetric.get(metricText)?.values() ?? [])];
  }

  *all(): Generator<UnwrittenMinute> {
    for (const ofMetric of this.#byMetric.values()) yield* ofMetric.values();
  }

  /** Removes those of these that are still here, and returns them. */
  take(minutes: readonly UnwrittenMinute[]): readonly UnwrittenMinute[] {
    return minutes.filter((minute) => {
      const ofMetric = this.#byMetric.get(minute.metricText);
      const place = placeOf(minute);
      if (ofMetric?.get(place) !== minute) return false;
      ofMetric.delete(place);
      if (ofMetric.size === 0) this.#byMetric.delete(minute.metricText);
      this.#size -= 1;
      this.#chars -= charsOf(minute);
      return true;
    });
  }

  clear(): void {
    this.#byMetric.clear();
    this.#size = 0;
    this.#chars = 0;
  }
}

function placeOf({ minuteMs, key }: UnwrittenMinute): string {
  return `${minuteMs} ${key.unit}`;
}

function charsOf({ metricText, values }: UnwrittenMinute): number {
  return 2 * metricText.length + (values.values?.size ?? 0) * VALUE_CHARS;
}
