import { createHash, createPublicKey } from "node:crypto";
import { expect, test } from "vitest";
import { parseSshPublicKey } from "./ssh-key-material.ts";

/** A field of RFC 4253: its length in four bytes before it. */
function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function blobOf(...fields: readonly Buffer[]): Buffer {
  return ofAlgorithm("ssh-rsa", ...fields);
}

function ofAlgorithm(name: string, ...fields: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(name), ...fields].map(field));
}

/** A modulus of so many bits that begins with this byte. */
function modulus(first: number, bits = 2048): Buffer {
  const bytes = Buffer.alloc(Math.ceil(bits / 8), 0x5b);
  bytes[0] = first;
  return bytes;
}

const pemOf = (e: Buffer, n: Buffer): string =>
  createPublicKey({
    key: { kty: "RSA", e: e.toString("base64url"), n: n.toString("base64url") },
    format: "jwk",
  })
    .export({ type: "spki", format: "pem" })
    .toString();

const ZERO = Buffer.alloc(1);
const E = Buffer.from("010001", "hex");

/** RFC 4251, `mpint`: a zero stands before a number whose first bit is set, and nowhere else. */
test.each<[string, Buffer, Buffer, Buffer, Buffer]>([
  ["65537", E, modulus(0xff), E, Buffer.concat([ZERO, modulus(0xff)])],
  ["3", Buffer.of(3), modulus(0x80), Buffer.of(3), Buffer.concat([ZERO, modulus(0x80)])],
  ["129", Buffer.of(0x81), modulus(0x7f, 2056), Buffer.of(0, 0x81), modulus(0x7f, 2056)],
])("a key with the exponent %s is the same in both forms", (_, e, n, ownE, ownN) => {
  const blob = blobOf(ownE, ownN);
  const ssh = `ssh-rsa ${blob.toString("base64")}`;
  const pem = pemOf(e, n);
  const md5 = createHash("md5").update(blob).digest("hex");
  const fingerprint = (md5.match(/../g) ?? []).join(":");
  for (const text of [pem, ssh, `${ssh} me@host`, `\n${pem}`])
    expect(parseSshPublicKey(text)).toEqual({ ssh, pem, fingerprint });
});

test.each<[string, string, string]>([
  ["2,047 bits", pemOf(E, modulus(0x7f)), "InvalidPublicKey"],
  [
    "another algorithm",
    `ssh-rsa ${ofAlgorithm("ssh-dss", E, modulus(0xff)).toString("base64")}`,
    "InvalidPublicKey",
  ],
  [
    "a byte too many",
    `ssh-rsa ${Buffer.concat([blobOf(E, modulus(0xff)), ZERO]).toString("base64")}`,
    "InvalidPublicKey",
  ],
  [
    "a field too many",
    `ssh-rsa ${blobOf(E, modulus(0xff), E).toString("base64")}`,
    "InvalidPublicKey",
  ],
  ["a field too few", `ssh-rsa ${blobOf(E).toString("base64")}`, "InvalidPublicKey"],
  [
    "half of a field",
    `ssh-rsa ${blobOf(E, modulus(0xff)).subarray(0, -1).toString("base64")}`,
    "InvalidPublicKey",
  ],
  ["nothing", "ssh-rsa ", "InvalidPublicKey"],
  [
    "a broken PEM",
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    "InvalidPublicKey",
  ],
  ["no encoding", "ssh-ed25519 AAAA", "UnrecognizedPublicKeyEncoding"],
  [
    "a private key",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    "UnrecognizedPublicKeyEncoding",
  ],
])("%s is refused", (_, text, code) => {
  expect(() => parseSshPublicKey(text)).toThrow(expect.objectContaining({ code, status: 400 }));
});
