import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { Authentication } from "../authentication/authentication.ts";
import type { WireRequest } from "../message.ts";
import { WireError } from "../wire-error.ts";
import { BodyTransform } from "./body-transform.ts";
import { otherLength } from "./chunk-errors.ts";
import { ChunkSigner } from "./chunk-signer.ts";
import { ChunkedBody } from "./chunked-body.ts";
import {
  isChunked,
  SIGNED_CHUNKS_TRAILER,
  UNSIGNED_CHUNKS_TRAILER,
  UNSIGNED_PAYLOAD,
} from "./content-sha256.ts";
import { verifiedSignature } from "./verify-signature.ts";

/** A body with its transfer encoding undone. */
export type DecodedBody = Readable & {
  /**
   * Headers after the body, such as checksums: known when the body has ended, empty without any.
   */
  readonly trailers: Promise<Readonly<Record<string, string>>>;
  /** As it was claimed: what the reader has undertaken to compare the body's SHA-256 with. */
  readonly unverifiedSha256?: string;
};

export interface DecodeBodyOptions {
  /**
   * True: the `x-amz-content-sha256` of a body that isn't in chunks is left to the reader, who
   * digests the body anyway.
   * Reading then doesn't fail with `XAmzContentSHA256Mismatch`: the reader must check.
   */
  readonly readerVerifiesSha256?: boolean;
}

const MISSING_LENGTH_STATUS = 411;

/**
 * The body as the client meant it: `aws-chunked` undone with every signature verified, any other
 * `x-amz-content-sha256` compared at the end. Reading fails with WireError `SignatureDoesNotMatch`,
 * `XAmzContentSHA256Mismatch` or `IncompleteBody`; a reader must keep nothing before the end.
 * A signed request must have passed `verifySignature`. S3 undoes nothing for signatures in URLs and
 * those of version 2.
 */
export function decodeBody(
  authentication: Authentication,
  request: WireRequest,
  { readerVerifiesSha256 = false }: DecodeBodyOptions = {},
): DecodedBody {
  const claimed =
    authentication.version !== 4
      ? request.headers["x-amz-content-sha256"]
      : authentication.contentSha256;
  if (!claimed || claimed === UNSIGNED_PAYLOAD) return withoutTrailers(request.body);
  if (isChunked(claimed)) {
    const { kind, version } = authentication;
    if (kind === "anonymous" || (kind === "header" && version === 4))
      return decodeChunks(authentication, request, claimed);
    requireLength(request);
  }
  if (!readerVerifiesSha256) return new HashedBody(request.body, claimed);
  return Object.assign(withoutTrailers(request.body), { unverifiedSha256: claimed });
}

/** Chunks that nobody undoes are longer than what they hold. */
function requireLength(request: WireRequest): void {
  const expectedBytes = decodedLength(request);
  const providedBytes = Number(request.headers["content-length"] ?? expectedBytes);
  if (providedBytes !== expectedBytes) throw otherLength(providedBytes, expectedBytes);
}

/** Defined rather than assigned: node's own requests have an accessor of that name. */
function withoutTrailers(body: Readable): DecodedBody {
  const trailers: DecodedBody["trailers"] = Promise.resolve({});
  return Object.defineProperty(body, "trailers", { value: trailers }) as DecodedBody;
}

function decodeChunks(
  authentication: Authentication,
  request: WireRequest,
  claimed: string,
): DecodedBody {
  const isUnsigned = claimed === UNSIGNED_CHUNKS_TRAILER;
  if (!isUnsigned && authentication.version !== 4) {
    throw new WireError("AccessDenied", "Signed chunks need a signed request.", 403);
  }
  const signer =
    isUnsigned || authentication.version !== 4
      ? undefined
      : new ChunkSigner(authentication, verifiedSignature(authentication));
  return new ChunkedBody(request.body, {
    signer,
    trailerNames:
      isUnsigned || claimed === SIGNED_CHUNKS_TRAILER ? announcedTrailers(request) : undefined,
    decodedLengthBytes: decodedLength(request),
  });
}

function announcedTrailers({ headers }: WireRequest): ReadonlySet<string> {
  const names = (headers["x-amz-trailer"] ?? "").split(",");
  return new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ""));
}

function decodedLength(request: WireRequest): number {
  const text = request.headers["x-amz-decoded-content-length"];
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw new WireError(
    "MissingContentLength",
    "You must provide the Content-Length HTTP header.",
    MISSING_LENGTH_STATUS,
  );
}

/**
 * Compares a body's SHA-256 with what was claimed, in either case; throws
 * XAmzContentSHA256Mismatch if the body isn't the one that was signed.
 */
export function compareSha256(claimed: string, computed: string): void {
  if (computed === claimed.toLowerCase()) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  throw new WireError("XAmzContentSHA256Mismatch", message, 400, {
    ClientComputedContentSHA256: claimed,
    S3ComputedContentSHA256: computed,
  });
}

/** Passes bytes on and compares their hash at the end. */
class HashedBody extends BodyTransform {
  readonly trailers: Promise<Readonly<Record<string, string>>> = Promise.resolve({});
  readonly #claimed: string;
  readonly #hash = createHash("sha256");

  constructor(source: Readable, claimed: string) {
    super(source);
    this.#claimed = claimed;
  }

  protected override decode(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.pass(chunk);
  }

  protected override finish(): void {
    compareSha256(this.#claimed, this.#hash.digest("hex"));
  }
}
