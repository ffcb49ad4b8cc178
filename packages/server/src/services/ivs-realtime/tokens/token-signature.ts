import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

const KEY_BYTES = 48;
const PURPOSE = "ivs-realtime participant tokens";

/** Signs the tokens that the API issues, and tells them from all others. */
export class TokenSignature {
  readonly #key: Buffer;

  constructor(sealingKey: Uint8Array) {
    const key = hkdfSync("sha384", sealingKey, new Uint8Array(), PURPOSE, KEY_BYTES);
    this.#key = Buffer.from(key);
  }

  /** The signature of `<header>.<claims>`, in base64url. */
  of(text: string): string {
    return createHmac("sha384", this.#key).update(text).digest("base64url");
  }

  isOf(text: string, signature: string): boolean {
    const own = Buffer.from(this.of(text));
    const given = Buffer.from(signature);
    return own.length === given.length && timingSafeEqual(own, given);
  }
}
