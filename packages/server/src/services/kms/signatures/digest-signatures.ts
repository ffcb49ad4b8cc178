import { constants, type KeyObject, privateEncrypt, publicDecrypt } from "node:crypto";
import { signsByCurve, verifiesByCurve } from "./curve-signatures.ts";
import type { Hash } from "./hashes.ts";
import { encodePss, isPssEncoded } from "./pss-encoding.ts";

/*
 * Signatures of digests. Node's own functions take messages alone, and KMS takes either: so a
 * message is digested first, and the digest is signed here.
 */

/** The DER that PKCS #1 puts before a digest. Source: RFC 8017, section 9.2, note 1. */
const DIGEST_INFO: Readonly<Record<Hash, Buffer>> = {
  sha256: Buffer.from("3031300d060960864801650304020105000420", "hex"),
  sha384: Buffer.from("3041300d060960864801650304020205000430", "hex"),
  sha512: Buffer.from("3051300d060960864801650304020305000440", "hex"),
};

export type Scheme = "pkcs1" | "pss" | "ecdsa";

export function signDigest(key: KeyObject, scheme: Scheme, hash: Hash, digest: Buffer): Buffer {
  switch (scheme) {
    case "pkcs1": {
      const padding = constants.RSA_PKCS1_PADDING;
      return privateEncrypt({ key, padding }, Buffer.concat([DIGEST_INFO[hash], digest]));
    }
    case "pss": {
      const padding = constants.RSA_NO_PADDING;
      return privateEncrypt({ key, padding }, encodePss(hash, digest, modulusBits(key)));
    }
    case "ecdsa":
      return signsByCurve(key, digest);
    default:
      return scheme satisfies never;
  }
}

/** `key` is the private one: KMS holds it for whoever verifies. */
export function verifyDigest(
  key: KeyObject,
  scheme: Scheme,
  hash: Hash,
  digest: Buffer,
  signature: Uint8Array,
): boolean {
  switch (scheme) {
    case "pkcs1": {
      const signed = opened(key, constants.RSA_PKCS1_PADDING, signature);
      return signed?.equals(Buffer.concat([DIGEST_INFO[hash], digest])) ?? false;
    }
    case "pss": {
      const signed = opened(key, constants.RSA_NO_PADDING, signature);
      return signed !== undefined && isPssEncoded(signed, hash, digest, modulusBits(key));
    }
    case "ecdsa":
      return verifiesByCurve(key, digest, signature);
    default:
      return scheme satisfies never;
  }
}

/** Undefined for what has another length than the modulus: OpenSSL adds zeros that are missing. */
function opened(key: KeyObject, padding: number, signature: Uint8Array): Buffer | undefined {
  if (signature.length !== modulusBits(key) / 8) return undefined;
  try {
    return publicDecrypt({ key, padding }, signature);
  } catch {
    // OpenSSL throws for a signature above the modulus, or without the padding.
    return undefined;
  }
}

function modulusBits({ asymmetricKeyDetails }: KeyObject): number {
  return asymmetricKeyDetails?.modulusLength ?? 0;
}
