import assert from "node:assert";

const FIRST_BYTES = 64;

/** Writes bits, most significant first, with the Exp-Golomb codes of H.264 and H.265. */
export class BitWriter {
  #bytes = Buffer.alloc(FIRST_BYTES);
  #length = 0;
  /** The bits of the last byte that are written. */
  #open = 0;

  bits(value: number, count: number): this {
    for (let place = count - 1; place >= 0; place -= 1) {
      if (this.#open === 0) this.#grow(1);
      const bit = Math.floor(value / 2 ** place) % 2;
      const last = this.#length - 1;
      this.#bytes[last] = (this.#bytes[last] ?? 0) | (bit << (7 - this.#open));
      this.#open = (this.#open + 1) % 8;
    }
    return this;
  }

  flag(value: boolean): this {
    return this.bits(value ? 1 : 0, 1);
  }

  /** ue(v) */
  unsigned(...values: readonly number[]): this {
    for (const value of values) {
      const length = Math.floor(Math.log2(value + 1));
      this.bits(0, length).bits(value + 1, length + 1);
    }
    return this;
  }

  /** se(v) */
  signed(...values: readonly number[]): this {
    return this.unsigned(...values.map((value) => (value > 0 ? 2 * value - 1 : -2 * value)));
  }

  /** Zeros up to a byte. */
  align(): this {
    this.#open = 0;
    return this;
  }

  /** Whole bytes, from a byte on. */
  raw(bytes: Buffer): this {
    assert(this.#open === 0, "bytes begin where a byte ends");
    this.#grow(bytes.length);
    bytes.copy(this.#bytes, this.#length - bytes.length);
    return this;
  }

  /** With a stop bit and zeros up to a byte, and the bytes that keep start codes out. */
  nalUnit(): Buffer {
    this.bits(1, 1).align();
    const unit: Buffer[] = [];
    let from = 0;
    let zeros = 0;
    for (let at = 0; at < this.#length; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (zeros >= 2 && byte <= 3) {
        unit.push(this.#bytes.subarray(from, at), Buffer.of(3));
        from = at;
        zeros = 0;
      }
      zeros = byte === 0 ? zeros + 1 : 0;
    }
    return Buffer.concat([...unit, this.#bytes.subarray(from, this.#length)]);
  }

  /** Adds bytes of zeros. */
  #grow(count: number): void {
    this.#length += count;
    if (this.#length <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 * this.#length);
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}
