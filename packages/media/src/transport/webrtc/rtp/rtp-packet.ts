/*
 * RTP's packets (RFC 3550, 5.1) with header extensions (RFC 8285). All numbers are big-endian.
 */

const FIXED_BYTES = 12;
const VERSION = 2;
const ONE_BYTE_PROFILE = 0xbede;
const TWO_BYTE_PROFILE = 0x1000;
/** Sequence numbers wrap here. */
export const SEQUENCE_MODULUS = 0x10000;

export interface RtpHeader {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** Length of header, contributors and extensions: the payload begins there. */
  readonly bytes: number;
  readonly hasPadding: boolean;
  /** Offset of the extensions' contents; 0 where there are none. */
  readonly extensionsAt: number;
  readonly extensionProfile: number;
}

/** A packet in clear. */
export interface RtpPacket extends RtpHeader {
  readonly payload: Buffer;
}

/** Member by member: to spread the header of each packet is slow. */
export function rtpPacket(header: RtpHeader, payload: Buffer): RtpPacket {
  return {
    marker: header.marker,
    payloadType: header.payloadType,
    sequence: header.sequence,
    timestamp: header.timestamp,
    ssrc: header.ssrc,
    bytes: header.bytes,
    hasPadding: header.hasPadding,
    extensionsAt: header.extensionsAt,
    extensionProfile: header.extensionProfile,
    payload,
  };
}

/** RTP and RTCP share a port: the second byte tells them apart (RFC 5761, 4). */
export function isRtcp(datagram: Buffer): boolean {
  const type = datagram[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** Undefined for bytes that aren't an RTP packet. */
export function parseRtpHeader(bytes: Buffer): RtpHeader | undefined {
  const first = bytes[0] ?? 0;
  if (bytes.length < FIXED_BYTES || first >> 6 !== VERSION) {
    return undefined;
  }
  const second = bytes[1] ?? 0;
  let at = FIXED_BYTES + 4 * (first & 0x0f);
  let extensionsAt = 0;
  let extensionProfile = 0;
  if ((first & 0x10) !== 0) {
    if (at + 4 > bytes.length) {
      return undefined;
    }
    extensionProfile = bytes.readUInt16BE(at);
    extensionsAt = at + 4;
    at = extensionsAt + 4 * bytes.readUInt16BE(at + 2);
  }
  if (at > bytes.length) {
    return undefined;
  }
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    bytes: at,
    hasPadding: (first & 0x20) !== 0,
    extensionsAt,
    extensionProfile,
  };
}

/** The payload without its padding; undefined where that is longer than the payload. */
export function withoutPadding({ hasPadding }: RtpHeader, payload: Buffer): Buffer | undefined {
  if (!hasPadding) {
    return payload;
  }
  const padding = payload.at(-1) ?? 0;
  return padding === 0 || padding > payload.length ? undefined : payload.subarray(0, -padding);
}

/** The value of a header extension, a view of the packet's bytes. */
export function rtpExtension(bytes: Buffer, header: RtpHeader, id: number): Buffer | undefined {
  const { extensionsAt, extensionProfile } = header;
  if (extensionsAt === 0) {
    return undefined;
  }
  const isOneByte = extensionProfile === ONE_BYTE_PROFILE;
  if (!isOneByte && (extensionProfile & 0xfff0) !== TWO_BYTE_PROFILE) {
    return undefined;
  }
  for (let at = extensionsAt; at < header.bytes; ) {
    const first = bytes[at] ?? 0;
    if (first === 0) {
      at += 1;
      continue;
    }
    const found = isOneByte ? first >> 4 : first;
    if (isOneByte && found === 15) {
      return undefined;
    }
    const from = at + (isOneByte ? 1 : 2);
    const end = from + (isOneByte ? (first & 0x0f) + 1 : (bytes[at + 1] ?? 0));
    if (end > header.bytes) {
      return undefined;
    }
    if (found === id) {
      return bytes.subarray(from, end);
    }
    at = end;
  }
  return undefined;
}

/** How far one sequence number is after another one, from -32768 to 32767. */
export function sequenceStep(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

export interface RtpToWrite {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** Values by id, of 1 to 16 bytes each. */
  readonly extensions?: ReadonlyMap<number, Buffer>;
  readonly payload: Buffer;
}

/** Writes a packet in clear. */
export function writeRtp(packet: RtpToWrite): Buffer {
  const extensions = writeExtensions(packet.extensions);
  const header = Buffer.alloc(FIXED_BYTES);
  header[0] = (VERSION << 6) | (extensions.length > 0 ? 0x10 : 0);
  header[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  header.writeUInt16BE(packet.sequence, 2);
  header.writeUInt32BE(packet.timestamp, 4);
  header.writeUInt32BE(packet.ssrc, 8);
  return Buffer.concat([header, extensions, packet.payload]);
}

function writeExtensions(values: ReadonlyMap<number, Buffer> | undefined): Buffer {
  if (values === undefined || values.size === 0) {
    return Buffer.alloc(0);
  }
  const parts = [...values].flatMap(([id, value]) => [
    Buffer.of((id << 4) | (value.length - 1)),
    value,
  ]);
  const content = Buffer.concat(parts);
  const words = Math.ceil(content.length / 4);
  const bytes = Buffer.alloc(4 + 4 * words);
  bytes.writeUInt16BE(ONE_BYTE_PROFILE, 0);
  bytes.writeUInt16BE(words, 2);
  content.copy(bytes, 4);
  return bytes;
}
