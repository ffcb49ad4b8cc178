import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Ids } from "../../kernel/ids.ts";
import { MAX_SESSION_TOKEN_BYTES } from "./constraints.ts";

/** Layout of a token, before base64: version, sealing key's id, nonce, ciphertext, tag. */
const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;
/** The plain text starts with the length of the compressed session; padding follows it. */
const LENGTH_BYTES = 2;
/** A sealing key shorter than this would be weaker than the cipher. */
const SEALING_KEY_BYTES_MIN = 32;
/** A session's text can't be larger than what its limits add up to; stops inflation bombs. */
const SESSION_TEXT_BYTES_MAX = 256 * 1024;
/** Of a session without policies and tags little is saved, for more time than all else takes. */
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
 * from the server's sealing key and bound to the access key id they were issued with. The secret
 * access key is derived from the same two, so nothing about a session needs to be stored.
 */
export class TokenSealer {
  readonly #keyId: Buffer;
  readonly #encryptionRoot: Buffer;
  readonly #secretRoot: Buffer;
  readonly #ids: Ids;

  constructor(sealingKey: Uint8Array, ids: Ids) {
    assert(sealingKey.length >= SEALING_KEY_BYTES_MIN, "The sealing key is too short.");
    this.#keyId = createHash("sha256").update(sealingKey).digest().subarray(0, KEY_ID_BYTES);
    this.#encryptionRoot = deriveKey(sealingKey, "rolecast session token encryption");
    this.#secretRoot = deriveKey(sealingKey, "rolecast session secret access key");
    this.#ids = ids;
  }

  /** `minimumBytes` pads the token to at least that length; 0 leaves it as it is. */
  seal(accessKeyId: string, text: string, minimumBytes: number): SealedToken {
    const nonce = Buffer.from(this.#ids.bytes(NONCE_BYTES));
    const plain = padded(deflated(Buffer.from(text, "utf8")), minimumBytes);
    const key = this.#keyFor(accessKeyId, nonce);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const header = Buffer.concat([Buffer.of(VERSION), this.#keyId, nonce]);
    cipher.setAAD(associatedData(header, accessKeyId));
    const sealed = Buffer.concat([header, cipher.update(plain), cipher.final()]);
    return {
      sessionToken: Buffer.concat([sealed, cipher.getAuthTag()]).toString("base64"),
      secretAccessKey: this.#secretFor(accessKeyId, nonce),
    };
  }

  /** Undefined for anything that this server didn't issue for exactly this access key id. */
  open(accessKeyId: string, sessionToken: string): OpenedToken | undefined {
    if (sessionToken.length > MAX_SESSION_TOKEN_BYTES) return undefined;
    const bytes = Buffer.from(sessionToken, "base64");
    // Node's decoder skips what isn't base64: only the one spelling that was issued is accepted.
    if (bytes.toString("base64") !== sessionToken) return undefined;
    if (bytes.length < HEADER_BYTES + TAG_BYTES) return undefined;
    const header = bytes.subarray(0, HEADER_BYTES);
    if (header[0] !== VERSION) return undefined;
    if (!header.subarray(1, 1 + KEY_ID_BYTES).equals(this.#keyId)) return undefined;
    const nonce = header.subarray(1 + KEY_ID_BYTES);
    const plain = this.#decrypt(accessKeyId, header, nonce, bytes);
    if (!plain) return undefined;
    const length = plain.readUInt16BE(0);
    const text = inflateRawSync(plain.subarray(LENGTH_BYTES, LENGTH_BYTES + length), {
      maxOutputLength: SESSION_TEXT_BYTES_MAX,
    }).toString("utf8");
    return { text, secretAccessKey: this.#secretFor(accessKeyId, nonce) };
  }

  #decrypt(accessKeyId: string, header: Buffer, nonce: Buffer, bytes: Buffer): Buffer | undefined {
    const decipher = createDecipheriv("aes-256-gcm", this.#keyFor(accessKeyId, nonce), nonce, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(associatedData(header, accessKeyId));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const first = decipher.update(bytes.subarray(HEADER_BYTES, bytes.length - TAG_BYTES));
    try {
      return Buffer.concat([first, decipher.final()]);
    } catch {
      // `final` has one way to fail: the tag doesn't match, so the token is forged or foreign.
      return undefined;
    }
  }

  /** One key a token, so that the number of tokens isn't bounded by GCM's nonce collisions. */
  #keyFor(accessKeyId: string, nonce: Buffer): Buffer {
    return createHmac("sha256", this.#encryptionRoot).update(nonce).update(accessKeyId).digest();
  }

  /** 30 bytes are the 40 characters of `[A-Za-z0-9/+]` that a secret access key has. */
  #secretFor(accessKeyId: string, nonce: Buffer): string {
    const digest = createHmac("sha256", this.#secretRoot).update(nonce).update(accessKeyId);
    return digest.digest().subarray(0, 30).toString("base64");
  }
}

function deriveKey(sealingKey: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", sealingKey, new Uint8Array(), purpose, 32));
}

function associatedData(header: Buffer, accessKeyId: string): Buffer {
  return Buffer.concat([header, Buffer.from(accessKeyId, "utf8")]);
}

/** Raw DEFLATE; a short text as one block that is stored as it is (RFC 1951, section 3.2.4). */
function deflated(text: Buffer): Buffer {
  if (text.length > UNCOMPRESSED_BYTES_MAX) return deflateRawSync(text);
  const header = Buffer.alloc(5);
  header.writeUInt8(1);
  header.writeUInt16LE(text.length, 1);
  header.writeUInt16LE(~text.length & 0xffff, 3);
  return Buffer.concat([header, text]);
}

function padded(compressed: Buffer, minimumBytes: number): Buffer {
  assert(compressed.length <= 0xffff, "A session outgrew its limits.");
  const prefix = Buffer.alloc(LENGTH_BYTES);
  prefix.writeUInt16BE(compressed.length);
  // Base64 turns three bytes into four characters.
  const wanted = Math.ceil((minimumBytes * 3) / 4) - HEADER_BYTES - TAG_BYTES;
  const padding = Math.max(0, wanted - LENGTH_BYTES - compressed.length);
  return Buffer.concat([prefix, compressed, Buffer.alloc(padding)]);
}
