import { joined, type StatisticSet } from "./statistics.ts";

/** The finest periods that are kept; IVS's own metrics come every five seconds. */
export const FINE_MS = 5_000;
/** Source: CloudWatch user guide, "Metrics retention": periods below a minute for 3 hours. */
const FINE_KEPT_MS = 3 * 60 * 60_000;
const PERIODS_MAX = FINE_KEPT_MS / FINE_MS;
const CAPACITY_MIN = 16;

/**
 * The last three hours of one series in periods of five seconds: eight bytes a period, since nearly
 * all of them have a single value. Periods three hours older than the newest are dropped.
 */
export class FinePeriods {
  /** The one value of each period from `#firstPeriod` on; NaN for none and for several. */
  #values = new Float64Array(CAPACITY_MIN).fill(Number.NaN);
  #firstPeriod = 0;
  #length = 0;
  readonly #several = new Map<number, StatisticSet>();

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(atMs: number, values: StatisticSet): void {
    const period = Math.floor(atMs / FINE_MS);
    if (!this.#reach(period)) return;
    const index = period - this.#firstPeriod;
    const before = this.#setOf(period);
    if (before === undefined && isSingle(values)) {
      this.#values[index] = values.sum;
    } else {
      this.#values[index] = Number.NaN;
      // Their values would be too many: such a period has no percentiles.
      const { values: _, ...figures } = values;
      this.#several.set(period, joined(before, figures, 0));
    }
  }

  /** Gives the periods that begin in the given time, oldest first, by their start in ms. */
  *between(fromMs: number, toMs: number): Generator<[number, StatisticSet]> {
    const first = Math.max(this.#firstPeriod, Math.ceil(fromMs / FINE_MS));
    const end = Math.min(this.#firstPeriod + this.#length, Math.ceil(toMs / FINE_MS));
    for (let period = first; period < end; period += 1) {
      const values = this.#setOf(period);
      if (values) yield [period * FINE_MS, values];
    }
  }

  /** Drops what is older than three hours. */
  forget(nowMs: number): void {
    this.#dropBefore(Math.ceil((nowMs - FINE_KEPT_MS) / FINE_MS));
  }

  #setOf(period: number): StatisticSet | undefined {
    const value = this.#values[period - this.#firstPeriod] ?? Number.NaN;
    if (Number.isNaN(value)) return this.#several.get(period);
    return { sampleCount: 1, sum: value, minimum: value, maximum: value };
  }

  /** Makes room for a period; false when it is too old. */
  #reach(period: number): boolean {
    if (this.isEmpty) this.#firstPeriod = period;
    const end = Math.max(this.#firstPeriod + this.#length, period + 1);
    if (period <= end - 1 - PERIODS_MAX) return false;
    this.#dropBefore(end - PERIODS_MAX);
    if (this.isEmpty) this.#firstPeriod = period;
    const first = Math.min(this.#firstPeriod, period);
    this.#resize(first, end - first);
    return true;
  }

  #dropBefore(period: number): void {
    const dropped = Math.min(period - this.#firstPeriod, this.#length);
    if (dropped <= 0) return;
    for (const several of this.#several.keys()) {
      if (several < this.#firstPeriod + dropped) this.#several.delete(several);
    }
    this.#values.copyWithin(0, dropped, this.#length);
    this.#values.fill(Number.NaN, this.#length - dropped, this.#length);
    this.#firstPeriod += dropped;
    this.#length -= dropped;
  }

  #resize(first: number, length: number): void {
    const shift = this.#firstPeriod - first;
    if (shift > 0 || length > this.#values.length) {
      const capacity = Math.max(
        this.#values.length,
        CAPACITY_MIN,
        2 ** Math.ceil(Math.log2(length)),
      );
      const values = new Float64Array(Math.min(capacity, PERIODS_MAX)).fill(Number.NaN);
      values.set(this.#values.subarray(0, this.#length), shift);
      this.#values = values;
    }
    this.#firstPeriod = first;
    this.#length = length;
  }
}

function isSingle({ sampleCount, sum, minimum, maximum }: StatisticSet): boolean {
  return sampleCount === 1 && minimum === sum && maximum === sum;
}
