/**
 * As browsers have it: more than a second of 8.5 Mb/s. Encoders without a repair stream send lost
 * packets again under their old numbers, which a window of 64 would be past after 0.1 s.
 */
const WINDOW_PACKETS = 1_024;
const WORD_BITS = 32;

/**
 * Numbers of packets that came already (RFC 3711, 3.3.2). A number older than the window counts as
 * one that came.
 */
export class ReplayWindow {
  #highest = -1;
  /** Bit n of all words together: a number that is n by the window's length came. */
  readonly #words = new Int32Array(WINDOW_PACKETS / WORD_BITS);

  isNew(number: number): boolean {
    const age = this.#highest - number;
    if (age < 0) {
      return true;
    }
    if (age >= WINDOW_PACKETS) {
      return false;
    }
    const bit = number % WINDOW_PACKETS;
    return (((this.#words[bit >>> 5] ?? 0) >>> (bit % WORD_BITS)) & 1) === 0;
  }

  /** Called once the packet is known to be genuine. */
  add(number: number): void {
    if (number > this.#highest) {
      this.#advance(number);
    }
    if (this.#highest - number < WINDOW_PACKETS) {
      const bit = number % WINDOW_PACKETS;
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) | (1 << (bit % WORD_BITS));
    }
  }

  #advance(number: number): void {
    if (number - this.#highest >= WINDOW_PACKETS) {
      this.#words.fill(0);
    } else {
      for (let passed = this.#highest + 1; passed <= number; passed += 1) {
        const bit = passed % WINDOW_PACKETS;
        this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) & ~(1 << (bit % WORD_BITS));
      }
    }
    this.#highest = number;
  }
}
