/** SRT's packets (draft-sharabayko-srt-01, section 3), all numbers big-endian. */
export const HEADER_BYTES = 16;
/** A UDP datagram never exceeds this. */
export const PACKET_BYTES_MAX = 1_500;

export const CONTROL = {
  handshake: 0,
  keepAlive: 1,
  ack: 2,
  nak: 3,
  congestionWarning: 4,
  shutdown: 5,
  ackAck: 6,
  dropRequest: 7,
  peerError: 8,
  userDefined: 0x7fff,
} as const;

/** Kinds of handshake extensions, and subtypes of user-defined control packets. */
export const EXTENSION = {
  handshakeRequest: 1,
  handshakeResponse: 2,
  keyMaterialRequest: 3,
  keyMaterialResponse: 4,
  streamId: 5,
  congestion: 6,
  filter: 7,
  group: 8,
} as const;

export interface ControlPacket {
  readonly kind: "control";
  readonly type: number;
  readonly subtype: number;
  /** Type-specific: an ACK's or a message's number. */
  readonly info: number;
  readonly body: Buffer;
}

export interface DataPacket {
  readonly kind: "data";
  readonly sequence: number;
  /** 0 in clear, 1 under the even key, 2 under the odd one. */
  readonly key: number;
  readonly payload: Buffer;
}

export type SrtPacket = ControlPacket | DataPacket;

/**
 * Destination socket id: 0 for one that wants a connection. Undefined where there is no whole
 * header.
 */
export function destinationOf(datagram: Buffer): number | undefined {
  return datagram.length < HEADER_BYTES ? undefined : datagram.readUInt32BE(12);
}

/** Parses a datagram that has a header. The body is a view. */
export function parsePacket(datagram: Buffer): SrtPacket {
  const first = datagram.readUInt32BE(0);
  const second = datagram.readUInt32BE(4);
  const body = datagram.subarray(HEADER_BYTES);
  if (first >>> 31 === 1) {
    return {
      kind: "control",
      type: (first >>> 16) & 0x7fff,
      subtype: first & 0xffff,
      info: second,
      body,
    };
  }
  return {
    kind: "data",
    sequence: first,
    key: (second >>> 27) & 3,
    payload: body,
  };
}

export interface ControlFields {
  readonly type: number;
  readonly subtype?: number;
  readonly info?: number;
  /** Microseconds since the connection began; 32 bits of it travel. */
  readonly timestampUs: number;
  readonly destination: number;
}

export function writeControl(fields: ControlFields, body: Buffer): Buffer {
  const { type, subtype = 0, info = 0, timestampUs, destination } = fields;
  const packet = Buffer.alloc(HEADER_BYTES + body.length);
  packet.writeUInt16BE(0x8000 | type, 0);
  packet.writeUInt16BE(subtype, 2);
  packet.writeUInt32BE(info >>> 0, 4);
  packet.writeUInt32BE(Math.floor(timestampUs) % 2 ** 32, 8);
  packet.writeUInt32BE(destination, 12);
  body.copy(packet, HEADER_BYTES);
  return packet;
}

/** Some control packets have nothing to say, but libsrt sends and expects a word all the same. */
export const EMPTY_BODY = Buffer.alloc(4);
