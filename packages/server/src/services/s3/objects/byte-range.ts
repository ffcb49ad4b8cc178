import { invalidRange } from "../errors.ts";

/** Bytes `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The range that a `Range` header asks of `sizeBytes` bytes. Undefined, for all of them, when the
 * header isn't one single byte range: S3 ignores it then, as RFC 9110 (14.2) lets it. Throws
 * InvalidRange when no byte of the range exists.
 */
export function parseByteRange(header: string, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,18})-(\d{0,18})$/.exec(header.trim());
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const suffix = Number(last);
    if (suffix === 0 || sizeBytes === 0) throw invalidRange(header, sizeBytes);
    return { start: Math.max(0, sizeBytes - suffix), end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= sizeBytes) throw invalidRange(header, sizeBytes);
  return { start, end };
}
