import { MediaError } from "../media-error.ts";

/** Kinds of messages of several tracks (Veovera, "Enhanced RTMP v2"). */
export const MULTITRACK = { one: 0, many: 1, manyCodecs: 2 } as const;

/** Type of a packet that only says more about the one behind it; video and sound share it. */
const MODIFIER = 7;
/** A modifier's length that says: 16 bits of length follow. */
const LONG_MODIFIER = 256;

/** Reads a message that may be too short. Throws MediaError `protocol`. */
export class TagReader {
  readonly #body: Buffer;
  readonly #kind: "video" | "audio";
  #at: number;

  constructor(body: Buffer, at: number, kind: "video" | "audio") {
    this.#body = body;
    this.#at = at;
    this.#kind = kind;
  }

  get hasMore(): boolean {
    return this.#at < this.#body.length;
  }

  number(length: number): number {
    return this.bytes(length).readUIntBE(0, length);
  }

  signed24(): number {
    return this.bytes(3).readIntBE(0, 3);
  }

  /** A codec's name; what can't be shown of it is a question mark. */
  fourCc(): string {
    return this.bytes(4)
      .toString("latin1")
      .replace(/[^ -~]/g, "?");
  }

  /**
   * The packet's type behind its modifiers, which are skipped: the only kind so far makes timestamps nanoseconds more
   * exact, and media time is in milliseconds.
   */
  skipModifiers(packetType: number): number {
    let type = packetType;
    while (type === MODIFIER) {
      const length = this.number(1) + 1;
      this.bytes(length === LONG_MODIFIER ? this.number(2) + 1 : length);
      type = this.number(1) & 0x0f;
    }
    return type;
  }

  bytes(length: number): Buffer {
    if (this.#at + length > this.#body.length) {
      throw new MediaError("protocol", `a message of ${this.#kind} is cut short`);
    }
    this.#at += length;
    return this.#body.subarray(this.#at - length, this.#at);
  }

  rest(): Buffer {
    return this.bytes(this.#body.length - this.#at);
  }
}
