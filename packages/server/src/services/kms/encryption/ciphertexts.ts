import type { RequestContext } from "../../../kernel/request-context.ts";
import { requireUsable } from "../access/key-operation.ts";
import { requireUsage } from "../access/key-usage.ts";
import { type EncryptionContext, open, readBlob, seal } from "../ciphertext/ciphertext-blob.ts";
import type { KeyMaterials } from "../ciphertext/key-materials.ts";
import { incorrectKey, invalidCiphertext, validation } from "../errors.ts";
import { isSymmetric } from "../key-spec.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { rsaDecrypt, rsaEncrypt } from "./rsa-encryption.ts";

/** The one algorithm of symmetric keys, and of requests that name none. */
export const SYMMETRIC = "SYMMETRIC_DEFAULT";

/** The way in which a request encrypts or decrypts. */
export interface Manner {
  /** `Encrypt`: KMS's errors name it. */
  readonly operation: string;
  readonly algorithm?: string | undefined;
  readonly encryptionContext?: EncryptionContext | undefined;
}

/** Throws ValidationException: a dry run that leaves the text out isn't built. */
export function requireBytes(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes !== undefined) return bytes;
  const rule = "failed to satisfy constraint: Member must not be null";
  throw validation(`1 validation error detected: Value null at 'ciphertextBlob' ${rule}`);
}

/**
 * Encrypts under the key's present material. Throws InvalidKeyUsageException, ValidationException,
 * and what `requireUsable` throws.
 */
export async function encryptWith(
  key: KeyRow,
  plaintext: Uint8Array,
  manner: Manner,
  context: RequestContext,
  materials: KeyMaterials,
): Promise<Buffer> {
  const { algorithm = SYMMETRIC, encryptionContext = {} } = manner;
  checkManner(key, manner);
  const material = await materials.current(key, context.db<KmsTables>());
  return isSymmetric(key)
    ? seal(plaintext, encryptionContext, material)
    : rsaEncrypt(plaintext, algorithm, key.key_spec, material);
}

interface Decrypted {
  readonly plaintext: Buffer;
  /** Undefined for keys that aren't symmetric, whose materials nobody names. */
  readonly materialId: string | undefined;
}

/**
 * Decrypts what was encrypted under any of the key's materials. Throws IncorrectKeyException for
 * another key's, InvalidCiphertextException, and what `encryptWith` throws.
 */
export async function decryptWith(
  key: KeyRow,
  bytes: Uint8Array,
  manner: Manner,
  context: RequestContext,
  materials: KeyMaterials,
): Promise<Decrypted> {
  const { algorithm = SYMMETRIC, encryptionContext = {} } = manner;
  const blob = readBlob(bytes);
  if (blob && algorithm === SYMMETRIC && blob.keyId !== key.key_id) {
    requireUsable(key);
    throw incorrectKey();
  }
  checkManner(key, manner);
  const db = context.db<KmsTables>();
  if (!isSymmetric(key)) {
    const plaintext = await rsaDecrypt(bytes, algorithm, await materials.current(key, db));
    return { plaintext, materialId: undefined };
  }
  const material = blob && (await materials.find(key.key_id, blob.materialId, db));
  const plaintext = material && open(blob, encryptionContext, material);
  if (!plaintext) throw invalidCiphertext();
  return { plaintext, materialId: blob.materialId };
}

/** Throws what `encryptWith` throws of the key, whatever the text is. */
export function checkManner(key: KeyRow, manner: Manner): void {
  const { operation, algorithm = SYMMETRIC, encryptionContext = {} } = manner;
  requireUsable(key);
  requireUsage(operation, key, "ENCRYPT_DECRYPT", algorithm);
  if (!isSymmetric(key) && Object.keys(encryptionContext).length > 0)
    throw validation(`Algorithm ${algorithm} takes no encryption context.`);
}
