import { MediaError } from "../media-error.ts";

/** One coded picture as a transport stream carries it: NAL units behind start codes (ITU-T H.264, annex B). */
export interface AvcAccessUnit {
  /** Without a leading access unit delimiter: the muxer writes its own. */
  readonly bytes: Buffer;
  readonly hasParameterSets: boolean;
}

const NAL_SPS = 7;
const NAL_DELIMITER = 9;
const START_CODE_BYTES = 4;

/**
 * Turns length-prefixed NAL units into start codes. With four-byte lengths, which every encoder sends, it is done in
 * place and nothing is copied. Throws MediaError `protocol` when a length points past the end.
 */
export function toAnnexB(units: Buffer, nalLengthBytes: number): AvcAccessUnit {
  const bytes = nalLengthBytes === START_CODE_BYTES ? units : widenLengths(units, nalLengthBytes);
  let hasParameterSets = false;
  let start = 0;
  let offset = 0;
  while (offset < bytes.length) {
    const length = readLength(bytes, offset, START_CODE_BYTES);
    bytes[offset] = 0;
    bytes[offset + 1] = 0;
    bytes[offset + 2] = 0;
    bytes[offset + 3] = 1;
    const type = length > 0 ? (bytes[offset + START_CODE_BYTES] ?? 0) & 0x1f : 0;
    hasParameterSets ||= type === NAL_SPS;
    if (type === NAL_DELIMITER && offset === 0) {
      start = START_CODE_BYTES + length;
    }
    offset += START_CODE_BYTES + length;
  }
  return { bytes: start === 0 ? bytes : bytes.subarray(start), hasParameterSets };
}

/** Throws MediaError `protocol` when a length points past the end. */
export function checkAccessUnit(units: Buffer, nalLengthBytes: number): void {
  for (let offset = 0; offset < units.length; ) {
    offset += nalLengthBytes + readLength(units, offset, nalLengthBytes);
  }
}

function readLength(bytes: Buffer, offset: number, lengthBytes: number): number {
  const left = bytes.length - offset - lengthBytes;
  const length = left < 0 ? 0 : bytes.readUIntBE(offset, lengthBytes);
  if (left < 0 || length > left) {
    throw new MediaError("protocol", "a NAL unit is cut short");
  }
  return length;
}

function widenLengths(units: Buffer, nalLengthBytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let offset = 0; offset < units.length; ) {
    const length = readLength(units, offset, nalLengthBytes);
    const head = Buffer.alloc(START_CODE_BYTES);
    head.writeUInt32BE(length);
    parts.push(head, units.subarray(offset + nalLengthBytes, offset + nalLengthBytes + length));
    offset += nalLengthBytes + length;
  }
  return Buffer.concat(parts);
}
