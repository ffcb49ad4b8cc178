import { MediaError } from "../port/media-error.ts";

/** Between NAL units (ITU-T H.264, annex B); a zero byte may come before it. */
const START_CODE = Buffer.of(0, 0, 1);

/** Of one picture: 1080p has 8,160 macroblocks, each of which may be a slice of its own. */
const UNITS_MAX = 16_384;

/**
 * NAL units of a picture's byte stream, as views without what stands between them. Throws MediaError `limit` for more than
 * a picture has: a view of a tiny unit costs far more than to read it.
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
    if (end > begin) {
      if (units.length === UNITS_MAX) {
        throw new MediaError("limit", `a picture has more than ${UNITS_MAX} NAL units`);
      }
      units.push(bytes.subarray(begin, end));
    }
    start = next;
  }
  return units;
}
