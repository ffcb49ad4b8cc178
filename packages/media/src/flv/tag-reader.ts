import { MediaError } from "../media-error.ts";

/** Kinds of messages of several tracks (Veovera, "Enhanced RTMP v2"). */
export const MULTITRACK = { one: 0, many: 1, manyCodecs: 2 } as const;

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
