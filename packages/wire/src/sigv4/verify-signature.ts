import assert from "node:assert";
import { hash } from "node:crypto";
import {
  type AuthDialect,
  AuthError,
  type AuthOptions,
  dialectOf,
} from "../authentication/auth-error.ts";
import {
  s3SignatureMismatch,
  s3TimeSkewed,
  signatureMismatch,
  wrongScopeDate,
} from "../authentication/auth-failures.ts";
import {
  ALGORITHM,
  credentialScope,
  type SignedAuthentication,
} from "../authentication/authentication.ts";
import { contradictsUrl } from "../authentication/headers-in-url.ts";
import { MAX_CLOCK_SKEW_MS } from "../limits.ts";
import type { WireRequest } from "../message.ts";
import { formatAmzDate, isoSeconds } from "./amz-date.ts";
import { canonicalPaths, canonicalRequest } from "./canonical-request.ts";
import {
  CONTENT_SHA256_EXPECTED,
  isChunked,
  isContentSha256,
  UNSIGNED_PAYLOAD,
} from "./content-sha256.ts";
import type { MacKey } from "./mac-key.ts";
import { signingKey } from "./signing-key.ts";

export interface VerifyOptions extends AuthOptions {
  /**
   * The body. Services other than S3 sign the hash of the body itself, whatever a header says, so
   * it must be here unless there is none. S3 bodies are checked by `decodeBody` as they stream.
   */
  readonly body?: Uint8Array;
}

const SKEW_MINUTES = MAX_CLOCK_SKEW_MS / 60_000;
const EMPTY_BODY = new Uint8Array(0);

/** The means to verify the chunks of a request that was verified. */
export interface VerifiedSignature {
  /** Chunks are signed with the same. */
  readonly key: MacKey;
  /** For the client whose chunks don't match; undefined where it may not be repeated. */
  readonly canonicalRequest: string | undefined;
}

const verified = new WeakMap<SignedAuthentication, VerifiedSignature>();

export function verifiedSignature(authentication: SignedAuthentication): VerifiedSignature {
  const found = verified.get(authentication);
  assert(found !== undefined, "verifySignature comes before decodeBody");
  return found;
}

/**
 * Verifies time and signature of a request against the secret of the access key it names. S3's
 * request has the headers of its URL (`withHeadersInUrl`). Throws AuthError; comparison takes the
 * same time wherever signatures differ.
 */
export function verifySignature(
  authentication: SignedAuthentication,
  request: WireRequest,
  secretAccessKey: string,
  nowMs: number,
  options: VerifyOptions = {},
): void {
  const dialect = dialectOf(options);
  const isS3 = dialect === "s3";
  verifyTime(authentication, nowMs, dialect);
  const { amzDate, date, kind } = authentication;
  if (!amzDate.startsWith(date)) throw wrongScopeDate(date, amzDate, kind, dialect);
  const payloadHash = isS3 ? s3PayloadHash(authentication) : sha256Hex(options.body ?? EMPTY_BODY);
  const key = signingKey(secretAccessKey, authentication);
  const preamble = `${ALGORITHM}\n${amzDate}\n${credentialScope(authentication)}`;
  let refusal: AuthError | undefined;
  for (const path of canonicalPaths(request.rawPath, isS3)) {
    const canonical = canonicalRequest(request, authentication, path, payloadHash);
    const stringToSign = `${preamble}\n${sha256Hex(canonical)}`;
    const isMatch = key.verifies(stringToSign, authentication.signature);
    if (isMatch && !(isS3 && contradictsUrl(request, authentication))) {
      // Only S3's bodies are signed in chunks.
      if (isS3 && isChunked(authentication.contentSha256)) {
        const canonicalRequest = repeatable(authentication, canonical);
        verified.set(authentication, { key, canonicalRequest });
      }
      return;
    }
    refusal ??= mismatch(authentication, dialect, stringToSign, canonical);
  }
  assert(refusal !== undefined, "a path has at least one canonical form");
  throw refusal;
}

function s3PayloadHash({ kind, contentSha256 }: SignedAuthentication): string {
  // What a URL signs may be anything; S3 compares it with the body, where there is one.
  if (kind === "presigned") return contentSha256 ?? UNSIGNED_PAYLOAD;
  if (contentSha256 === undefined) {
    throw new AuthError(
      "contentHashMissing",
      "s3",
      "Missing required header for this request: x-amz-content-sha256",
    );
  }
  if (isContentSha256(contentSha256)) return contentSha256;
  throw new AuthError("contentHashMalformed", "s3", CONTENT_SHA256_EXPECTED, {
    ArgumentName: "x-amz-content-sha256",
    ArgumentValue: contentSha256,
  });
}

function verifyTime(
  authentication: SignedAuthentication,
  nowMs: number,
  dialect: AuthDialect,
): void {
  const { requestTimeMs, expiresSeconds } = authentication;
  const isPresigned = authentication.kind === "presigned";
  // A presigned URL lives from its date on for as long as it says, whatever the skew allowed.
  const lifeMs =
    isPresigned && expiresSeconds !== undefined ? expiresSeconds * 1000 : MAX_CLOCK_SKEW_MS;
  const isTooLate = nowMs > requestTimeMs + lifeMs;
  const isTooEarly = nowMs < requestTimeMs - MAX_CLOCK_SKEW_MS;
  if (!isTooLate && !isTooEarly) return;
  if (dialect !== "s3")
    throw new AuthError("skewed", dialect, skewMessage(authentication, nowMs, isTooLate));
  if (isPresigned) {
    const message = isTooLate ? "Request has expired" : "Request is not valid yet";
    throw new AuthError("presignedExpired", dialect, message, {
      "X-Amz-Expires": String(expiresSeconds ?? 0),
      Expires: isoSeconds(requestTimeMs + lifeMs),
      ServerTime: isoSeconds(nowMs),
    });
  }
  throw s3TimeSkewed(authentication.amzDate, nowMs);
}

function skewMessage({ amzDate }: SignedAuthentication, nowMs: number, isTooLate: boolean): string {
  const now = formatAmzDate(nowMs);
  if (isTooLate) {
    const limit = formatAmzDate(nowMs - MAX_CLOCK_SKEW_MS);
    const sum = `${now} - ${SKEW_MINUTES} min.`;
    return `Signature expired: ${amzDate} is now earlier than ${limit} (${sum})`;
  }
  const limit = formatAmzDate(nowMs + MAX_CLOCK_SKEW_MS);
  const sum = `${now} + ${SKEW_MINUTES} min.`;
  return `Signature not yet current: ${amzDate} is still later than ${limit} (${sum})`;
}

function mismatch(
  authentication: SignedAuthentication,
  dialect: AuthDialect,
  stringToSign: string,
  canonical: string,
): AuthError {
  if (dialect !== "s3") return signatureMismatch(dialect);
  const { accessKeyId, signature } = authentication;
  // S3 shows the client what it should have signed.
  const canonicalRequest = repeatable(authentication, canonical);
  return s3SignatureMismatch({ accessKeyId, stringToSign, signature, canonicalRequest });
}

/**
 * The canonical request quotes headers, so it is left out when a session token, which clients may
 * log with the error, would be among them.
 */
function repeatable({ sessionToken }: SignedAuthentication, canonical: string): string | undefined {
  return sessionToken === undefined ? canonical : undefined;
}

export function sha256Hex(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}
