import { MediaError } from "../port/media-error.ts";

const HEADER_BYTES = 7;
const CRC_BYTES = 2;
const CHANNELS_IN_BAND = 0;

/** One frame's header (ISO/IEC 13818-7, 6.2). */
export interface AdtsHeader {
  /** AudioSpecificConfig of the stream. */
  readonly config: Buffer;
  /** Before the raw frame. */
  readonly headerBytes: number;
  /** Bytes of the frame, header included. */
  readonly frameBytes: number;
}

/**
 * Undefined where no frame begins at the offset, or where its header isn't whole. Throws MediaError
 * `unsupported-media` for what an AudioSpecificConfig of two bytes and one raw frame can't say.
 */
export function parseAdtsHeader(bytes: Buffer, offset: number): AdtsHeader | undefined {
  if (offset + HEADER_BYTES > bytes.length || (bytes.readUInt16BE(offset) & 0xfff6) !== 0xfff0) {
    return undefined;
  }
  const [, first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = bytes.subarray(
    offset,
    offset + HEADER_BYTES,
  );
  const objectType = (second >> 6) + 1;
  const samplingIndex = (second >> 2) & 0x0f;
  const channels = ((second & 1) << 2) | (third >> 6);
  const frameBytes = ((third & 3) << 11) | (fourth << 3) | (fifth >> 5);
  const headerBytes = (first & 1) === 1 ? HEADER_BYTES : HEADER_BYTES + CRC_BYTES;
  if (frameBytes < headerBytes || samplingIndex > 12) {
    return undefined;
  }
  if (channels === CHANNELS_IN_BAND || (sixth & 3) !== 0) {
    throw new MediaError("unsupported-media", "this layout of AAC frames is not supported");
  }
  const config = Buffer.of(
    (objectType << 3) | (samplingIndex >> 1),
    ((samplingIndex & 1) << 7) | (channels << 3),
  );
  return { config, headerBytes, frameBytes };
}
