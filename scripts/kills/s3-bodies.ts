import { createHash } from "node:crypto";

const STAMP_EVERY_BYTES = 4_096;

/** Bytes that tell which body they are of, and of which place in it. */
export function bodyOf(number: number, size: number): Buffer {
  const bytes = Buffer.alloc(size, `${number}.`);
  for (let at = 0; at + 8 <= size; at += STAMP_EVERY_BYTES) bytes.writeDoubleBE(at, at);
  return bytes;
}

/** MD5, since that is the entity tag of a part. */
export function sumOf(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}
