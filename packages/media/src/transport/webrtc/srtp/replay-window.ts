const WINDOW_BITS = 64;
const HALF_BITS = 32;

/**
 * Numbers of packets that came already (RFC 3711, 3.3.2). A number older than the window counts as
 * one that came.
 */
export class ReplayWindow {
  #highest = -1;
  /** Bit n of both together: the number n before the highest one came. */
  #low = 0;
  #high = 0;

  isNew(number: number): boolean {
    const age = this.#highest - number;
    if (age < 0) {
      return true;
    }
    if (age >= WINDOW_BITS) {
      return false;
    }
    const half = age < HALF_BITS ? this.#low : this.#high;
    return ((half >>> (age % HALF_BITS)) & 1) === 0;
  }

  /** Called once the packet is known to be genuine. */
  add(number: number): void {
    const step = number - this.#highest;
    if (step > 0) {
      this.#advance(step);
      this.#highest = number;
      this.#low |= 1;
      return;
    }
    const age = -step;
    if (age < HALF_BITS) {
      this.#low |= 1 << age;
    } else if (age < WINDOW_BITS) {
      this.#high |= 1 << (age - HALF_BITS);
    }
  }

  #advance(step: number): void {
    if (step >= WINDOW_BITS) {
      this.#low = 0;
      this.#high = 0;
    } else if (step >= HALF_BITS) {
      this.#high = this.#low << (step - HALF_BITS);
      this.#low = 0;
    } else {
      this.#high = (this.#high << step) | (this.#low >>> (HALF_BITS - step));
      this.#low <<= step;
    }
  }
}
