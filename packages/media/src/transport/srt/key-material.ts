import { createCipheriv, createDecipheriv, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import { SrtRejection } from "./reject-reason.ts";

/** Section 6.1.4: HMAC-SHA1, from the lower half of the salt. */
const PBKDF2_ITERATIONS = 2_048;
const SALT_BYTES = 16;
const HEAD_BYTES = 16;
const ICV_BYTES = 8;
const KEY_BYTES = [16, 24, 32];
const CIPHER_AT = 8;
const CIPHER_AES_CTR = 2;
const CIPHER_AES_GCM = 4;
/** Version 1 of a key material message, and its signature (section 3.2.2). */
const VERSION_AND_TYPE = 0x12;
const SIGNATURE = 0x2029;
/** RFC 3394, 2.2.3.1. */
const WRAP_IV = Buffer.alloc(8, 0xa6);
const BITS = { even: 1, odd: 2 } as const;

const derive = promisify(pbkdf2);

/** A stream's keys, wrapped by a key made of the passphrase. */
export interface KeyMaterial {
  readonly salt: Buffer;
  readonly keyBytes: number;
  /** Which keys there are: bit 0 the even one, bit 1 the odd one. */
  readonly keys: number;
  readonly wrapped: Buffer;
}

/**
 * Undefined for what isn't a key material message, or has a cipher that isn't spoken here. Copies.
 */
export function parseKeyMaterial(content: Buffer): KeyMaterial | undefined {
  if (content.length < HEAD_BYTES + SALT_BYTES + ICV_BYTES) {
    return undefined;
  }
  const keys = (content[3] ?? 0) & 3;
  const keyBytes = (content[15] ?? 0) * 4;
  const count = (keys & 1) + (keys >> 1);
  const wrappedBytes = ICV_BYTES + count * keyBytes;
  const isSpoken =
    content[0] === VERSION_AND_TYPE &&
    content.readUInt16BE(1) === SIGNATURE &&
    content[CIPHER_AT] === CIPHER_AES_CTR &&
    content[14] === SALT_BYTES / 4 &&
    KEY_BYTES.includes(keyBytes) &&
    count > 0 &&
    content.length === HEAD_BYTES + SALT_BYTES + wrappedBytes;
  if (!isSpoken) {
    return undefined;
  }
  const salt = Buffer.from(content.subarray(HEAD_BYTES, HEAD_BYTES + SALT_BYTES));
  return { salt, keyBytes, keys, wrapped: Buffer.from(content.subarray(-wrappedBytes)) };
}

/** Decrypts a stream's payloads, with the keys that its sender has announced so far. */
export class StreamDecryptor {
  readonly #passphrase: string;
  #salt: Buffer = Buffer.alloc(SALT_BYTES);
  readonly #keys: { even: Buffer | undefined; odd: Buffer | undefined } = {
    even: undefined,
    odd: undefined,
  };
  /** Deriving takes a millisecond of a core, and a sender keeps its salt. */
  #derived: { readonly of: string; readonly key: Buffer } | undefined;

  constructor(passphrase: string) {
    this.#passphrase = passphrase;
  }

  /**
   * False where the keys were wrapped by another passphrase; then those that there were go on being
   * used.
   */
  async learn(material: KeyMaterial): Promise<boolean> {
    const key = await this.#wrappingKey(material);
    const unwrapped = unwrap(key, material.wrapped);
    if (unwrapped === undefined) {
      return false;
    }
    this.#salt = material.salt;
    let offset = 0;
    for (const parity of ["even", "odd"] as const) {
      if ((material.keys & BITS[parity]) !== 0) {
        this.#keys[parity] = unwrapped.subarray(offset, offset + material.keyBytes);
        offset += material.keyBytes;
      }
    }
    return true;
  }

  /**
   * Undefined where there is no such key. AES-CTR (section 6.2.2): the counter block is the salt
   * with the number.
   */
  decrypt(parity: number, sequence: number, payload: Buffer): Buffer | undefined {
    const key = parity === BITS.even ? this.#keys.even : this.#keys.odd;
    if (key === undefined || parity === 3) {
      return undefined;
    }
    const counter = Buffer.alloc(16);
    this.#salt.copy(counter, 0, 0, 14);
    counter.writeUInt32BE((counter.readUInt32BE(10) ^ sequence) >>> 0, 10);
    return createDecipheriv(`aes-${key.length * 8}-ctr`, key, counter).update(payload);
  }

  async #wrappingKey({ salt, keyBytes }: KeyMaterial): Promise<Buffer> {
    const of = `${salt.toString("hex")} ${keyBytes}`;
    if (this.#derived?.of !== of) {
      const half = salt.subarray(SALT_BYTES / 2);
      const key = await derive(this.#passphrase, half, PBKDF2_ITERATIONS, keyBytes, "sha1");
      this.#derived = { of, key };
    }
    return this.#derived.key;
  }
}

/** AES key unwrap (RFC 3394). Undefined where the integrity check fails. */
export function unwrap(key: Buffer, wrapped: Buffer): Buffer | undefined {
  const decipher = createDecipheriv(`id-aes${key.length * 8}-wrap`, key, WRAP_IV);
  try {
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    // Another passphrase: there is nothing else that it could mean.
    return undefined;
  }
}

/** Wraps keys, as their sender does. */
export function wrap(key: Buffer, keys: Buffer): Buffer {
  const cipher = createCipheriv(`id-aes${key.length * 8}-wrap`, key, WRAP_IV);
  return Buffer.concat([cipher.update(keys), cipher.final()]);
}

/** Throws SrtRejection. */
export function requireKeyMaterial(content: Buffer): KeyMaterial {
  const material = parseKeyMaterial(content);
  if (content[CIPHER_AT] === CIPHER_AES_GCM) {
    throw new SrtRejection("crypto", "AES-GCM is not spoken here: use AES-CTR, libsrt's default");
  }
  if (material === undefined) {
    throw new SrtRejection("unsecure", "the key material is malformed or of an unknown cipher");
  }
  return material;
}
