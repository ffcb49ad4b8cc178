import { createHmac, timingSafeEqual } from "node:crypto";
import type { WireRequest } from "../message.ts";
import { parseQuery, requestQuery } from "../query.ts";
import { AuthError } from "../sigv4/auth-error.ts";
import {
  s3SignatureMismatch,
  severalMechanisms,
  signatureMismatch,
} from "../sigv4/auth-failures.ts";

/**
 * What a URL presigned with signature version 2 claims: S3's older form, which boto3 still makes
 * unless it is told otherwise. Source: S3 developer guide, "Signing and authenticating REST requests".
 */
export interface PresignedV2 {
  readonly accessKeyId: string;
  /** Base64. */
  readonly signature: string;
  /** Seconds since the epoch at which the URL ends. */
  readonly expiresAtSeconds: number;
  readonly sessionToken: string | undefined;
}

/** Query members that are part of the signed resource. */
const SUBRESOURCES: ReadonlySet<string> = new Set([
  "accelerate",
  "acl",
  "analytics",
  "cors",
  "delete",
  "inventory",
  "lifecycle",
  "location",
  "logging",
  "metrics",
  "notification",
  "object-lock",
  "partNumber",
  "policy",
  "replication",
  "requestPayment",
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
  "response-content-language",
  "response-content-type",
  "response-expires",
  "restore",
  "select",
  "select-type",
  "storageClass",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versionId",
  "versioning",
  "versions",
  "website",
]);

/** Undefined when the query holds no such signature. Throws AuthError for a malformed one. */
export function parsePresignedV2(request: WireRequest): PresignedV2 | undefined {
  if (!request.rawQuery.includes("AWSAccessKeyId=")) return undefined;
  const query = requestQuery(request);
  const accessKeyId = query.get("AWSAccessKeyId");
  const signature = query.get("Signature");
  const expires = query.get("Expires");
  const { authorization } = request.headers;
  if (authorization) throw severalMechanisms(authorization, "s3");
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
  const sessionToken = query.get("x-amz-security-token") ?? request.headers["x-amz-security-token"];
  return { accessKeyId, signature, expiresAtSeconds: Number(expires), sessionToken };
}

/**
 * Verifies time and signature. `bucketInHost` is the bucket of a virtual-host-style request, which
 * is part of what was signed. Throws AuthError.
 */
export function verifyPresignedV2(
  presigned: PresignedV2,
  request: WireRequest,
  secretAccessKey: string,
  nowMs: number,
  bucketInHost: string | undefined,
): void {
  const { expiresAtSeconds, signature } = presigned;
  if (nowMs > expiresAtSeconds * 1000) {
    throw new AuthError("presignedExpired", "s3", "Request has expired", {
      Expires: isoSeconds(expiresAtSeconds * 1000),
      ServerTime: isoSeconds(nowMs),
    });
  }
  const stringToSign = stringToSignV2(request, expiresAtSeconds, bucketInHost);
  const expected = createHmac("sha1", secretAccessKey).update(stringToSign).digest();
  const given = Buffer.from(signature, "base64");
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw signatureMismatchV2(presigned, stringToSign);
}

/** A session token, which clients may log with the error, would be part of what was signed. */
function signatureMismatchV2(
  { accessKeyId, signature, sessionToken }: PresignedV2,
  stringToSign: string,
): AuthError {
  return sessionToken === undefined
    ? s3SignatureMismatch({ accessKeyId, stringToSign, signature })
    : signatureMismatch("s3", { AWSAccessKeyId: accessKeyId, SignatureProvided: signature });
}

function stringToSignV2(
  request: WireRequest,
  expiresAtSeconds: number,
  bucketInHost: string | undefined,
): string {
  const query = requestQuery(request);
  const named = (name: string) => request.headers[name] ?? query.get(name) ?? "";
  const lines = [
    request.method,
    named("content-md5"),
    named("content-type"),
    String(expiresAtSeconds),
    ...amzHeaders(request),
  ];
  const bucket = bucketInHost === undefined ? "" : `/${bucketInHost}`;
  return `${lines.join("\n")}\n${bucket}${request.rawPath}${subresources(request)}`;
}

/** `x-amz-*` of the headers and, where a presigner moved them there, of the query. */
function amzHeaders(request: WireRequest): string[] {
  const headers = new Map<string, string>();
  for (const [name, value] of requestQuery(request).entries) {
    if (name.toLowerCase().startsWith("x-amz-")) headers.set(name.toLowerCase(), value.trim());
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith("x-amz-")) headers.set(name, value.trim());
  }
  return [...headers].map(([name, value]) => `${name}:${value}`).sort();
}

/** Sorted by name, values decoded; a member without "=" stays without. */
function subresources(request: WireRequest): string {
  const members: string[] = [];
  for (const part of request.rawQuery.split("&")) {
    const [[name = "", value = ""] = []] = parseQuery(part).entries;
    if (SUBRESOURCES.has(name)) members.push(part.includes("=") ? `${name}=${value}` : name);
  }
  return members.length === 0 ? "" : `?${members.sort().join("&")}`;
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
