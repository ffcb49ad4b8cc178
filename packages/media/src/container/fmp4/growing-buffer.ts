import { nalUnitsBytes, writeLengthPrefixed } from "../../codec/nal-units.ts";
import { discardMemory, takeMemory } from "../../runtime/segment-memory.ts";

/** Memory for a segment in relation to the one before it. */
const ROOM_FOR_NEXT = 1.125;
const EMPTY = Buffer.alloc(0);

/** Bytes that are appended one after the other, without an allocation each. */
export class GrowingBuffer {
  #bytes: Buffer;
  #length = 0;
  /** Somebody was given a part of the bytes. */
  #isViewed = false;

  constructor(initialBytes: number) {
    this.#bytes = takeMemory(initialBytes);
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

  /** The bytes appended so far; they change with the next `append` after `clear`. */
  get written(): Buffer {
    this.#isViewed = true;
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Hands out the bytes appended so far, with their memory (`takeMemory`). */
  take(): Buffer {
    if (this.#length === 0) {
      return EMPTY;
    }
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = takeMemory(this.#length * ROOM_FOR_NEXT);
    this.#isViewed = false;
    this.#length = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    const wanted = this.#length + bytes;
    if (wanted > this.#bytes.length) {
      const grown = takeMemory(Math.max(wanted, this.#bytes.length * 1.5));
      this.#bytes.copy(grown, 0, 0, this.#length);
      if (!this.#isViewed) {
        discardMemory(this.#bytes);
      }
      this.#bytes = grown;
    }
  }
}
