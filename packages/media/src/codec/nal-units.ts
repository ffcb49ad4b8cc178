import { MediaError } from "../port/media-error.ts";

/** Of one picture: 1080p has 8,160 macroblocks, each of which may be a slice of its own. */
const UNITS_MAX = 16_384;
/** Of the length or start code that stands before each unit in every container. */
export const NAL_PREFIX_BYTES = 4;

/**
 * Collects the NAL units of one picture as views. Throws MediaError `limit` for more than a picture
 * has: a view of a tiny unit costs far more than to read it. Empty ones say nothing and are left
 * out.
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
 * NAL units after lengths of so many bytes, as views. Throws MediaError `protocol` where a length
 * points past the end.
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

/** Bytes of a picture's NAL units in a container, each after its length or start code. */
export function nalUnitsBytes(units: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const unit of units) {
    bytes += NAL_PREFIX_BYTES + unit.length;
  }
  return bytes;
}

/** Writes NAL units after lengths of four bytes; returns where they end. */
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

/** Writes NAL units after start codes (ITU-T H.264, annex B). */
export function writeStartCoded(units: readonly Buffer[], into: Buffer, offset: number): void {
  let at = offset;
  for (const unit of units) {
    at = into.writeUInt32BE(1, at);
    at += unit.copy(into, at);
  }
}
