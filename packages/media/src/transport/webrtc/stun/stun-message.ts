import { createHmac, timingSafeEqual } from "node:crypto";
import { isIPv4 } from "node:net";
import { crc32 } from "node:zlib";

/*
 * STUN (RFC 8489) as far as an ICE-lite agent needs it: reads binding requests, writes answers.
 */

const HEADER_BYTES = 20;
const ATTRIBUTE_HEADER_BYTES = 4;
const MAGIC_COOKIE = 0x2112a442;
const FINGERPRINT_MASK = 0x5354554e;
const INTEGRITY_BYTES = 20;
const FINGERPRINT_BYTES = 4;
/** Peers send some ten. */
const ATTRIBUTES_MAX = 32;

export const STUN_TYPE = {
  bindingRequest: 0x0001,
  bindingIndication: 0x0011,
  bindingSuccess: 0x0101,
  bindingError: 0x0111,
} as const;

export const STUN_ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  xorMappedAddress: 0x0020,
  useCandidate: 0x0025,
  software: 0x8022,
  fingerprint: 0x8028,
} as const;

export interface StunMessage {
  readonly type: number;
  readonly transactionId: Buffer;
  /** The first of each type before the message's integrity: nothing after that is protected. */
  readonly attributes: ReadonlyMap<number, Buffer>;
  /** Offset of MESSAGE-INTEGRITY. */
  readonly integrityAt: number | undefined;
  readonly bytes: Buffer;
}

export interface StunAddress {
  readonly address: string;
  readonly port: number;
}

/** Undefined for bytes that aren't a STUN message, or whose fingerprint is wrong. */
export function parseStun(bytes: Buffer): StunMessage | undefined {
  if (
    bytes.length < HEADER_BYTES ||
    (bytes.readUInt8(0) & 0xc0) !== 0 ||
    bytes.readUInt32BE(4) !== MAGIC_COOKIE ||
    bytes.readUInt16BE(2) !== bytes.length - HEADER_BYTES ||
    bytes.length % 4 !== 0
  ) {
    return undefined;
  }
  const attributes = new Map<number, Buffer>();
  let integrityAt: number | undefined;
  let count = 0;
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const length = at + ATTRIBUTE_HEADER_BYTES <= bytes.length ? bytes.readUInt16BE(at + 2) : -1;
    const end = at + ATTRIBUTE_HEADER_BYTES + length;
    count += 1;
    if (length < 0 || end > bytes.length || count > ATTRIBUTES_MAX) {
      return undefined;
    }
    const type = bytes.readUInt16BE(at);
    const value = bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, end);
    if (type === STUN_ATTRIBUTE.fingerprint) {
      const isLast = end === bytes.length && length === FINGERPRINT_BYTES;
      return isLast && value.readUInt32BE(0) === fingerprintOf(bytes.subarray(0, at))
        ? message(bytes, attributes, integrityAt)
        : undefined;
    }
    if (type === STUN_ATTRIBUTE.messageIntegrity) {
      if (integrityAt !== undefined || length !== INTEGRITY_BYTES) {
        return undefined;
      }
      integrityAt = at;
    } else if (integrityAt === undefined && !attributes.has(type)) {
      attributes.set(type, value);
    }
    at = end + padding(length);
  }
  return message(bytes, attributes, integrityAt);
}

/** Whether whoever wrote the message knows the password. */
export function hasIntegrity({ bytes, integrityAt }: StunMessage, password: string): boolean {
  if (integrityAt === undefined) {
    return false;
  }
  const at = integrityAt + ATTRIBUTE_HEADER_BYTES;
  const given = bytes.subarray(at, at + INTEGRITY_BYTES);
  return timingSafeEqual(given, integrityOf(bytes.subarray(0, integrityAt), password));
}

/** The answer to a binding request: says from which address it came. */
export function writeBindingSuccess(
  transactionId: Buffer,
  from: StunAddress,
  password: string,
): Buffer {
  const mapped = xorMappedAddress(from, transactionId);
  return write(STUN_TYPE.bindingSuccess, transactionId, [mapped], password);
}

/** RFC 8489, 6.3.4 and 9.1.3: the request is malformed (400), or of somebody else (401). */
export function writeBindingError(transactionId: Buffer, code: 400 | 401): Buffer {
  const reason = Buffer.from(code === 400 ? "Bad Request" : "Unauthenticated");
  const value = Buffer.concat([Buffer.of(0, 0, Math.floor(code / 100), code % 100), reason]);
  const error = attribute(STUN_ATTRIBUTE.errorCode, value);
  return write(STUN_TYPE.bindingError, transactionId, [error], undefined);
}

/** A message with these attributes; with a password it has its integrity, too. */
export function write(
  type: number,
  transactionId: Buffer,
  attributes: readonly Buffer[],
  password: string | undefined,
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(type, 0);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  transactionId.copy(header, 8);
  let bytes = Buffer.concat([header, ...attributes]);
  if (password !== undefined) {
    const integrity = integrityOf(bytes, password);
    bytes = Buffer.concat([bytes, attribute(STUN_ATTRIBUTE.messageIntegrity, integrity)]);
  }
  const total = bytes.length + ATTRIBUTE_HEADER_BYTES + FINGERPRINT_BYTES;
  bytes.writeUInt16BE(total - HEADER_BYTES, 2);
  const fingerprint = Buffer.alloc(FINGERPRINT_BYTES);
  fingerprint.writeUInt32BE(fingerprintOf(bytes));
  return Buffer.concat([bytes, attribute(STUN_ATTRIBUTE.fingerprint, fingerprint)]);
}

export function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(ATTRIBUTE_HEADER_BYTES + value.length + padding(value.length));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, ATTRIBUTE_HEADER_BYTES);
  return bytes;
}

function message(
  bytes: Buffer,
  attributes: ReadonlyMap<number, Buffer>,
  integrityAt: number | undefined,
): StunMessage {
  const transactionId = bytes.subarray(8, HEADER_BYTES);
  return { type: bytes.readUInt16BE(0), transactionId, attributes, integrityAt, bytes };
}

/** HMAC-SHA1 of what comes before it, with a length that counts the integrity itself. */
function integrityOf(before: Buffer, password: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(before.length + ATTRIBUTE_HEADER_BYTES + INTEGRITY_BYTES - HEADER_BYTES);
  return createHmac("sha1", password)
    .update(before.subarray(0, 2))
    .update(length)
    .update(before.subarray(4))
    .digest();
}

function fingerprintOf(before: Buffer): number {
  return (crc32(before) ^ FINGERPRINT_MASK) >>> 0;
}

function padding(length: number): number {
  return -length & 3;
}

function xorMappedAddress({ address, port }: StunAddress, transactionId: Buffer): Buffer {
  const raw = addressBytes(address);
  const mask = Buffer.alloc(4);
  mask.writeUInt32BE(MAGIC_COOKIE);
  const value = Buffer.concat([Buffer.of(0, raw.length === 4 ? 1 : 2, 0, 0), raw]);
  value.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 2);
  const whole = Buffer.concat([mask, transactionId]);
  for (let index = 0; index < raw.length; index += 1) {
    value[4 + index] = (raw[index] ?? 0) ^ (whole[index] ?? 0);
  }
  return attribute(STUN_ATTRIBUTE.xorMappedAddress, value);
}

/** Four bytes of an IPv4 address, also of one that is written in IPv6's way; else sixteen. */
function addressBytes(text: string): Buffer {
  const mapped = text.replace(/^::ffff:(?=\d+\.)/i, "");
  if (isIPv4(mapped)) {
    return Buffer.from(mapped.split(".").map(Number));
  }
  const [before = "", after] = (text.split("%")[0] ?? "").split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const [head, tail] = [groups(before), groups(after ?? "")];
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  const hex = [...head, ...zeros, ...tail].map((group) => group.padStart(4, "0")).join("");
  return Buffer.from(hex, "hex");
}
