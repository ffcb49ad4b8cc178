import { crc32, deflateSync } from "node:zlib";
import encodeQR from "qr";

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Pixels of a module, so that a phone reads it from a screen. */
const MODULE_PX = 6;
/** Source: ISO/IEC 18004, "quiet zone". */
const BORDER_MODULES = 4;

/** A QR code as a black and white PNG image. */
export function qrCodePng(text: string): Uint8Array {
  const modules = encodeQR(text, "raw", { border: BORDER_MODULES });
  const sizePx = modules.length * MODULE_PX;
  const rowBytes = Math.ceil(sizePx / 8);
  const rows = modules.map((row) => {
    // Each row begins with the number of its filter: none.
    const bytes = Buffer.alloc(1 + rowBytes);
    for (let x = 0; x < sizePx; x++) {
      const white = row[Math.floor(x / MODULE_PX)] !== true;
      if (white) bytes[1 + (x >> 3)] = (bytes[1 + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
    }
    return Buffer.concat(Array.from({ length: MODULE_PX }, () => bytes));
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sizePx, 0);
  header.writeUInt32BE(sizePx, 4);
  // One bit of grey; compression, filter and interlacing are the defaults, 0.
  header.writeUInt8(1, 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
