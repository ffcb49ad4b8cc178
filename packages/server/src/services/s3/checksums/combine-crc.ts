/**
 * The CRC of two pieces put together, from their CRCs and the second one's length: one
 * multiplication modulo the polynomial. Known from zlib's crc32_combine; widths up to 64 bits.
 */
export class CrcCombiner {
  readonly #polynomial: bigint;
  readonly #topBit: bigint;
  /** x to the power 2^n, modulo the polynomial. */
  readonly #powers: bigint[];
  /** Parts of an upload mostly have one size: its shift is computed once. */
  #lastShift: { readonly sizeBytes: number; readonly factor: bigint } | undefined;

  /** `polynomial` is reflected, `bits` its width. */
  constructor(polynomial: bigint, bits: number) {
    this.#polynomial = polynomial;
    this.#topBit = 1n << BigInt(bits - 1);
    this.#powers = [this.#topBit >> 1n];
  }

  combine(first: Uint8Array, second: Uint8Array, secondSizeBytes: number): Buffer {
    const value = this.#multiply(this.#shift(secondSizeBytes), toNumber(first)) ^ toNumber(second);
    return Buffer.from(value.toString(16).padStart(first.length * 2, "0"), "hex");
  }

  #shift(sizeBytes: number): bigint {
    if (this.#lastShift?.sizeBytes === sizeBytes) return this.#lastShift.factor;
    let factor = this.#topBit;
    let power = 0;
    for (let bits = BigInt(sizeBytes) * 8n; bits > 0n; bits >>= 1n, power++) {
      if (bits & 1n) factor = this.#multiply(this.#power(power), factor);
    }
    this.#lastShift = { sizeBytes, factor };
    return factor;
  }

  #power(n: number): bigint {
    for (let known = this.#powers.length; known <= n; known++) {
      const before = this.#powers[known - 1] ?? 0n;
      this.#powers.push(this.#multiply(before, before));
    }
    return this.#powers[n] ?? 0n;
  }

  #multiply(a: bigint, b: bigint): bigint {
    let product = 0n;
    let factor = b;
    for (let bit = this.#topBit; bit > 0n; bit >>= 1n) {
      if (a & bit) product ^= factor;
      factor = factor & 1n ? (factor >> 1n) ^ this.#polynomial : factor >> 1n;
    }
    return product;
  }
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}
