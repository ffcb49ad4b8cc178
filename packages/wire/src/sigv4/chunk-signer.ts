import { createHash } from "node:crypto";
import { s3SignatureMismatch } from "../authentication/auth-failures.ts";
import { credentialScope, type SignedAuthentication } from "../authentication/authentication.ts";
import { WireError } from "../wire-error.ts";
import type { VerifiedSignature } from "./verify-signature.ts";

const EMPTY_SHA256 = createHash("sha256").digest("hex");

/**
 * Verifies the signatures of an aws-chunked body, each of which signs the one before it as well.
 */
export class ChunkSigner {
  readonly #accessKeyId: string;
  readonly #verified: VerifiedSignature;
  readonly #prefix: string;
  #previous: string;

  /** The chain starts from the request's own signature. */
  constructor(authentication: SignedAuthentication, verified: VerifiedSignature) {
    this.#accessKeyId = authentication.accessKeyId;
    this.#verified = verified;
    this.#prefix = `${authentication.amzDate}\n${credentialScope(authentication)}`;
    this.#previous = authentication.signature;
  }

  /** Throws SignatureDoesNotMatch. */
  verifyChunk(sha256: string, signature: string): void {
    this.#verify(
      `AWS4-HMAC-SHA256-PAYLOAD\n${this.#prefix}\n${this.#previous}\n${EMPTY_SHA256}\n${sha256}`,
      signature,
    );
  }

  /** Throws SignatureDoesNotMatch. */
  verifyTrailer(sha256: string, signature: string): void {
    this.#verify(
      `AWS4-HMAC-SHA256-TRAILER\n${this.#prefix}\n${this.#previous}\n${sha256}`,
      signature,
    );
  }

  #verify(stringToSign: string, signature: string): void {
    const { key, canonicalRequest } = this.#verified;
    if (!key.verifies(stringToSign, signature.toLowerCase())) {
      const accessKeyId = this.#accessKeyId;
      const { code, message, status, fields } = s3SignatureMismatch({
        ...{ accessKeyId, stringToSign, signature, canonicalRequest },
      });
      throw new WireError(code, message, status, fields);
    }
    this.#previous = signature;
  }
}
