/*
 * Opus in Ogg (RFC 3533, RFC 7845): a page for each packet.
 */

/** The clock of granule positions, whatever the input's was. */
export const OPUS_CLOCK_HZ = 48_000;
const CAPTURE = Buffer.from("OggS");
const FLAG = { first: 2 } as const;
const SEGMENT_BYTES = 255;
/** A page has 255 segments at most; packets of Opus are 61,440 bytes at most in theory. */
export const OPUS_PACKET_BYTES_MAX = 254 * SEGMENT_BYTES;
const CRC_AT = 22;
const SERIAL = 1;

/** Writes one stream of Opus. */
export class OggOpusWriter {
  #page = 0;

  /** The two pages before the sound. */
  head(channels: number): Buffer {
    const head = Buffer.alloc(19);
    head.write("OpusHead");
    head[8] = 1;
    head[9] = channels;
    head.writeUInt32LE(OPUS_CLOCK_HZ, 12);
    const vendor = Buffer.from("webrtc");
    const tags = Buffer.alloc(8 + 4 + vendor.length + 4);
    tags.write("OpusTags");
    tags.writeUInt32LE(vendor.length, 8);
    vendor.copy(tags, 12);
    return Buffer.concat([this.#write(head, 0, FLAG.first), this.#write(tags, 0, 0)]);
  }

  /** `granule`: samples up to the end of the packet. */
  packet(packet: Buffer, granule: number): Buffer {
    return this.#write(packet, granule, 0);
  }

  #write(packet: Buffer, granule: number, flags: number): Buffer {
    const whole = Math.floor(packet.length / SEGMENT_BYTES);
    const header = Buffer.alloc(27 + whole + 1, 0xff);
    CAPTURE.copy(header);
    header[4] = 0;
    header[5] = flags;
    header.writeBigUInt64LE(BigInt(granule), 6);
    header.writeUInt32LE(SERIAL, 14);
    header.writeUInt32LE(this.#page, 18);
    header.writeUInt32LE(0, CRC_AT);
    header[26] = whole + 1;
    header[27 + whole] = packet.length % SEGMENT_BYTES;
    this.#page += 1;
    const page = Buffer.concat([header, packet]);
    page.writeUInt32LE(oggCrc(page), CRC_AT);
    return page;
  }
}

const POLYNOMIAL = 0x04c11db7;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value < 0 ? (value << 1) ^ POLYNOMIAL : value << 1;
  }
  return value >>> 0;
});

function oggCrc(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc = ((crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0)) >>> 0;
  }
  return crc;
}
