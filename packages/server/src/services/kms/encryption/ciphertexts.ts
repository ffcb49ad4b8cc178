import type { RequestContext } from "../../../kernel/request-context.ts";
import { requireUsable } from "../access/key-operation.ts";
import {
  type CiphertextBlob,
  type EncryptionContext,
  open,
  readBlob,
  seal,
} from "../ciphertext/ciphertext-blob.ts";
import type { KeyMaterials } from "../ciphertext/key-materials.ts";
import {
  incorrectKey,
  invalidCiphertext,
  invalidKeyUsage,
  notBuilt,
  validation,
} from "../errors.ts";
import type { KeyRow, KmsTables } from "../tables.ts";

/** The one algorithm of symmetric keys. */
export const ALGORITHM = "SYMMETRIC_DEFAULT";

/** Throws InvalidKeyUsageException for the algorithm of another kind of key. */
export function checkAlgorithm(algorithm: string = ALGORITHM): void {
  if (algorithm === ALGORITHM) return;
  throw invalidKeyUsage(`Algorithm ${algorithm} is incompatible with key spec ${ALGORITHM}.`);
}

/** Throws UnsupportedOperationException: there are no enclaves here to answer to. */
export function refuseRecipient(recipient: object | undefined): void {
  if (recipient !== undefined) throw notBuilt("Recipient (answers for Nitro enclaves)");
}

/**
 * Throws InvalidCiphertextException, and ValidationException where there is none: a dry run that
 * leaves the text out isn't built.
 */
export function requireBlob(bytes: Uint8Array | undefined): CiphertextBlob {
  if (bytes === undefined) {
    const rule = "failed to satisfy constraint: Member must not be null";
    throw validation(`1 validation error detected: Value null at 'ciphertextBlob' ${rule}`);
  }
  const blob = readBlob(bytes);
  if (!blob) throw invalidCiphertext();
  return blob;
}

/** Encrypts under the key's present material. */
export async function encryptWith(
  key: KeyRow,
  plaintext: Uint8Array,
  encryptionContext: EncryptionContext = {},
  context: RequestContext,
  materials: KeyMaterials,
): Promise<Buffer> {
  const { key_id, material_id } = key;
  const material = await materials.find(key_id, material_id, context.db<KmsTables>());
  if (!material) throw new Error(`key ${key_id} has no material`);
  return seal(plaintext, encryptionContext, material);
}

/**
 * Decrypts what was encrypted under any of the key's materials. Throws IncorrectKeyException for
 * another key's, InvalidCiphertextException, and what `requireUsable` throws.
 */
export async function decryptWith(
  key: KeyRow,
  blob: CiphertextBlob,
  encryptionContext: EncryptionContext = {},
  context: RequestContext,
  materials: KeyMaterials,
): Promise<Buffer> {
  requireUsable(key);
  if (blob.keyId !== key.key_id) throw incorrectKey();
  const material = await materials.find(key.key_id, blob.materialId, context.db<KmsTables>());
  const plaintext = material && open(blob, encryptionContext, material);
  if (!plaintext) throw invalidCiphertext();
  return plaintext;
}
