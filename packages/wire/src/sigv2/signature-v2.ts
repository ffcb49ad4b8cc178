import { createHmac, timingSafeEqual } from "node:crypto";
import { AuthError } from "../authentication/auth-error.ts";
import {
  malformedAuthorizationV2,
  malformedDate,
  repeatedParameter,
  s3SignatureMismatch,
  s3TimeSkewed,
  signatureMismatch,
} from "../authentication/auth-failures.ts";
import type { HeaderV2, PresignedV2 } from "../authentication/authentication.ts";
import { MAX_CLOCK_SKEW_MS } from "../limits.ts";
import type { WireRequest } from "../message.ts";
import { requestQuery } from "../query.ts";
import { headerAmzDate, isoSeconds, parseAmzDate } from "../sigv4/amz-date.ts";
import { SUBRESOURCES, stringsToSignV2 } from "./string-to-sign.ts";

const TOKEN = "x-amz-security-token";

/**
 * Reads what the query claims by `parameters`, those of the signature by exact name. Throws
 * AuthError where one is missing or malformed, and where anything that is signed comes twice.
 */
export function parsePresignedV2(
  request: WireRequest,
  parameters: ReadonlyMap<string, string>,
): PresignedV2 {
  const accessKeyId = parameters.get("AWSAccessKeyId");
  const signature = parameters.get("Signature");
  const expires = parameters.get("Expires");
  if (!accessKeyId || !signature || !expires) {
    throw new AuthError(
      "presignedExpired",
      "s3",
      "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
    );
  }
  if (!/^\d{1,12}$/.test(expires))
    throw new AuthError(
      "presignedExpired",
      "s3",
      `Invalid date (should be seconds since epoch): ${expires}`,
    );
  refuseRepeated(request);
  const { entries } = requestQuery(request);
  const inQuery = entries.find(([name]) => name.toLowerCase() === TOKEN)?.[1].trim();
  const sessionToken = request.headers[TOKEN] ?? inQuery;
  const expiresAtSeconds = Number(expires);
  return { kind: "presigned", version: 2, accessKeyId, signature, expiresAtSeconds, sessionToken };
}

/** Signed members are sorted, so the order of two with one name would be open. */
function refuseRepeated(request: WireRequest): void {
  const seen = new Set<string>();
  for (const [name] of requestQuery(request).entries) {
    if (!SUBRESOURCES.has(name)) continue;
    if (seen.has(name)) throw repeatedParameter(name, "presigned", "s3");
    seen.add(name);
  }
}

/** Reads `AWS <key id>:<signature>`. Throws AuthError; for a time that can't be read too. */
export function parseHeaderV2(request: WireRequest, authorization: string): HeaderV2 {
  const [, accessKeyId, signature] = /^AWS +([^\s:]+):(\S+)$/.exec(authorization) ?? [];
  if (accessKeyId === undefined || signature === undefined)
    throw malformedAuthorizationV2(authorization);
  refuseRepeated(request);
  const requestTimeMs = timeOf(request);
  // S3 takes no time before 1970 for one.
  if (requestTimeMs === undefined || requestTimeMs < 0)
    throw malformedDate(undefined, "header", "s3");
  const sessionToken = request.headers[TOKEN];
  return { kind: "header", version: 2, accessKeyId, signature, requestTimeMs, sessionToken };
}

/** `x-amz-date` may have the form of the Date header, in whose place it is signed. */
function timeOf({ headers }: WireRequest): number | undefined {
  const { date = "", "x-amz-date": amzDate = date } = headers;
  const read = headerAmzDate({ date: amzDate });
  return read === undefined ? undefined : parseAmzDate(read);
}

/**
 * Verifies time and signature of a request that has the headers of its URL (`withHeadersInUrl`).
 * `bucketInHost` is the bucket of a virtual-host-style request, which is part of what was signed.
 * Throws AuthError.
 */
export function verifySignatureV2(
  claimed: PresignedV2 | HeaderV2,
  request: WireRequest,
  secretAccessKey: string,
  nowMs: number,
  bucketInHost: string | undefined,
): void {
  verifyTime(claimed, request, nowMs);
  const given = Buffer.from(claimed.signature);
  const texts = stringsToSignV2(request, signedDate(claimed, request), bucketInHost);
  for (const text of texts) {
    const expected = Buffer.from(createHmac("sha1", secretAccessKey).update(text).digest("base64"));
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  }
  throw mismatch(claimed, texts[0] ?? "");
}

function verifyTime(
  claimed: PresignedV2 | HeaderV2,
  { headers }: WireRequest,
  nowMs: number,
): void {
  if (claimed.kind === "presigned") {
    const endMs = claimed.expiresAtSeconds * 1000;
    if (nowMs <= endMs) return;
    throw new AuthError("presignedExpired", "s3", "Request has expired", {
      Expires: isoSeconds(endMs),
      ServerTime: isoSeconds(nowMs),
    });
  }
  if (Math.abs(nowMs - claimed.requestTimeMs) > MAX_CLOCK_SKEW_MS)
    throw s3TimeSkewed(headers["x-amz-date"] ?? headers.date ?? "", nowMs);
}

function signedDate(claimed: PresignedV2 | HeaderV2, { headers }: WireRequest): string {
  if (claimed.kind === "presigned") return String(claimed.expiresAtSeconds);
  return headers["x-amz-date"] === undefined ? (headers.date ?? "") : "";
}

/** A session token, which clients may log with the error, would be part of what was signed. */
function mismatch(
  { accessKeyId, signature, sessionToken }: PresignedV2 | HeaderV2,
  stringToSign: string,
): AuthError {
  return sessionToken === undefined
    ? s3SignatureMismatch({ accessKeyId, stringToSign, signature })
    : signatureMismatch("s3", { AWSAccessKeyId: accessKeyId, SignatureProvided: signature });
}
