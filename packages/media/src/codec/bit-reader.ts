import { MediaError } from "../port/media-error.ts";

/** Reads bits, most significant first, with H.264's Exp-Golomb codes (ITU-T H.264, 9.1). */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bit(): number {
    const byte = this.#bytes[this.#position >> 3];
    if (byte === undefined) {
      throw new MediaError("protocol", "a codec header is cut short");
    }
    const bit = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position += 1;
    return bit;
  }

  /** At most 32 bits. */
  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) {
      value = value * 2 + this.bit();
    }
    return value;
  }

  /** Throws where they aren't all there. */
  skip(count: number): void {
    this.#position += count;
    if (this.#position > 8 * this.#bytes.length) {
      throw new MediaError("protocol", "a codec header is cut short");
    }
  }

  flag(): boolean {
    return this.bit() === 1;
  }

  /** ue(v) */
  unsigned(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > 32) {
        throw new MediaError("protocol", "an Exp-Golomb code is too long");
      }
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v) */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  }
}
