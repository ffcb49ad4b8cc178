import { isIP, isIPv4, isIPv6 } from "node:net";

/** Source: HAProxy, "The PROXY protocol", section 2.1: the longest header of version 1. */
const V1_BYTES_MAX = 107;
/**
 * A header of version 2 with addresses takes 52 bytes; load balancers add what they know of the
 * client's TLS and network, some hundred.
 */
export const PROXY_HEADER_BYTES_MAX = 2_048;
/** The reason for a refusal where no header is read. */
export const HEADERS_FROM_PROXIES = "a PROXY header is taken from trusted proxies alone";
const V1_BEGIN = Buffer.from("PROXY ");
/** Source: the same, section 2.2. */
const V2_BEGIN = Buffer.from("\r\n\r\n\0\r\nQUIT\n");
const V2_FIXED_BYTES = 16;
const V2_VERSION = 2;
const V2_LOCAL = 0;
const V2_PROXY = 1;
const V2_ADDRESSES: Readonly<Record<number, { readonly family: 4 | 6; readonly bytes: number }>> = {
  1: { family: 4, bytes: 12 },
  2: { family: 6, bytes: 36 },
};

/** The first bytes of a connection: perhaps a PROXY header. */
export type ProxyHeader =
  /** It doesn't begin with one. */
  | { readonly kind: "none" }
  /** It may, or does: more bytes are needed. */
  | { readonly kind: "unfinished" }
  | { readonly kind: "wrong"; readonly reason: string }
  /** `address` is undefined where the proxy itself connects, or doesn't know the client's. */
  | { readonly kind: "whole"; readonly bytes: number; readonly address: string | undefined };

/** Reads a header of version 1 or 2 at the beginning of a connection. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (mayBegin(bytes, V2_BEGIN)) {
    return readV2(bytes);
  }
  return mayBegin(bytes, V1_BEGIN) ? readV1(bytes) : { kind: "none" };
}

function mayBegin(bytes: Buffer, begin: Buffer): boolean {
  const length = Math.min(bytes.length, begin.length);
  return bytes.subarray(0, length).equals(begin.subarray(0, length));
}

/** `PROXY TCP4 203.0.113.7 10.0.0.5 40000 1935`, and a line's end. */
function readV1(bytes: Buffer): ProxyHeader {
  const line = bytes.subarray(0, V1_BYTES_MAX).toString("latin1");
  const end = line.indexOf("\r\n");
  if (end < 0) {
    const isTooLong = bytes.length >= V1_BYTES_MAX;
    return isTooLong ? wrong(`has no end within ${V1_BYTES_MAX} bytes`) : { kind: "unfinished" };
  }
  const [, family, source = "", destination = "", ...ports] = line.slice(0, end).split(" ");
  const whole = { kind: "whole", bytes: end + "\r\n".length } as const;
  if (family === "UNKNOWN") {
    return { ...whole, address: undefined };
  }
  const isAddress = family === "TCP4" ? isIPv4 : family === "TCP6" ? isIPv6 : () => false;
  const isRight = isAddress(source) && isAddress(destination);
  if (!isRight || ports.length !== 2 || !ports.every(isPort)) {
    return wrong("names no addresses and ports of TCP");
  }
  return { ...whole, address: plain(source) };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

function readV2(bytes: Buffer): ProxyHeader {
  if (bytes.length < V2_FIXED_BYTES) {
    return { kind: "unfinished" };
  }
  const [version, command] = halves(bytes.readUInt8(12));
  const [family] = halves(bytes.readUInt8(13));
  const length = bytes.readUInt16BE(14);
  const whole = V2_FIXED_BYTES + length;
  if (version !== V2_VERSION || (command !== V2_LOCAL && command !== V2_PROXY)) {
    return wrong(`has the version ${version} and command ${command}`);
  }
  if (whole > PROXY_HEADER_BYTES_MAX) {
    return wrong(`has ${whole} bytes; ${PROXY_HEADER_BYTES_MAX} are taken`);
  }
  const place = V2_ADDRESSES[family];
  const isNamed = command === V2_PROXY && place !== undefined;
  if (isNamed && length < place.bytes) {
    return wrong("is too short for its addresses");
  }
  if (bytes.length < whole) {
    return { kind: "unfinished" };
  }
  const source = bytes.subarray(V2_FIXED_BYTES);
  const address = isNamed ? plain(addressIn(source, place.family)) : undefined;
  return { kind: "whole", bytes: whole, address };
}

function halves(byte: number): readonly [number, number] {
  return [byte >> 4, byte & 0xf];
}

function addressIn(bytes: Buffer, family: 4 | 6): string {
  if (family === 4) {
    return [...bytes.subarray(0, 4)].join(".");
  }
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index));
  return groups.map((group) => group.toString(16)).join(":");
}

/** As URLs write it, so that the limit of an address holds in all its spellings. */
function plain(address: string): string {
  if (isIP(address) !== 6) {
    return address;
  }
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short);
  if (!mapped) {
    return short;
  }
  const [high, low] = [mapped[1], mapped[2]].map((group) => Number.parseInt(group ?? "", 16));
  return [(high ?? 0) >> 8, (high ?? 0) & 0xff, (low ?? 0) >> 8, (low ?? 0) & 0xff].join(".");
}

function wrong(what: string): ProxyHeader {
  return { kind: "wrong", reason: `the PROXY header ${what}` };
}
