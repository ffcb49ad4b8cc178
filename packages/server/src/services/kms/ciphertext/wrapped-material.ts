import { constants, createDecipheriv, privateDecrypt } from "node:crypto";
import { ownValue } from "../../../kernel/own-value.ts";
import type { WrappingKey } from "./import-tokens.ts";

/** The constant that RFC 5649 begins with. */
const KEY_WRAP_IV = Buffer.from("a65959a6", "hex");

/** The hash of the OAEP that each wrapping algorithm has, and whether it wraps an AES key alone. */
const ALGORITHMS: Readonly<Record<string, { readonly hash: string; readonly isHybrid: boolean }>> =
  {
    RSAES_OAEP_SHA_1: { hash: "sha1", isHybrid: false },
    RSAES_OAEP_SHA_256: { hash: "sha256", isHybrid: false },
    RSA_AES_KEY_WRAP_SHA_1: { hash: "sha1", isHybrid: true },
    RSA_AES_KEY_WRAP_SHA_256: { hash: "sha256", isHybrid: true },
  };

export function isWrappingAlgorithm(algorithm: string): boolean {
  return Object.hasOwn(ALGORITHMS, algorithm);
}

/** The material that a caller has wrapped. Undefined for what wasn't wrapped like this. */
export function unwrapped(
  wrapped: Uint8Array,
  { privateKey, algorithm }: WrappingKey,
): Buffer | undefined {
  const { hash: oaepHash, isHybrid } = ownValue(ALGORITHMS, algorithm) ?? {
    hash: "sha1",
    isHybrid: false,
  };
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const modulusBytes = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const first = isHybrid ? wrapped.subarray(0, modulusBytes) : wrapped;
  try {
    const opened = privateDecrypt({ key: privateKey, padding, oaepHash }, first);
    return isHybrid ? keyUnwrapped(wrapped.subarray(modulusBytes), opened) : opened;
  } catch {
    // OpenSSL throws whatever the reason is.
    return undefined;
  }
}

function keyUnwrapped(wrapped: Uint8Array, key: Buffer): Buffer {
  const decipher = createDecipheriv("id-aes256-wrap-pad", key, KEY_WRAP_IV);
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}
