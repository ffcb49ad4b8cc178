import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** Our identity in handshakes. Answers have its fingerprint, so nobody else vouches for it. */
export interface DtlsCertificate {
  readonly key: KeyObject;
  readonly der: Buffer;
  /** `AB:CD:…` of SHA-256. */
  readonly fingerprint: string;
}

const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const SERIAL_BYTES = 16;
/** It lives as long as the process; clocks of peers may be wrong by years. */
const NOT_BEFORE = "20200101000000Z";
const NOT_AFTER = "99991231235959Z";

const TAG = {
  integer: 0x02,
  bitString: 0x03,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
} as const;

/** Makes a key on P-256 and an X.509 certificate of it that is signed by itself (RFC 5280). */
export function makeDtlsCertificate(): DtlsCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(TAG.sequence, ECDSA_WITH_SHA256);
  const commonName = der(TAG.sequence, COMMON_NAME, der(TAG.utf8String, Buffer.from("webrtc")));
  const name = der(TAG.sequence, der(TAG.set, commonName));
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = der(
    TAG.sequence,
    der(TAG.version, der(TAG.integer, Buffer.of(2))),
    der(TAG.integer, serial),
    algorithm,
    name,
    der(TAG.sequence, time(TAG.utcTime, NOT_BEFORE.slice(2)), time(TAG.generalizedTime, NOT_AFTER)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", body, privateKey);
  const bytes = der(TAG.sequence, body, algorithm, der(TAG.bitString, Buffer.of(0), signature));
  return { key: privateKey, der: bytes, fingerprint: fingerprintOf("sha256", bytes) };
}

/** As SDP writes it (RFC 8122, 5). */
export function fingerprintOf(algorithm: string, certificate: Buffer): string {
  const digest = createHash(algorithm).update(certificate).digest("hex").toUpperCase();
  return digest.replaceAll(/(..)(?=.)/g, "$1:");
}

function time(tag: number, digits: string): Buffer {
  return der(tag, Buffer.from(digits, "ascii"));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  // Peers insist on the shortest form.
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
