import type { Readable } from "node:stream";
import { MediaError } from "../../port/media-error.ts";

/** One tag of an FLV stream (Adobe "Video File Format 10.1", E.4). */
export interface FlvTag {
  readonly type: number;
  readonly timestampMs: number;
  readonly body: Buffer;
}

/** The header with the empty size before the first tag. */
const FILE_HEADER_BYTES = 13;
const TAG_HEADER_BYTES = 11;
/** The tag's length, repeated after it. */
const TAG_END_BYTES = 4;

/**
 * Cuts an FLV stream, such as ffmpeg writes to a pipe, into its tags. Throws MediaError `protocol`.
 */
export async function* flvTags(flv: Readable): AsyncGenerator<FlvTag> {
  let rest: Buffer = Buffer.alloc(0);
  let isBegun = false;
  for await (const chunk of flv as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isBegun) {
      if (rest.length < FILE_HEADER_BYTES) continue;
      if (rest.toString("latin1", 0, 3) !== "FLV")
        throw new MediaError("protocol", "The encoder's output isn't FLV.");
      rest = rest.subarray(FILE_HEADER_BYTES);
      isBegun = true;
    }
    while (rest.length >= TAG_HEADER_BYTES) {
      const length = rest.readUIntBE(1, 3);
      const end = TAG_HEADER_BYTES + length;
      if (rest.length < end + TAG_END_BYTES) break;
      yield {
        type: rest.readUInt8(0),
        timestampMs: rest.readUIntBE(4, 3) + rest.readUInt8(7) * 2 ** 24,
        body: rest.subarray(TAG_HEADER_BYTES, end),
      };
      rest = rest.subarray(end + TAG_END_BYTES);
    }
  }
}
