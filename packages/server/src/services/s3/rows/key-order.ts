/**
 * The smallest text that sorts after every text with `prefix`, in the order of code points, which
 * is the order of UTF-8 bytes and so S3's and the database's. Undefined: nothing does.
 */
export function successorOf(prefix: string): string | undefined {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const next = nextCodePoint(last.codePointAt(0) ?? 0);
    if (next !== undefined) return points.join("") + String.fromCodePoint(next);
  }
  return undefined;
}

const SURROGATES_FIRST = 0xd800;
const SURROGATES_LAST = 0xdfff;
const CODE_POINT_MAX = 0x10ffff;

function nextCodePoint(point: number): number | undefined {
  if (point >= CODE_POINT_MAX) return undefined;
  // Surrogates are no characters: UTF-8 has no bytes for them.
  return point + 1 >= SURROGATES_FIRST && point + 1 <= SURROGATES_LAST
    ? SURROGATES_LAST + 1
    : point + 1;
}
