import assert from "node:assert";
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { Ids } from "../../../kernel/ids.ts";

/** Layout before base64url: nonce, ciphertext, tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const SESSION_ID_LENGTH = 10;
/** Claims are bounded; nothing longer was sealed here. */
const SEALED_CHARACTERS_MAX = 4_096;

/**
 * The rights that a playback token gave, for the requests that follow the multivariant playlist.
 */
export interface PlaybackSession {
  /** Tells viewers apart. */
  readonly id: string;
  /** Present with strict enforcement only: then every request must show one of them. */
  readonly origins?: readonly string[];
  readonly viewer?: { readonly id: string; readonly version: number };
  readonly heightMax?: number;
}

/**
 * Seals sessions into the URIs of variant playlists and segments, so that nothing about a viewer
 * needs to be kept. A session is of one stream: with the next one, playback starts again.
 */
export class PlaybackSessions {
  readonly #key: Uint8Array;
  readonly #ids: Ids;

  constructor(sealingKey: Uint8Array, ids: Ids) {
    assert(sealingKey.length >= KEY_BYTES, "The sealing key is too short.");
    const purpose = "rolecast playback session";
    this.#key = new Uint8Array(
      hkdfSync("sha256", sealingKey, new Uint8Array(), purpose, KEY_BYTES),
    );
    this.#ids = ids;
  }

  seal(session: Omit<PlaybackSession, "id">, streamId: string): string {
    const id = this.#ids.alphanumeric(SESSION_ID_LENGTH);
    const nonce = this.#ids.bytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    cipher.setAAD(Buffer.from(streamId));
    const text = JSON.stringify({ ...session, id } satisfies PlaybackSession);
    const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([sealed, cipher.getAuthTag()]).toString("base64url");
  }

  /** Undefined for anything that wasn't sealed here for this stream. */
  open(sealed: string, streamId: string): PlaybackSession | undefined {
    const bytes = Buffer.from(sealed, "base64url");
    if (sealed.length > SEALED_CHARACTERS_MAX || bytes.length <= NONCE_BYTES + TAG_BYTES)
      return undefined;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, options);
    decipher.setAAD(Buffer.from(streamId));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const first = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    try {
      const session: PlaybackSession = JSON.parse(
        Buffer.concat([first, decipher.final()]).toString(),
      );
      return session;
    } catch {
      // `final` has one way to fail: the tag doesn't match. What it matches is our own text.
      return undefined;
    }
  }
}
