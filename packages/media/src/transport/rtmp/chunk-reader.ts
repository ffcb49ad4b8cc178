import { MediaError } from "../../port/media-error.ts";
import { INITIAL_CHUNK_SIZE, MESSAGE } from "./message-type.ts";

/**
 * Called with each complete message. `payload` is scratch memory that the reader reuses after the
 * call: the receiver may change it, and copies what it keeps. `timestampMs` is unsigned 32 bits and
 * wraps.
 */
export type MessageHandler = (
  type: number,
  messageStreamId: number,
  timestampMs: number,
  payload: Buffer,
) => void;

export interface ChunkReaderLimits {
  readonly chunkStreamsMax: number;
  /** Bytes of one message. */
  readonly messageBytesMax: number;
}

/** Memory of all half-received messages of a connection, as a multiple of the largest message. */
const PARTIAL_BYTES_FACTOR = 2;
/**
 * Scratch memory grows in steps of this, so that frames of slightly rising size don't reallocate
 * each time.
 */
const SCRATCH_STEP_BYTES = 4_096;
/** Longest header: 3 bytes basic, 11 message, 4 extended timestamp. */
const HEADER_BYTES_MAX = 18;
const EXTENDED_TIMESTAMP = 0xffffff;
const MESSAGE_HEADER_BYTES = [11, 7, 3, 0] as const;
const EMPTY = Buffer.alloc(0);

interface ChunkStream {
  readonly id: number;
  hasHeader: boolean;
  extended: boolean;
  timestampMs: number;
  deltaMs: number;
  length: number;
  type: number;
  messageStreamId: number;
  /** Bytes of the current message received so far; 0 between messages. */
  received: number;
  scratch: Buffer;
}

/**
 * Reassembles RTMP messages from chunks (Adobe RTMP 1.0, section 5.3), whatever way the bytes are
 * cut into reads. A message's bytes are copied once, from the socket's buffer into the chunk
 * stream's scratch buffer. Throws MediaError `protocol` or `limit`; after that the reader is not to
 * be used again.
 */
export class ChunkReader {
  readonly #onMessage: MessageHandler;
  #limits: ChunkReaderLimits;
  #chunkSize = INITIAL_CHUNK_SIZE;
  readonly #streams = new Map<number, ChunkStream>();
  #scratchBytes = 0;
  readonly #header = Buffer.alloc(HEADER_BYTES_MAX);
  #headerLength = 0;
  #current: ChunkStream | undefined;
  #chunkRemaining = 0;

  constructor(limits: ChunkReaderLimits, onMessage: MessageHandler) {
    this.#limits = limits;
    this.#onMessage = onMessage;
  }

  /** Raises the bounds once the publisher is accepted. */
  setLimits(limits: ChunkReaderLimits): void {
    this.#limits = limits;
  }

  push(bytes: Buffer): void {
    let offset = 0;
    while (offset < bytes.length) {
      offset =
        this.#current === undefined
          ? this.#readHeader(bytes, offset)
          : this.#readPayload(bytes, offset, this.#current);
    }
  }

  /**
   * Headers are short and may straddle reads: they're gathered in a buffer of their own, a part at
   * a time.
   */
  #readHeader(bytes: Buffer, start: number): number {
    let offset = start;
    for (;;) {
      const wanted = this.#wantedHeaderBytes();
      if (this.#headerLength === wanted) {
        this.#beginChunk(wanted);
        return offset;
      }
      if (offset === bytes.length) {
        return offset;
      }
      this.#header[this.#headerLength] = bytes[offset] ?? 0;
      this.#headerLength += 1;
      offset += 1;
    }
  }

  /** Length of the header, as far as its bytes so far show it. */
  #wantedHeaderBytes(): number {
    if (this.#headerLength === 0) {
      return 1;
    }
    const first = this.#header[0] ?? 0;
    const basic = basicHeaderBytes(first);
    if (this.#headerLength < basic) {
      return basic;
    }
    const format = first >> 6;
    const withMessage = basic + (MESSAGE_HEADER_BYTES[format as 0 | 1 | 2 | 3] ?? 0);
    if (this.#headerLength < withMessage) {
      return withMessage;
    }
    const extended =
      format === 3
        ? (this.#streams.get(this.#chunkStreamId())?.extended ?? false)
        : this.#header.readUIntBE(basic, 3) === EXTENDED_TIMESTAMP;
    return extended ? withMessage + 4 : withMessage;
  }

  #chunkStreamId(): number {
    const low = (this.#header[0] ?? 0) & 0x3f;
    if (low === 0) {
      return 64 + (this.#header[1] ?? 0);
    }
    return low === 1 ? 64 + (this.#header[1] ?? 0) + (this.#header[2] ?? 0) * 256 : low;
  }

  #stream(id: number): ChunkStream {
    const known = this.#streams.get(id);
    if (known !== undefined) {
      return known;
    }
    if (this.#streams.size >= this.#limits.chunkStreamsMax) {
      throw new MediaError("limit", `more than ${this.#limits.chunkStreamsMax} chunk streams`);
    }
    const stream: ChunkStream = {
      id,
      hasHeader: false,
      extended: false,
      timestampMs: 0,
      deltaMs: 0,
      length: 0,
      type: 0,
      messageStreamId: 0,
      received: 0,
      scratch: EMPTY,
    };
    this.#streams.set(id, stream);
    return stream;
  }

  #beginChunk(headerBytes: number): void {
    const header = this.#header;
    const format = (header[0] ?? 0) >> 6;
    const stream = this.#stream(this.#chunkStreamId());
    if (format !== 3) {
      this.#readMessageHeader(stream, format, headerBytes);
    } else if (!stream.hasHeader) {
      throw new MediaError("protocol", "a chunk refers to a message header that was never sent");
    } else if (stream.received === 0) {
      // Section 5.3.1.2.4: a new message with the header of the last one advances by the same
      // delta.
      stream.timestampMs = (stream.timestampMs + stream.deltaMs) >>> 0;
    }
    this.#headerLength = 0;
    this.#reserve(stream);
    if (stream.length === 0) {
      this.#complete(stream);
      return;
    }
    this.#current = stream;
    this.#chunkRemaining = Math.min(this.#chunkSize, stream.length - stream.received);
  }

  #readMessageHeader(stream: ChunkStream, format: number, headerBytes: number): void {
    const header = this.#header;
    const basic = basicHeaderBytes(header[0] ?? 0);
    if (format !== 0 && !stream.hasHeader) {
      throw new MediaError("protocol", "a chunk refers to a message header that was never sent");
    }
    const field = header.readUIntBE(basic, 3);
    stream.extended = field === EXTENDED_TIMESTAMP;
    const time = stream.extended ? header.readUInt32BE(headerBytes - 4) : field;
    stream.deltaMs = time;
    stream.timestampMs = format === 0 ? time : (stream.timestampMs + time) >>> 0;
    if (format <= 1) {
      stream.length = header.readUIntBE(basic + 3, 3);
      stream.type = header[basic + 6] ?? 0;
    }
    if (format === 0) {
      stream.messageStreamId = header.readUInt32LE(basic + 7);
    }
    // A full header in the middle of a message begins another one; what was received is void.
    stream.received = 0;
    stream.hasHeader = true;
  }

  /** Makes room for the whole message before its first byte, within the connection's budget. */
  #reserve(stream: ChunkStream): void {
    if (stream.length > this.#limits.messageBytesMax) {
      throw new MediaError("limit", `a message announces ${stream.length} bytes`);
    }
    if (stream.length <= stream.scratch.length) {
      return;
    }
    const size = Math.ceil((stream.length * 1.25) / SCRATCH_STEP_BYTES) * SCRATCH_STEP_BYTES;
    this.#scratchBytes += size - stream.scratch.length;
    if (this.#scratchBytes > this.#limits.messageBytesMax * PARTIAL_BYTES_FACTOR) {
      throw new MediaError("limit", "the messages of a connection need too much memory");
    }
    stream.scratch = Buffer.allocUnsafeSlow(size);
  }

  #readPayload(bytes: Buffer, offset: number, stream: ChunkStream): number {
    const length = Math.min(this.#chunkRemaining, bytes.length - offset);
    bytes.copy(stream.scratch, stream.received, offset, offset + length);
    stream.received += length;
    this.#chunkRemaining -= length;
    if (this.#chunkRemaining === 0) {
      this.#current = undefined;
      if (stream.received === stream.length) {
        this.#complete(stream);
      }
    }
    return offset + length;
  }

  #complete(stream: ChunkStream): void {
    const payload = stream.scratch.subarray(0, stream.length);
    stream.received = 0;
    if (stream.type === MESSAGE.setChunkSize) {
      this.#setChunkSize(payload);
    } else if (stream.type === MESSAGE.abort) {
      this.#abort(payload);
    } else {
      this.#onMessage(stream.type, stream.messageStreamId, stream.timestampMs, payload);
    }
  }

  #setChunkSize(payload: Buffer): void {
    const size = payload.length < 4 ? 0 : payload.readUInt32BE(0);
    if (size < 1 || size > 0xffffff) {
      throw new MediaError("protocol", `chunk size ${size} is not between 1 and 16777215`);
    }
    this.#chunkSize = size;
  }

  #abort(payload: Buffer): void {
    const stream = payload.length < 4 ? undefined : this.#streams.get(payload.readUInt32BE(0));
    if (stream !== undefined) {
      stream.received = 0;
    }
  }
}

function basicHeaderBytes(first: number): 1 | 2 | 3 {
  const low = first & 0x3f;
  return low === 0 ? 2 : low === 1 ? 3 : 1;
}
