/** The type of a message, and the stream that it belongs to. */
interface ChunkedMessage {
  readonly chunkStreamId: number;
  readonly type: number;
  readonly messageStreamId: number;
  readonly timestampMs: number;
  readonly body: Buffer;
  /** The whole header is written, as librtmp does for a stream's first message and for data. */
  readonly isLarge?: boolean;
}

interface Before {
  readonly message: ChunkedMessage;
  readonly deltaMs: number | undefined;
}

/**
 * Chunks as librtmp writes them (Adobe RTMP 1.0, 5.3.1): one chunk stream carries pictures and
 * sound, and a header says only what is new.
 */
export class LibrtmpWriter {
  chunkSize = 128;
  readonly #before = new Map<number, Before>();

  write(message: ChunkedMessage): Buffer {
    const { chunkStreamId, type, timestampMs, body } = message;
    const before = this.#before.get(chunkStreamId);
    const isDelta = before !== undefined && message.isLarge !== true;
    const deltaMs = isDelta ? timestampMs - before.message.timestampMs : undefined;
    const isAlike =
      isDelta && before.message.type === type && before.message.body.length === body.length;
    const isSameDelta = isAlike && before.deltaMs === deltaMs;
    const format = isSameDelta ? 3 : isAlike ? 2 : isDelta ? 1 : 0;
    this.#before.set(chunkStreamId, { message, deltaMs });
    const parts = [Buffer.of((format << 6) | chunkStreamId), header(message, format, deltaMs)];
    for (let offset = 0; offset < body.length; offset += this.chunkSize) {
      if (offset > 0) {
        parts.push(Buffer.of(0xc0 | chunkStreamId));
      }
      parts.push(body.subarray(offset, offset + this.chunkSize));
    }
    return Buffer.concat(parts);
  }
}

/** Times here are below the extended timestamp's. */
function header(message: ChunkedMessage, format: number, deltaMs: number | undefined): Buffer {
  const bytes = Buffer.alloc(11);
  bytes.writeUIntBE(deltaMs ?? message.timestampMs, 0, 3);
  bytes.writeUIntBE(message.body.length, 3, 3);
  bytes.writeUInt8(message.type, 6);
  bytes.writeUInt32LE(message.messageStreamId, 7);
  return bytes.subarray(0, [11, 7, 3, 0][format]);
}
