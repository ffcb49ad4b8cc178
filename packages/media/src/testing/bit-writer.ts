/** Writes bits, most significant first, with the Exp-Golomb codes of H.264 and H.265. */
export class BitWriter {
  #bits = "";

  bits(value: number, count: number): this {
    this.#bits += value.toString(2).padStart(count, "0");
    return this;
  }

  flag(value: boolean): this {
    return this.bits(value ? 1 : 0, 1);
  }

  /** ue(v) */
  unsigned(...values: readonly number[]): this {
    for (const value of values) {
      const code = (value + 1).toString(2);
      this.#bits += code.padStart(2 * code.length - 1, "0");
    }
    return this;
  }

  /** se(v) */
  signed(...values: readonly number[]): this {
    return this.unsigned(...values.map((value) => (value > 0 ? 2 * value - 1 : -2 * value)));
  }

  /** With a stop bit and zeros up to a byte, and the bytes that keep start codes out. */
  nalUnit(): Buffer {
    const bits = `${this.#bits}1`;
    const bytes = bits.padEnd(8 * Math.ceil(bits.length / 8), "0").match(/.{8}/g) ?? [];
    const unit: number[] = [];
    for (const byte of bytes.map((text) => Number.parseInt(text, 2))) {
      if (byte <= 3 && unit.at(-1) === 0 && unit.at(-2) === 0) unit.push(3);
      unit.push(byte);
    }
    return Buffer.from(unit);
  }
}
