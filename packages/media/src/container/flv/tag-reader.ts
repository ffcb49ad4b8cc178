import { MediaError } from "../../port/media-error.ts";

/** Kinds of messages of several tracks (Veovera, "Enhanced RTMP v2"). */
const MULTITRACK = { one: 0, many: 1, manyCodecs: 2 } as const;

/** Type of a packet that only says more about the packet after it; video and sound share it. */
const MODIFIER = 7;
/** Encoders send one at most; each costs time to skip. */
const MODIFIERS_MAX = 16;
/** Tracks of one message that are read: one of nothing but empty tracks would cost time, too. */
const TRACKS_MAX = 16;
/** A modifier's length that says: 16 bits of length follow. */
const LONG_MODIFIER = 256;

/** One track's part of a message. */
export interface TrackPart {
  readonly packetType: number;
  readonly fourCc: string;
  readonly track: number;
  readonly content: Buffer;
}

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
   * Returns the packet's type after its modifiers, which are skipped: the only kind so far makes
   * timestamps nanoseconds more exact, and media time is in milliseconds. Throws MediaError `limit`
   * for more modifiers than any encoder sends.
   */
  skipModifiers(packetType: number): number {
    let type = packetType;
    for (let skipped = 0; type === MODIFIER; skipped += 1) {
      if (skipped === MODIFIERS_MAX) {
        throw new MediaError("limit", `a packet has more than ${MODIFIERS_MAX} modifiers`);
      }
      const length = this.number(1) + 1;
      this.bytes(length === LONG_MODIFIER ? this.number(2) + 1 : length);
      type = this.number(1) & 0x0f;
    }
    return type;
  }

  /**
   * Yields the parts of a message of several tracks, `TRACKS_MAX` at most. Throws MediaError
   * `protocol`.
   */
  *trackParts(): Generator<TrackPart> {
    const kinds = this.number(1);
    const multitrackType = kinds >> 4;
    if (multitrackType > MULTITRACK.manyCodecs) {
      throw new MediaError("protocol", `multitrack type ${multitrackType} is unknown`);
    }
    const common = multitrackType === MULTITRACK.manyCodecs ? undefined : this.fourCc();
    let parts = 0;
    do {
      const fourCc = common ?? this.fourCc();
      const track = this.number(1);
      const content = multitrackType === MULTITRACK.one ? this.rest() : this.bytes(this.number(3));
      yield { packetType: kinds & 0x0f, fourCc, track, content };
      parts += 1;
    } while (this.#at < this.#body.length && parts < TRACKS_MAX);
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
