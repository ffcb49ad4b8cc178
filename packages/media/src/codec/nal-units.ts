import { MediaError } from "../port/media-error.ts";

/** A picture of 1080p has 8,160 macroblocks, each of which may be a slice of its own. */
const UNITS_MAX = 16_384;
/** Every container puts a length or a start code of so many bytes before each unit. */
export const NAL_PREFIX_BYTES = 4;

/**
 * Adds a NAL unit of one picture as a view. Throws MediaError `limit` for more units than a picture
 * has, because a view of a tiny unit costs far more than reading it. Leaves out empty ones.
 */
export function addNalUnit(units: Buffer[], bytes: Buffer, start: number, end: number): void {
  if (end <= start) {
    return;
  }
  if (units.length === UNITS_MAX) {
    throw new MediaError("limit", `a picture has more than ${UNITS_MAX} NAL units`);
  }
  units.push(bytes.subarray(start, end));
}

/**
 * Reads NAL units after lengths of so many bytes, as views. Throws MediaError `protocol` if a
 * length points past the end.
 */
export function splitLengthPrefixed(bytes: Buffer, lengthBytes: number): Buffer[] {
  const units: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const start = offset + lengthBytes;
    const left = bytes.length - start;
    const length = left < 0 ? 0 : bytes.readUIntBE(offset, lengthBytes);
    if (left < 0 || length > left) {
      throw new MediaError("protocol", "a NAL unit is cut short");
    }
    offset = start + length;
    addNalUnit(units, bytes, start, offset);
  }
  return units;
}

/** Counts the bytes of a picture's NAL units in a container, each with its length or start code. */
export function nalUnitsBytes(units: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const unit of units) {
    bytes += NAL_PREFIX_BYTES + unit.length;
  }
  return bytes;
}

/** Writes NAL units, each after a length of four bytes; returns where they end. */
export function writeLengthPrefixed(
  units: readonly Buffer[],
  into: Buffer,
  offset: number,
): number {
  let at = offset;
  for (const unit of units) {
    at = into.writeUInt32BE(unit.length, at);
    at += unit.copy(into, at);
  }
  return at;
}

/** Writes NAL units, each after a start code (ITU-T H.264, annex B). */
export function writeStartCoded(units: readonly Buffer[], into: Buffer, offset: number): void {
  let at = offset;
  for (const unit of units) {
    at = into.writeUInt32BE(1, at);
    at += unit.copy(into, at);
  }
}
