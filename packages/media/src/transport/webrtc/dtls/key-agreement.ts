import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from "node:crypto";

/** One side's ephemeral key. */
export interface EphemeralKey {
  readonly publicBytes: Buffer;
  /** Throws for bytes that aren't a public key of the group. */
  secretWith(peer: Buffer): Buffer;
}

/** A group of ECDHE, by its number in TLS (RFC 8422, 5.1.1). */
export interface KeyGroup {
  readonly id: number;
  makeKey(): EphemeralKey;
}

/** SubjectPublicKeyInfo of a key on X25519, up to its bytes (RFC 8410). */
const X25519_PREFIX = Buffer.from("302a300506032b656e032100", "hex");
const X25519_BYTES = 32;

/** In order of preference. */
export const KEY_GROUPS = {
  x25519: { id: 29, makeKey: makeX25519Key },
  p256: { id: 23, makeKey: makeP256Key },
} as const satisfies Readonly<Record<string, KeyGroup>>;

function makeX25519Key(): EphemeralKey {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  const spki = publicKey.export({ type: "spki", format: "der" });
  return {
    publicBytes: spki.subarray(-X25519_BYTES),
    secretWith: (peer) => {
      const key = Buffer.concat([X25519_PREFIX, peer]);
      const peerKey = createPublicKey({ key, format: "der", type: "spki" });
      return diffieHellman({ privateKey, publicKey: peerKey });
    },
  };
}

function makeP256Key(): EphemeralKey {
  const ecdh = createECDH("prime256v1");
  const publicBytes = ecdh.generateKeys();
  return { publicBytes, secretWith: (peer) => ecdh.computeSecret(peer) };
}
