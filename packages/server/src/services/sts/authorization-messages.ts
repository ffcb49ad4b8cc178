import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Ids } from "../../kernel/ids.ts";
import type { AuthorizationMessages as AuthorizationMessagesPort } from "../../kernel/ports/identity.ts";

/** Layout, before base64url: nonce, ciphertext, tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The most bytes that a message may inflate to; ours are a few KiB. */
const TEXT_BYTES_MAX = 256 * 1024;
/** Source: API reference, DecodeAuthorizationMessage, EncodedMessage. */
const MESSAGE_LENGTH_MAX = 10_240;

/**
 * Seals the reasons of refusals, so that the caller can pass them on but not read them:
 * AES-256-GCM, bound to the account whose caller was refused. Messages stay valid after a restart,
 * as tokens do.
 */
export class AuthorizationMessages implements AuthorizationMessagesPort {
  readonly #key: Uint8Array;
  readonly #ids: Ids;

  constructor(sealingKey: Uint8Array, ids: Ids) {
    const purpose = "rolecast authorization message";
    this.#key = new Uint8Array(hkdfSync("sha256", sealingKey, new Uint8Array(), purpose, 32));
    this.#ids = ids;
  }

  encode(accountId: string, details: object): string | undefined {
    const nonce = this.#ids.bytes(NONCE_BYTES);
    assert(nonce.length === NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    cipher.setAAD(Buffer.from(accountId));
    const text = cipher.update(deflateRawSync(JSON.stringify(details)));
    const sealed = Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]);
    const message = sealed.toString("base64url");
    return message.length > MESSAGE_LENGTH_MAX ? undefined : message;
  }

  /** The JSON that was sealed for this account; undefined for anything else. */
  decode(accountId: string, message: string): string | undefined {
    const bytes = Buffer.from(message, "base64url");
    // One spelling only: Node's decoder skips what isn't base64url.
    if (bytes.toString("base64url") !== message) return undefined;
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(accountId));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const first = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    try {
      const text = Buffer.concat([first, decipher.final()]);
      return inflateRawSync(text, { maxOutputLength: TEXT_BYTES_MAX }).toString("utf8");
    } catch {
      // The tag doesn't match, so the message is forged, foreign or another account's.
      return undefined;
    }
  }
}
