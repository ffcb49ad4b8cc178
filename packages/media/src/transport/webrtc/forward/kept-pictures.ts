import type { MediaUnit } from "../../../port/media-unit.ts";

/** So much is 8.5 Mb/s, the most that stages take, for four seconds. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;
/** A unit is kept in about so many bytes beside its own: an encoder may send empty ones. */
const UNIT_BYTES = 256;

/**
 * An encoder's pictures since its last keyframe, for who can't wait for the next one. There are
 * none where they would be too many.
 */
export class KeptPictures {
  #units: MediaUnit[] = [];
  #bytes = 0;
  #isComplete = false;

  /** From the keyframe on. */
  get units(): readonly MediaUnit[] {
    return this.#units;
  }

  /** Keeps a copy. */
  write(unit: MediaUnit): void {
    if (unit.key) {
      this.clear();
      this.#isComplete = true;
    }
    if (!this.#isComplete) return;
    this.#bytes += unit.data.reduce((sum, { length }) => sum + length, UNIT_BYTES);
    if (this.#bytes > KEPT_BYTES_MAX) {
      this.clear();
    } else {
      this.#units.push({ ...unit, data: unit.data.map((part) => Buffer.from(part)) });
    }
  }

  /** Nothing is kept until the next keyframe. */
  clear(): void {
    this.#units = [];
    this.#bytes = 0;
    this.#isComplete = false;
  }
}
