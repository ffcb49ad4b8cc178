import { addNalUnit } from "./nal-units.ts";

/** Between NAL units (ITU-T H.264, annex B); a zero byte may come before it. */
const START_CODE = Buffer.of(0, 0, 1);

/**
 * Returns the NAL units of a picture's byte stream as views, without start codes. Throws MediaError
 * `limit` for more than a picture has.
 */
export function splitAnnexB(bytes: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let start = bytes.indexOf(START_CODE);
  while (start >= 0) {
    const begin = start + START_CODE.length;
    const next = bytes.indexOf(START_CODE, begin);
    let end = next < 0 ? bytes.length : next;
    // No NAL unit ends with a zero byte.
    while (end > begin && bytes[end - 1] === 0) {
      end -= 1;
    }
    addNalUnit(units, bytes, begin, end);
    start = next;
  }
  return units;
}
