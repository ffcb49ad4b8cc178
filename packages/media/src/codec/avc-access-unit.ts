import { MediaError } from "../port/media-error.ts";

/** One coded picture as a transport stream carries it: NAL units behind start codes (ITU-T H.264, annex B). */
export interface AvcAccessUnit {
  /** Without a leading access unit delimiter: the muxer writes its own. */
  readonly bytes: Buffer;
  readonly hasParameterSets: boolean;
}

/** ITU-T H.264, table 7-1. */
export const AVC_NAL = { slice: 1, idr: 5, sps: 7, pps: 8, delimiter: 9, filler: 12 } as const;
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
    hasParameterSets ||= type === AVC_NAL.sps;
    if (type === AVC_NAL.delimiter && offset === 0) {
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

/**
 * Parameter sets before the picture's own units, as views. Neither more than `setsMax` of them nor others: one message has
 * room for millions of units. Throws MediaError `protocol` when a length points past the end.
 */
export function avcSetsBeforeSlice(
  units: Buffer,
  nalLengthBytes: number,
  setsMax: number,
): Buffer[] {
  const sets: Buffer[] = [];
  for (let offset = 0; offset < units.length && sets.length < setsMax; ) {
    const start = offset + nalLengthBytes;
    const end = start + readLength(units, offset, nalLengthBytes);
    const type = end > start ? (units[start] ?? 0) & 0x1f : 0;
    if (type >= AVC_NAL.slice && type <= AVC_NAL.idr) {
      break;
    }
    if (type === AVC_NAL.sps || type === AVC_NAL.pps) {
      sets.push(units.subarray(start, end));
    }
    offset = end;
  }
  return sets;
}

/** 0, which is no unit's type, of an empty one. */
export function avcNalType(unit: Buffer): number {
  return (unit[0] ?? 0) & 0x1f;
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
  let count = 0;
  for (let offset = 0; offset < units.length; count += 1) {
    offset += nalLengthBytes + readLength(units, offset, nalLengthBytes);
  }
  const widened = Buffer.allocUnsafe(units.length + count * (START_CODE_BYTES - nalLengthBytes));
  let at = 0;
  for (let offset = 0; offset < units.length; ) {
    const start = offset + nalLengthBytes;
    offset = start + readLength(units, offset, nalLengthBytes);
    widened.writeUInt32BE(offset - start, at);
    at += START_CODE_BYTES + units.copy(widened, at + START_CODE_BYTES, start, offset);
  }
  return widened;
}
