import { constants, type KeyObject, type SignKeyObjectInput, sign } from "node:crypto";
import { promisify } from "node:util";
import type { Scheme } from "./digest-signatures.ts";
import type { Hash } from "./hashes.ts";

/** With a callback, node signs in a thread of its pool. */
const signInPool = promisify(
  (hash: Hash | null, message: Uint8Array, key: SignKeyObjectInput, then: SignCallback) =>
    sign(hash, message, key, then),
);

type SignCallback = (error: Error | null, signature: Buffer) => void;

/**
 * Signs a message beside the thread that serves requests. Undefined: Ed25519, which has one way.
 */
export function signMessage(
  key: KeyObject,
  way: readonly [scheme: Scheme, hash: Hash] | undefined,
  message: Uint8Array,
): Promise<Buffer> {
  const [scheme, hash] = way ?? [];
  const padding =
    scheme === "pss"
      ? {
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        }
      : {};
  return signInPool(hash ?? null, message, { key, ...padding });
}
