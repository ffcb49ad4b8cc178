/** The part of a content that a request asked for. */
export interface ByteRange {
  readonly start: number;
  /** The index after the last byte. */
  readonly end: number;
}

/**
 * Reads a `Range` header with one range (RFC 9110, section 14). Undefined: the whole content, which
 * is also the answer to several ranges and to what can't be read.
 */
export function readByteRange(
  header: string | undefined,
  length: number,
): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const suffix = Math.min(Number(last), length);
    return suffix === 0 ? "unsatisfiable" : { start: length - suffix, end: length };
  }
  const start = Number(first);
  const end = last === "" ? length : Math.min(Number(last) + 1, length);
  if (start >= length) return "unsatisfiable";
  return end > start ? { start, end } : undefined;
}
