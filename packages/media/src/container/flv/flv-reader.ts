import { MediaError } from "../../port/media-error.ts";

const FILE_HEADER_BYTES = 13;
const TAG_HEADER_BYTES = 11;
const PREVIOUS_LENGTH_BYTES = 4;
export const FLV_TAG = { audio: 8, video: 9, script: 18 } as const;

/** Takes an FLV stream apart as it comes. `body` is valid during the call. */
export class FlvReader {
  readonly #onTag: (type: number, timestampMs: number, body: Buffer) => void;
  readonly #tagBytesMax: number;
  #pending = Buffer.alloc(0);
  #headerSeen = false;

  constructor(
    tagBytesMax: number,
    onTag: (type: number, timestampMs: number, body: Buffer) => void,
  ) {
    this.#tagBytesMax = tagBytesMax;
    this.#onTag = onTag;
  }

  /** Throws MediaError `engine` for what isn't FLV. */
  push(chunk: Buffer): void {
    const bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    let offset = 0;
    if (!this.#headerSeen) {
      if (bytes.length < FILE_HEADER_BYTES) {
        this.#pending = Buffer.from(bytes);
        return;
      }
      if (bytes.toString("latin1", 0, 3) !== "FLV") {
        throw new MediaError("engine", "ffmpeg wrote something that is not FLV");
      }
      this.#headerSeen = true;
      offset = FILE_HEADER_BYTES;
    }
    offset = this.#tags(bytes, offset);
    this.#pending = Buffer.from(bytes.subarray(offset));
  }

  /** Returns where the first incomplete tag begins. */
  #tags(bytes: Buffer, start: number): number {
    let offset = start;
    while (offset + TAG_HEADER_BYTES <= bytes.length) {
      const length = bytes.readUIntBE(offset + 1, 3);
      if (length > this.#tagBytesMax) {
        throw new MediaError("engine", `ffmpeg wrote a tag of ${length} bytes`);
      }
      const end = offset + TAG_HEADER_BYTES + length + PREVIOUS_LENGTH_BYTES;
      if (end > bytes.length) {
        break;
      }
      const timestampMs = bytes.readUIntBE(offset + 4, 3) + bytes.readUInt8(offset + 7) * 2 ** 24;
      const body = bytes.subarray(offset + TAG_HEADER_BYTES, end - PREVIOUS_LENGTH_BYTES);
      this.#onTag(bytes.readUInt8(offset), timestampMs, body);
      offset = end;
    }
    return offset;
  }
}
