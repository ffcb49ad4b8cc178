import { nalUnitsBytes, writeLengthPrefixed } from "../../codec/nal-units.ts";
import { keepBytes } from "../../runtime/kept-bytes.ts";

/** Bytes that are appended one after the other, without an allocation each. */
export class GrowingBuffer {
  #bytes: Buffer;
  #length = 0;

  constructor(initialBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
  }

  get length(): number {
    return this.#length;
  }

  append(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#length += bytes.copy(this.#bytes, this.#length);
  }

  /** Appends a picture's NAL units, each after its length; returns how many bytes that takes. */
  appendUnits(units: readonly Buffer[]): number {
    const before = this.#length;
    this.#reserve(nalUnitsBytes(units));
    this.#length = writeLengthPrefixed(units, this.#bytes, before);
    return this.#length - before;
  }

  /** The bytes appended so far; they change with the next `append` after `clear` or `take`. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Hands out the bytes appended so far. */
  take(): Buffer {
    const taken = keepBytes(this.written);
    // A small segment doesn't keep the memory of a large one before it.
    if (this.#length * 2 < this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(1_024, this.#length));
    }
    this.#length = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    const wanted = this.#length + bytes;
    if (wanted > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(wanted, Math.ceil(this.#bytes.length * 1.5)));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
  }
}
