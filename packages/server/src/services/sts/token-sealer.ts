import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { MacKey } from "@rolecast/wire";
import type { Ids } from "../../kernel/ids.ts";
import { MAX_SESSION_TOKEN_BYTES } from "./constraints.ts";

/** Layout of a token, before base64: version, sealing key's id, nonce, ciphertext, tag. */
const VERSION = 2;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCE_AT = 1 + KEY_ID_BYTES;
const HEADER_BYTES = NONCE_AT + NONCE_BYTES;
/** The plain text starts with the length of the compressed session; padding follows it. */
const LENGTH_BYTES = 2;
/** The header of a stored block of DEFLATE (RFC 1951, section 3.2.4). */
const STORED_BYTES = 5;
/** AES-256's key. */
const CIPHER_KEY_BYTES = 32;
/** 30 bytes are the 40 characters of `[A-Za-z0-9/+]` that a secret access key has. */
const SECRET_BYTES = 30;
/** A sealing key shorter than this would be weaker than the cipher. */
const SEALING_KEY_BYTES_MIN = 32;
/** More than the sum of a session's limits; stops inflation bombs. */
const SESSION_TEXT_BYTES_MAX = 256 * 1024;
/** Compressing a session without policies and tags saves little and takes most of the time. */
const UNCOMPRESSED_BYTES_MAX = 256;

export interface SealedToken {
  readonly sessionToken: string;
  readonly secretAccessKey: string;
}

export interface OpenedToken {
  readonly text: string;
  readonly secretAccessKey: string;
}

/**
 * Makes session tokens that nobody can read or forge: AES-256-GCM under a key of their own, derived
 * from the server's sealing key, a nonce and the access key id they were issued with. The secret
 * access key is derived from the same three, so nothing about a session needs to be stored.
 */
export class TokenSealer {
  readonly #keyId: Buffer;
  readonly #root: MacKey;
  readonly #ids: Ids;

  constructor(sealingKey: Uint8Array, ids: Ids) {
    assert(sealingKey.length >= SEALING_KEY_BYTES_MIN, "The sealing key is too short.");
    this.#keyId = createHash("sha256").update(sealingKey).digest().subarray(0, KEY_ID_BYTES);
    this.#root = new MacKey("sha512", deriveKey(sealingKey, "rolecast session token"));
    this.#ids = ids;
  }

  /** `minimumBytes` pads the token to at least that length; 0 leaves it as it is. */
  seal(accessKeyId: string, text: string, minimumBytes: number): SealedToken {
    const nonce = this.#ids.bytes(NONCE_BYTES);
    const plain = padded(text, minimumBytes);
    const { cipherKey, secretAccessKey } = this.#keysFor(accessKeyId, nonce);
    const cipher = createCipheriv("aes-256-gcm", cipherKey, nonce);
    const token = Buffer.allocUnsafe(HEADER_BYTES + plain.length + TAG_BYTES);
    token[0] = VERSION;
    token.set(this.#keyId, 1);
    token.set(nonce, NONCE_AT);
    token.set(cipher.update(plain), HEADER_BYTES);
    cipher.final();
    token.set(cipher.getAuthTag(), HEADER_BYTES + plain.length);
    return { sessionToken: token.toString("base64"), secretAccessKey };
  }

  /** Undefined for anything that this server didn't issue for exactly this access key id. */
  open(accessKeyId: string, sessionToken: string): OpenedToken | undefined {
    if (sessionToken.length > MAX_SESSION_TOKEN_BYTES) return undefined;
    const token = Buffer.from(sessionToken, "base64");
    // Node's decoder skips what isn't base64: only the one spelling that was issued is accepted.
    if (token.toString("base64") !== sessionToken) return undefined;
    if (token.length < HEADER_BYTES + TAG_BYTES) return undefined;
    if (token[0] !== VERSION) return undefined;
    if (!token.subarray(1, NONCE_AT).equals(this.#keyId)) return undefined;
    const nonce = token.subarray(NONCE_AT, HEADER_BYTES);
    const { cipherKey, secretAccessKey } = this.#keysFor(accessKeyId, nonce);
    const plain = decrypted(token, cipherKey, nonce);
    if (!plain) return undefined;
    const length = plain.readUInt16BE(0);
    const text = inflateRawSync(plain.subarray(LENGTH_BYTES, LENGTH_BYTES + length), {
      maxOutputLength: SESSION_TEXT_BYTES_MAX,
    }).toString("utf8");
    return { text, secretAccessKey };
  }

  /**
   * One key a token, so that GCM's nonce collisions don't bound the number of tokens. One half of
   * an HMAC's digest reveals nothing about the other.
   */
  #keysFor(accessKeyId: string, nonce: Uint8Array) {
    const message = Buffer.allocUnsafe(NONCE_BYTES + Buffer.byteLength(accessKeyId));
    message.set(nonce);
    message.write(accessKeyId, NONCE_BYTES);
    const digest = Buffer.from(this.#root.digest(message, "latin1"), "latin1");
    return {
      cipherKey: digest.subarray(0, CIPHER_KEY_BYTES),
      secretAccessKey: digest.toString("base64", CIPHER_KEY_BYTES, CIPHER_KEY_BYTES + SECRET_BYTES),
    };
  }
}

/** The header and the access key id need no further proof: changing either changes the key. */
function decrypted(token: Buffer, cipherKey: Buffer, nonce: Buffer): Buffer | undefined {
  const decipher = createDecipheriv("aes-256-gcm", cipherKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(token.subarray(token.length - TAG_BYTES));
  const plain = decipher.update(token.subarray(HEADER_BYTES, token.length - TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    // `final` has one way to fail: the tag doesn't match, so the token is forged or foreign.
    return undefined;
  }
}

function deriveKey(sealingKey: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", sealingKey, new Uint8Array(), purpose, 32));
}

/** Length, compressed text and zeros until the token has its minimum. */
function padded(text: string, minimumBytes: number): Buffer {
  const textBytes = Buffer.byteLength(text);
  const compressed = textBytes > UNCOMPRESSED_BYTES_MAX ? deflateRawSync(text) : undefined;
  const length = compressed?.length ?? STORED_BYTES + textBytes;
  assert(length <= 0xffff, "A session outgrew its limits.");
  // Base64 turns three bytes into four characters.
  const wanted = Math.ceil((minimumBytes * 3) / 4) - HEADER_BYTES - TAG_BYTES;
  const plain = Buffer.allocUnsafe(Math.max(wanted, LENGTH_BYTES + length));
  plain.fill(0, LENGTH_BYTES + length);
  plain.writeUInt16BE(length);
  if (compressed) {
    compressed.copy(plain, LENGTH_BYTES);
    return plain;
  }
  plain[LENGTH_BYTES] = 1;
  plain.writeUInt16LE(textBytes, LENGTH_BYTES + 1);
  plain.writeUInt16LE(~textBytes & 0xffff, LENGTH_BYTES + 3);
  plain.write(text, LENGTH_BYTES + STORED_BYTES);
  return plain;
}
