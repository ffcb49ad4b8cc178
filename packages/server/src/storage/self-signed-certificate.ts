import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from "node:crypto";
import { isIP } from "node:net";

/*
 * An X.509 v3 certificate (RFC 5280) of one shape: a P-256 key, signed by itself. Written by hand
 * since node:crypto has everything but the form, and the libraries that have it take longer to
 * load than the whole server.
 */
export interface SelfSignedOptions {
  /** Of `makePrivateKey`. */
  readonly key: string;
  readonly commonName: string;
  /** Host names and IP addresses. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const SERIAL_BYTES = 16;
const ECDSA_WITH_SHA256 = "2a8648ce3d040302";
const COMMON_NAME = "550403";
const BASIC_CONSTRAINTS = "551d13";
const SUBJECT_KEY_IDENTIFIER = "551d0e";
const SUBJECT_ALT_NAME = "551d11";
const EXTENDED_KEY_USAGE = "551d25";
const SERVER_AUTHENTICATION = "2b06010505070301";

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
  ipAddress: 0x87,
} as const;

/** A new private key as a PEM text. */
export function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** The certificate of a key as a PEM text. */
export function makeSelfSigned(options: SelfSignedOptions): string {
  const privateKey = createPrivateKey(options.key);
  const algorithm = sequence(objectIdentifier(ECDSA_WITH_SHA256));
  const name = distinguishedName(options.commonName);
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const body = sequence(
    der(TAG.version, integer(Buffer.of(2))),
    integer(positive(randomBytes(SERIAL_BYTES))),
    algorithm,
    name,
    sequence(time(options.notBefore), time(options.notAfter)),
    name,
    spki,
    der(TAG.extensions, sequence(...extensions(options.names, spki))),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = sequence(body, algorithm, der(TAG.bitString, Buffer.of(0), signature));
  return pem("CERTIFICATE", certificate);
}

function extensions(names: readonly string[], spki: Buffer): Buffer[] {
  // RFC 5280 proposes SHA-1 here; any unique octets will do.
  const keyId = createHash("sha256").update(spki).digest().subarray(0, 20);
  const authority = der(TAG.boolean, Buffer.of(0xff));
  return [
    // It is its own authority, for clients that are set to trust it.
    extension(BASIC_CONSTRAINTS, sequence(authority), true),
    extension(SUBJECT_KEY_IDENTIFIER, der(TAG.octetString, keyId)),
    extension(SUBJECT_ALT_NAME, sequence(...names.map(generalName))),
    extension(EXTENDED_KEY_USAGE, sequence(objectIdentifier(SERVER_AUTHENTICATION))),
  ];
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  const mark = critical ? [der(TAG.boolean, Buffer.of(0xff))] : [];
  return sequence(objectIdentifier(id), ...mark, der(TAG.octetString, value));
}

function generalName(name: string): Buffer {
  const version = isIP(name);
  if (version === 0) return der(TAG.dnsName, Buffer.from(name, "ascii"));
  return der(TAG.ipAddress, version === 4 ? Buffer.from(name.split(".").map(Number)) : ipV6(name));
}

function ipV6(address: string): Buffer {
  const [before = "", after] = address.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [head, tail] = [groups(before), groups(after ?? "")];
  const zeros = Array<string>(8 - head.length - tail.length).fill("0");
  const hex = [...head, ...zeros, ...tail].map((group) => group.padStart(4, "0")).join("");
  return Buffer.from(hex, "hex");
}

function distinguishedName(commonName: string): Buffer {
  const text = der(TAG.utf8String, Buffer.from(commonName));
  return sequence(der(TAG.set, sequence(objectIdentifier(COMMON_NAME), text)));
}

/** Until 2049 with two digits for the year (RFC 5280, 4.1.2.5). */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`;
  const isUtcTime = date.getUTCFullYear() < 2050;
  const [tag, text] = isUtcTime ? [TAG.utcTime, digits.slice(2)] : [TAG.generalizedTime, digits];
  return der(tag, Buffer.from(text, "ascii"));
}

/** Neither negative nor longer than its value: the first bits are 01. */
function positive(bytes: Buffer): Buffer {
  bytes.writeUInt8((bytes.readUInt8() & 0x7f) | 0x40);
  return bytes;
}

function integer(bytes: Buffer): Buffer {
  return der(TAG.integer, bytes);
}

function objectIdentifier(hex: string): Buffer {
  return der(TAG.objectIdentifier, Buffer.from(hex, "hex"));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(TAG.sequence, ...parts);
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
