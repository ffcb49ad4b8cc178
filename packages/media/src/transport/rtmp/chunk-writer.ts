import { INITIAL_CHUNK_SIZE } from "./message-type.ts";

const EXTENDED_TIMESTAMP = 0xffffff;

/**
 * One RTMP message as chunks: a full header, then continuation chunks (Adobe RTMP 1.0, section
 * 5.3.1).
 */
export function encodeMessage(
  chunkStreamId: number,
  type: number,
  messageStreamId: number,
  payload: Buffer,
  options: { readonly chunkSize?: number; readonly timestampMs?: number } = {},
): Buffer {
  const chunkSize = options.chunkSize ?? INITIAL_CHUNK_SIZE;
  const timestampMs = options.timestampMs ?? 0;
  const extended = timestampMs >= EXTENDED_TIMESTAMP ? uint32(timestampMs) : Buffer.alloc(0);
  const header = Buffer.alloc(11);
  header.writeUIntBE(extended.length > 0 ? EXTENDED_TIMESTAMP : timestampMs, 0, 3);
  header.writeUIntBE(payload.length, 3, 3);
  header.writeUInt8(type, 6);
  header.writeUInt32LE(messageStreamId, 7);
  const parts = [basicHeader(0, chunkStreamId), header, extended, payload.subarray(0, chunkSize)];
  for (let offset = chunkSize; offset < payload.length; offset += chunkSize) {
    parts.push(basicHeader(3, chunkStreamId), extended);
    parts.push(payload.subarray(offset, offset + chunkSize));
  }
  return Buffer.concat(parts);
}

function basicHeader(format: number, chunkStreamId: number): Buffer {
  if (chunkStreamId < 64) {
    return Buffer.of((format << 6) | chunkStreamId);
  }
  const rest = chunkStreamId - 64;
  return rest < 256
    ? Buffer.of(format << 6, rest)
    : Buffer.of((format << 6) | 1, rest & 0xff, rest >> 8);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
