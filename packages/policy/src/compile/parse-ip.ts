/** An address as its bytes, four or sixteen. An IPv4 address mapped into IPv6 reads as IPv4. */
export type IpAddress = readonly number[];

export interface IpRange {
  address: IpAddress;
  prefixLength: number;
}

const IPV4_BYTES = 4;
const IPV6_GROUPS = 8;
/** No textual address is longer (RFC 4291 with a dotted quad at its end). */
const MAX_TEXT_LENGTH = 45;
const DECIMAL = /^[0-9]{1,3}$/;
const PREFIX_LENGTH = /^\+?[0-9]{1,3}$/;
const HEXADECIMAL = /^[0-9a-fA-F]{1,4}$/;

/** Parses an address; undefined when it is none. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const address = parseEither(text);
  return address && isMappedIpv4(address) ? address.slice(-IPV4_BYTES) : address;
}

function parseEither(text: string): IpAddress | undefined {
  if (text.length > MAX_TEXT_LENGTH) {
    return undefined;
  }
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/**
 * Parses CIDR notation (RFC 4632) as AWS has been seen to: an address without a prefix length
 * stands for itself alone. IPv4 addresses may have bits after the prefix, IPv6 addresses none;
 * these keep their kind, so a range of mapped addresses holds no IPv4 address, and have no dotted
 * quad.
 */
export function parseIpRange(text: string): IpRange | undefined {
  const [written = "", digits, ...more] = text.split("/");
  const address = parseEither(written);
  if (
    address === undefined ||
    more.length > 0 ||
    (written.includes(":") && written.includes("."))
  ) {
    return undefined;
  }
  const bits = address.length * 8;
  if (digits === undefined) {
    return { address, prefixLength: bits };
  }
  const prefixLength = PREFIX_LENGTH.test(digits) ? Number(digits) : -1;
  const fits = prefixLength >= 0 && prefixLength <= bits;
  const strict = address.length !== IPV4_BYTES;
  return fits && !(strict && hasBitsAfter(address, prefixLength))
    ? { address, prefixLength }
    : undefined;
}

function hasBitsAfter(address: IpAddress, prefixLength: number): boolean {
  return address.some((byte, index) => (byte & (0xff >> clamp(prefixLength - index * 8))) !== 0);
}

function clamp(bits: number): number {
  return Math.min(Math.max(bits, 0), 8);
}

/** Whether the range holds the address. IPv4 and IPv6 never meet. */
export function rangeHolds(range: IpRange, address: IpAddress): boolean {
  if (range.address.length !== address.length) {
    return false;
  }
  let bits = range.prefixLength;
  for (let index = 0; bits > 0; index += 1, bits -= 8) {
    const mask = bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff;
    if ((((range.address[index] ?? 0) ^ (address[index] ?? 0)) & mask) !== 0) {
      return false;
    }
  }
  return true;
}

function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split(".");
  if (parts.length !== IPV4_BYTES || !parts.every((part) => DECIMAL.test(part))) {
    return undefined;
  }
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 0xff) ? bytes : undefined;
}

function parseIpv6(written: string): IpAddress | undefined {
  const [head = "", tail, ...more] = withoutLooseColons(written).split("::");
  const left = parseGroups(head, tail === undefined);
  const right = tail === undefined ? [] : parseGroups(tail, true);
  if (more.length > 0 || left === undefined || right === undefined) {
    return undefined;
  }
  const missing = IPV6_GROUPS - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) {
    return undefined;
  }
  const groups = [...left, ...new Array<number>(missing).fill(0), ...right];
  return groups.flatMap((group) => [group >> 8, group & 0xff]);
}

/** AWS accepts an extra colon at the end or next to `::`, and reads one at the start as `0:`. */
function withoutLooseColons(text: string): string {
  const inner = text.replace(":::", "::");
  const headed = /^:[^:]/.test(inner) ? `0${inner}` : inner;
  return /[^:]:$/.test(headed) ? headed.slice(0, -1) : headed;
}

function isMappedIpv4(address: IpAddress): boolean {
  return (
    address.length > IPV4_BYTES &&
    address.every((byte, index) => index >= 12 || byte === (index < 10 ? 0 : 0xff))
  );
}

/** Groups of 16 bits; the last one may be a dotted quad. */
function parseGroups(text: string, atEnd: boolean): readonly number[] | undefined {
  if (text === "") {
    return [];
  }
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (HEXADECIMAL.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const quad = atEnd && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (quad === undefined) {
      return undefined;
    }
    const [a = 0, b = 0, c = 0, d = 0] = quad;
    groups.push(a * 256 + b, c * 256 + d);
  }
  return groups;
}
