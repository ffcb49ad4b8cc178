import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const KEY_BYTES = 32;
/** Sources of both: NIST SP 800-38D, sections 5.2.1.1 and 5.2.1.2. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = "aes-256-gcm";

/** A sealed text that isn't what this box has sealed: damaged, or sealed with another key. */
export class SealError extends Error {}

/**
 * Seals secrets that must be readable again: SigV4 needs the secret access key itself, so a hash
 * wouldn't do. AES-256-GCM under a key derived from the data folder's, which lies beside the
 * database and not in it: a copy of the database alone shows no secret. `label` (the access key
 * id) is bound to the sealed text.
 */
export class SecretBox {
  readonly #key: Buffer;

  /** `purpose` keeps the boxes of different services apart; it never changes. */
  constructor(sealingKey: Uint8Array, purpose: string) {
    this.#key = Buffer.from(hkdfSync("sha256", sealingKey, new Uint8Array(), purpose, KEY_BYTES));
  }

  seal(secret: string, label: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key, iv);
    cipher.setAAD(Buffer.from(label));
    const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
  }

  /** Throws SealError when the data folder's key isn't the one that the secret was sealed with. */
  open(sealed: string, label: string): string {
    try {
      return this.#open(sealed, label);
    } catch (error) {
      throw new SealError("a secret can't be opened", { cause: error });
    }
  }

  #open(sealed: string, label: string): string {
    const bytes = Buffer.from(sealed, "base64");
    const iv = bytes.subarray(0, IV_BYTES);
    const decipher = createDecipheriv(ALGORITHM, this.#key, iv);
    decipher.setAAD(Buffer.from(label));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const rest = bytes.subarray(IV_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(rest), decipher.final()]).toString("utf8");
  }
}
