import { MediaError } from "../port/media-error.ts";

const HEAD_BYTES = 8;
/** A fragment's header has 16 bytes for each sample: this is more than a hundred thousand. */
const HELD_BYTES_MAX = 2 * 1_024 * 1_024;

export interface BoxReaderOptions {
  /** A whole box of the type that is held. Bytes of its own. */
  readonly onHeld: (bytes: Buffer) => void;
  /** Bytes of a box that goes by, its head included. */
  readonly onPassing: (bytes: Buffer) => void;
}

/** Says of each type of box whether it is held until it is whole, goes by, or is left out. */
export type BoxTreatment = "hold" | "pass" | "leave-out";

/**
 * Reads the boxes of a file in pieces of any size and keeps those alone whose whole content is
 * needed.
 */
export class BoxReader {
  readonly #treat: (type: string) => BoxTreatment;
  readonly #options: BoxReaderOptions;
  #head: Buffer = Buffer.alloc(0);
  #treatment: BoxTreatment = "pass";
  #held: Buffer[] = [];
  /** Bytes of the box that is read which are still to come. */
  #left = 0;

  constructor(treat: (type: string) => BoxTreatment, options: BoxReaderOptions) {
    this.#treat = treat;
    this.#options = options;
  }

  push(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) {
      rest = this.#left > 0 ? this.#content(rest) : this.#begin(rest);
    }
  }

  /** Throws MediaError for a file that ends inside a box. */
  finish(): void {
    if (this.#left > 0 || this.#head.length > 0) {
      throw new MediaError("protocol", "the file is cut short");
    }
  }

  #begin(bytes: Buffer): Buffer {
    const missing = HEAD_BYTES - this.#head.length;
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, missing)]);
    if (this.#head.length === HEAD_BYTES) {
      const head = this.#head;
      this.#head = Buffer.alloc(0);
      const size = head.readUInt32BE(0);
      this.#treatment = this.#treat(head.toString("latin1", 4));
      if (size < HEAD_BYTES || (this.#treatment === "hold" && size > HELD_BYTES_MAX)) {
        throw new MediaError("protocol", "this is not a file of fragmented MPEG-4");
      }
      this.#left = size - HEAD_BYTES;
      this.#give(head);
    }
    return bytes.subarray(missing);
  }

  #content(bytes: Buffer): Buffer {
    const content = bytes.subarray(0, this.#left);
    this.#left -= content.length;
    this.#give(content);
    return bytes.subarray(content.length);
  }

  #give(bytes: Buffer): void {
    if (this.#treatment === "pass") {
      this.#options.onPassing(bytes);
    } else if (this.#treatment === "hold") {
      this.#held.push(bytes);
      if (this.#left === 0) {
        this.#options.onHeld(Buffer.concat(this.#held.splice(0)));
      }
    }
  }
}
