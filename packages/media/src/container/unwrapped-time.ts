/**
 * Makes timestamps that wrap after so many bits into ones that go on: each is the nearest to the
 * one before.
 */
export class UnwrappedTime {
  readonly #period: number;
  #lastTimestamp: number | undefined;
  #last = 0;

  constructor(bits: number) {
    this.#period = 2 ** bits;
  }

  /** The first one stays as it is. */
  unwrap(timestamp: number): number {
    const step = timestamp - (this.#lastTimestamp ?? 0);
    this.#last += this.#lastTimestamp === undefined ? step : this.nearest(step);
    this.#lastTimestamp = timestamp;
    return this.#last;
  }

  /** The shorter way from one timestamp to another, of which this is the difference. */
  nearest(difference: number): number {
    const half = this.#period / 2;
    if (difference >= half) {
      return difference - this.#period;
    }
    return difference < -half ? difference + this.#period : difference;
  }
}
