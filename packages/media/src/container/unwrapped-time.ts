/**
 * Makes timestamps that wrap after so many bits into ones that go on: each is the nearest to the
 * one before.
 */
export class UnwrappedTime {
  readonly #period: number;
  #last: number | undefined;

  constructor(bits: number) {
    this.#period = 2 ** bits;
  }

  /** The first one stays as it is. */
  unwrap(timestamp: number): number {
    const last = this.#last ?? timestamp;
    this.#last = last + this.nearest(timestamp - last);
    return this.#last;
  }

  /** A difference of two timestamps, the shorter way round. */
  nearest(difference: number): number {
    const period = this.#period;
    const forward = ((difference % period) + period) % period;
    return forward < period / 2 ? forward : forward - period;
  }
}
