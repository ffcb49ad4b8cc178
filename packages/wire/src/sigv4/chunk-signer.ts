import { createHash, timingSafeEqual } from "node:crypto";
import { credentialScope, type SignedAuthentication } from "../authentication/authentication.ts";
import { hmac } from "./signing-key.ts";

const EMPTY_SHA256 = createHash("sha256").digest("hex");

/**
 * Verifies the signatures of an aws-chunked body, each of which signs the one before it as well.
 */
export class ChunkSigner {
  readonly #key: Buffer;
  readonly #prefix: string;
  #previous: string;

  /** The chain starts from the request's own signature. */
  constructor(authentication: SignedAuthentication, key: Buffer) {
    this.#key = key;
    this.#prefix = `${authentication.amzDate}\n${credentialScope(authentication)}`;
    this.#previous = authentication.signature;
  }

  verifyChunk(sha256: string, signature: string): boolean {
    return this.#verify(
      `AWS4-HMAC-SHA256-PAYLOAD\n${this.#prefix}\n${this.#previous}\n${EMPTY_SHA256}\n${sha256}`,
      signature,
    );
  }

  verifyTrailer(sha256: string, signature: string): boolean {
    return this.#verify(
      `AWS4-HMAC-SHA256-TRAILER\n${this.#prefix}\n${this.#previous}\n${sha256}`,
      signature,
    );
  }

  #verify(stringToSign: string, signature: string): boolean {
    const expected = hmac(this.#key, stringToSign);
    const given = Buffer.from(signature, "hex");
    if (given.length !== expected.length || !timingSafeEqual(expected, given)) return false;
    this.#previous = signature;
    return true;
  }
}
