import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/*
 * A ciphertext as callers keep it. It names the key and the material that it was made with, so that
 * Decrypt needs neither. AES-256-GCM under a key of its own, derived from the material with a
 * random salt: no number of texts wears a material out. All that stands before the text, and the
 * encryption context, are authenticated with it.
 *
 *   1 byte   the form's version
 *   36       the key's id
 *   32       the material's id
 *   16       the salt
 *   12       the nonce
 *   …        the text
 *   16       the tag
 */

const VERSION = 1;
const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const KEY_ID_BYTES = 36;
const MATERIAL_ID_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const MATERIAL_AT = 1 + KEY_ID_BYTES;
const SALT_AT = MATERIAL_AT + MATERIAL_ID_BYTES;
const NONCE_AT = SALT_AT + SALT_BYTES;
const HEADER_BYTES = NONCE_AT + NONCE_BYTES;
/** A UUID, or the id of a multi-Region key. */
const KEY_ID = /^[0-9a-z-]{36}$/;

export type EncryptionContext = Readonly<Record<string, string>>;

/** The material of a key. */
export interface Material {
  readonly keyId: string;
  /** 64 hexadecimal digits. */
  readonly materialId: string;
  readonly bytes: Uint8Array;
}

/** A blob whose parts are told apart, but not yet believed. */
export interface CiphertextBlob {
  readonly keyId: string;
  readonly materialId: string;
  readonly bytes: Uint8Array;
}

export function seal(plaintext: Uint8Array, context: EncryptionContext, by: Material): Buffer {
  const header = Buffer.concat([
    Buffer.from([VERSION]),
    Buffer.from(by.keyId, "latin1"),
    Buffer.from(by.materialId, "hex"),
    randomBytes(SALT_BYTES + NONCE_BYTES),
  ]);
  const cipher = createCipheriv(ALGORITHM, keyOf(by, header), header.subarray(NONCE_AT));
  cipher.setAAD(Buffer.concat([header, contextBytes(context)]));
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, text, cipher.getAuthTag()]);
}

/** Undefined for bytes that aren't in the form of a blob. */
export function readBlob(bytes: Uint8Array): CiphertextBlob | undefined {
  if (bytes.length <= HEADER_BYTES + TAG_BYTES || bytes[0] !== VERSION) return undefined;
  const blob = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const keyId = blob.toString("latin1", 1, MATERIAL_AT);
  const materialId = blob.toString("hex", MATERIAL_AT, SALT_AT);
  return KEY_ID.test(keyId) ? { keyId, materialId, bytes: blob } : undefined;
}

/** The plaintext; undefined unless blob and context are as they were sealed with this material. */
export function open(
  { bytes }: CiphertextBlob,
  context: EncryptionContext,
  by: Material,
): Buffer | undefined {
  const header = bytes.subarray(0, HEADER_BYTES);
  const decipher = createDecipheriv(ALGORITHM, keyOf(by, header), header.subarray(NONCE_AT));
  decipher.setAAD(Buffer.concat([header, contextBytes(context)]));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(HEADER_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]);
  } catch {
    // Node's only way to say that the tag doesn't fit.
    return undefined;
  }
}

function keyOf({ bytes }: Material, header: Uint8Array): Buffer {
  const salt = header.subarray(SALT_AT, NONCE_AT);
  return Buffer.from(hkdfSync("sha256", bytes, salt, "rolecast kms ciphertext", KEY_BYTES));
}

/** Pairs in the order of their keys, each text after its length. */
function contextBytes(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.concat(
    pairs.flat().flatMap((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
