import { MediaError } from "../../port/media-error.ts";
import { MESSAGE } from "./message-type.ts";

const TAG_HEADER_BYTES = 11;
const BACK_POINTER_BYTES = 4;

/**
 * Splits an aggregate message (Adobe RTMP 1.0, 7.1.6) into the FLV tags it holds. Their timestamps
 * are made relative to the message's. Throws MediaError `protocol` for a tag that is cut short, or
 * for an aggregate inside an aggregate.
 */
export function readAggregate(
  timestampMs: number,
  payload: Buffer,
  onTag: (type: number, timestampMs: number, body: Buffer) => void,
): void {
  let firstMs: number | undefined;
  for (let offset = 0; offset < payload.length; ) {
    const start = offset + TAG_HEADER_BYTES;
    const length = start <= payload.length ? payload.readUIntBE(offset + 1, 3) : 0;
    const end = start + length;
    const type = payload[offset] ?? 0;
    if (end > payload.length || type === MESSAGE.aggregate) {
      throw new MediaError("protocol", "an aggregate message is malformed");
    }
    const tagMs = payload.readUIntBE(offset + 4, 3) + (payload[offset + 7] ?? 0) * 2 ** 24;
    firstMs ??= tagMs;
    onTag(type, (timestampMs + tagMs - firstMs) >>> 0, payload.subarray(start, end));
    offset = end + BACK_POINTER_BYTES;
  }
}
