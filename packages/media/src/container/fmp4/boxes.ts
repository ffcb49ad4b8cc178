/** Boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2). */

/** A box of concatenated parts. `type` has four characters. */
export function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 8);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(length);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, ...parts], length);
}

/** A box with version and flags. */
export function fullBox(
  type: string,
  version: number,
  flags: number,
  ...parts: readonly Buffer[]
): Buffer {
  return box(type, u32((version << 24) | flags), ...parts);
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) {
    bytes.writeUInt16BE(value & 0xffff, 2 * index);
  }
  return bytes;
}

/** Signed values are written in two's complement. */
export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) {
    bytes.writeUInt32BE(value >>> 0, 4 * index);
  }
  return bytes;
}

/** Whole numbers up to 2^53. */
export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** Zero-terminated. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, "utf8");
}
