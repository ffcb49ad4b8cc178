/** CRC-32C (Castagnoli), eight bytes a step. Source: RFC 3720, appendix B.4. */
const POLYNOMIAL = 0x82f63b78;
const TABLES = makeTables();

/** Continues `crc` (0 at the beginning) over `bytes`; an unsigned 32-bit number, as zlib.crc32. */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wholeSteps = bytes.byteLength - (bytes.byteLength % 8);
  let state = ~crc;
  let at = 0;
  for (; at < wholeSteps; at += 8) {
    const low = view.getInt32(at, true) ^ state;
    const high = view.getInt32(at + 4, true);
    state =
      look(7, low & 255) ^
      look(6, (low >>> 8) & 255) ^
      look(5, (low >>> 16) & 255) ^
      look(4, low >>> 24) ^
      look(3, high & 255) ^
      look(2, (high >>> 8) & 255) ^
      look(1, (high >>> 16) & 255) ^
      look(0, high >>> 24);
  }
  for (; at < bytes.byteLength; at++) {
    state = look(0, (state ^ view.getUint8(at)) & 255) ^ (state >>> 8);
  }
  return ~state >>> 0;
}

function look(table: number, byte: number): number {
  return TABLES[table * 256 + byte] ?? 0;
}

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
    tables[byte] = value;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256] ?? 0;
    tables[at] = (tables[before & 255] ?? 0) ^ (before >>> 8);
  }
  return tables;
}
