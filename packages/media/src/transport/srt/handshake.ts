import { EXTENSION } from "./packet.ts";
import { SrtRejection } from "./reject-reason.ts";

/** The handshake packet's body (draft-sharabayko-srt-01, section 3.2.1). */
export const HANDSHAKE_BYTES = 48;
export const HANDSHAKE_TYPE = {
  induction: 1,
  conclusion: 0xffffffff,
  /** The type of a rejection, to which the reason's code is added. */
  rejection: 1_000,
} as const;
/**
 * The field that an induction's answer carries where its request has a socket type: extensions are
 * understood here.
 */
export const SRT_MAGIC = 0x4a17;
const EXTENDS = { handshake: 1, keyMaterial: 2 } as const;
const EXTENSIONS_MAX = 16;

/** Section 3.2.1.1.1. */
const CAPABILITY = {
  timestampedSending: 1,
  timestampedReceiving: 2,
  encryption: 4,
  tooLateDrop: 8,
  periodicLossReport: 16,
  retransmissionFlag: 32,
  /** A byte stream instead of messages: file transfer. */
  stream: 64,
  packetFilter: 128,
} as const;

const SPOKEN =
  CAPABILITY.timestampedSending |
  CAPABILITY.timestampedReceiving |
  CAPABILITY.tooLateDrop |
  CAPABILITY.periodicLossReport |
  CAPABILITY.retransmissionFlag;
/** The version whose behaviour is spoken: 1.5.0. */
const SRT_VERSION = 0x010500;

export interface Handshake {
  readonly version: number;
  readonly encryption: number;
  readonly extension: number;
  readonly initialSequence: number;
  /** Bytes of the largest packet, with the headers of IP and UDP. */
  readonly maximumSegment: number;
  /** Packets. */
  readonly flowWindow: number;
  readonly type: number;
  /** The sender's. */
  readonly socketId: number;
  readonly cookie: number;
}

/** Parses a body of at least 48 bytes. */
export function parseHandshake(body: Buffer): Handshake {
  return {
    version: body.readUInt32BE(0),
    encryption: body.readUInt16BE(4),
    extension: body.readUInt16BE(6),
    initialSequence: body.readUInt32BE(8) & 0x7fffffff,
    maximumSegment: body.readUInt32BE(12),
    flowWindow: body.readUInt32BE(16),
    type: body.readUInt32BE(20),
    socketId: body.readUInt32BE(24),
    cookie: body.readUInt32BE(28),
  };
}

export function writeHandshake(
  handshake: Handshake,
  extensions: readonly { readonly type: number; readonly content: Buffer }[] = [],
): Buffer {
  const fixed = Buffer.alloc(HANDSHAKE_BYTES);
  fixed.writeUInt32BE(handshake.version, 0);
  fixed.writeUInt16BE(handshake.encryption, 4);
  fixed.writeUInt16BE(handshake.extension, 6);
  fixed.writeUInt32BE(handshake.initialSequence, 8);
  fixed.writeUInt32BE(handshake.maximumSegment, 12);
  fixed.writeUInt32BE(handshake.flowWindow, 16);
  fixed.writeUInt32BE(handshake.type, 20);
  fixed.writeUInt32BE(handshake.socketId, 24);
  fixed.writeUInt32BE(handshake.cookie, 28);
  const parts = extensions.flatMap(({ type, content }) => {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(content.length / 4, 2);
    return [head, content];
  });
  return Buffer.concat([fixed, ...parts]);
}

/** A caller's wishes in its conclusion. */
export interface ConnectionRequest {
  /** `0x010502` is 1.5.2. */
  readonly srtVersion: number;
  readonly capabilities: number;
  /** Milliseconds of delay that the caller wants us to add; the larger of both sides' counts. */
  readonly latencyMs: number;
  readonly streamId: string;
  readonly keyMaterial: Buffer | undefined;
}

/**
 * Parses a conclusion's body. Throws SrtRejection for what it lacks, and for what isn't spoken
 * here.
 */
export function parseConnectionRequest(body: Buffer): ConnectionRequest {
  const { extension } = parseHandshake(body);
  if ((extension & EXTENDS.handshake) === 0) {
    throw new SrtRejection("rogue", "the handshake lacks its SRT extension");
  }
  const contents = readExtensions(body);
  const asked = contents.get(EXTENSION.handshakeRequest);
  if (asked === undefined || asked.length < 12) {
    throw new SrtRejection("rogue", "the handshake lacks its SRT extension");
  }
  const capabilities = asked.readUInt32BE(4);
  refuseOtherModes(capabilities, contents);
  return {
    srtVersion: asked.readUInt32BE(0),
    capabilities,
    latencyMs: asked.readUInt16BE(10),
    streamId: readText(contents.get(EXTENSION.streamId)),
    keyMaterial: contents.get(EXTENSION.keyMaterialRequest),
  };
}

function readExtensions(body: Buffer): ReadonlyMap<number, Buffer> {
  const contents = new Map<number, Buffer>();
  for (let offset = HANDSHAKE_BYTES; offset + 4 <= body.length; ) {
    const end = offset + 4 + body.readUInt16BE(offset + 2) * 4;
    if (end > body.length || contents.size >= EXTENSIONS_MAX) {
      throw new SrtRejection("rogue", "the handshake's extensions are malformed");
    }
    contents.set(body.readUInt16BE(offset), body.subarray(offset + 4, end));
    offset = end;
  }
  return contents;
}

/** Live mode alone is spoken: messages, no packet filter, no group of connections. */
function refuseOtherModes(capabilities: number, contents: ReadonlyMap<number, Buffer>): void {
  if ((capabilities & CAPABILITY.stream) !== 0) {
    throw new SrtRejection("messageApi", "file transfer is not spoken here: use live mode");
  }
  const congestion = contents.get(EXTENSION.congestion);
  if (congestion !== undefined && readText(congestion) !== "live") {
    throw new SrtRejection("congestion", "only live congestion control is spoken here");
  }
  if (contents.has(EXTENSION.filter)) {
    throw new SrtRejection("filter", "packet filters (FEC) are not spoken here");
  }
  if (contents.has(EXTENSION.group)) {
    throw new SrtRejection("group", "bonded connections are not spoken here");
  }
}

/** Texts travel as little-endian words, padded with zeros (section 3.2.1.3). */
function readText(content: Buffer | undefined): string {
  if (content === undefined) {
    return "";
  }
  return Buffer.from(content).swap32().toString("utf8").replace(/\0+$/, "");
}

/** The extension by which a listener agrees. */
export function writeAgreement(latencyMs: number, encrypted: boolean): Buffer {
  const content = Buffer.alloc(12);
  content.writeUInt32BE(SRT_VERSION, 0);
  content.writeUInt32BE(encrypted ? SPOKEN | CAPABILITY.encryption : SPOKEN, 4);
  content.writeUInt16BE(latencyMs, 8);
  content.writeUInt16BE(latencyMs, 10);
  return content;
}

/** Which extensions an answer carries. */
export function extensionFlags(encrypted: boolean): number {
  return encrypted ? EXTENDS.handshake | EXTENDS.keyMaterial : EXTENDS.handshake;
}
