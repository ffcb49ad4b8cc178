import { createHmac, timingSafeEqual } from "node:crypto";
import { AuthError } from "../authentication/auth-error.ts";
import {
  repeatedParameter,
  s3SignatureMismatch,
  signatureMismatch,
} from "../authentication/auth-failures.ts";
import type { PresignedV2 } from "../authentication/authentication.ts";
import type { WireRequest } from "../message.ts";
import { parseQuery, requestQuery } from "../query.ts";

const AMZ_PREFIX = "x-amz-";
const LIST_TYPE = "list-type";

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
  const sessionToken = amzMembers(request).get("x-amz-security-token");
  const expiresAtSeconds = Number(expires);
  return { kind: "presigned", version: 2, accessKeyId, signature, expiresAtSeconds, sessionToken };
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
  const expected = Buffer.from(
    createHmac("sha1", secretAccessKey).update(stringToSign).digest("base64"),
  );
  const given = Buffer.from(signature);
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
    ...[...amzMembers(request)].map(([name, value]) => `${name}:${value}`).sort(),
  ];
  const bucket = bucketInHost === undefined ? "" : `/${bucketInHost}`;
  return `${lines.join("\n")}\n${bucket}${request.rawPath}${subresources(request)}`;
}

/** Signed members are sorted, so the order of two with one name would be open. */
function refuseRepeated(request: WireRequest): void {
  const seen = new Set(Object.keys(request.headers).filter((name) => name.startsWith(AMZ_PREFIX)));
  for (const [name] of requestQuery(request).entries) {
    const folded = name.toLowerCase();
    const isAmz = folded.startsWith(AMZ_PREFIX);
    if (!isAmz && !SUBRESOURCES.has(name)) continue;
    const signedAs = isAmz ? folded : name;
    if (seen.has(signedAs)) throw repeatedParameter(name, "presigned", "s3");
    seen.add(signedAs);
  }
}

/** `x-amz-*` of the headers and, where a presigner moved them there, of the query. */
function amzMembers(request: WireRequest): Map<string, string> {
  const members = new Map<string, string>();
  for (const [name, value] of requestQuery(request).entries) {
    const folded = name.toLowerCase();
    if (folded.startsWith(AMZ_PREFIX)) members.set(folded, value.trim());
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith(AMZ_PREFIX)) members.set(name, value.trim());
  }
  return members;
}

/**
 * The request without the query members that this version doesn't sign and that anybody with the
 * URL can add: what it asks for without them is what was signed. `list-type` stays, since it only
 * chooses between two forms of one list.
 */
export function withSignedQueryV2(request: WireRequest): WireRequest {
  const { method, rawPath, headers } = request;
  const signed = request.rawQuery.split("&").filter((part) => {
    const [[name = ""] = []] = parseQuery(part).entries;
    return (
      SUBRESOURCES.has(name) || name === LIST_TYPE || name.toLowerCase().startsWith(AMZ_PREFIX)
    );
  });
  const { body } = request;
  return { method, rawPath, rawQuery: signed.join("&"), headers, body };
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
