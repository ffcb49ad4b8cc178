import type { WireRequest } from "../message.ts";
import { requestQuery } from "../query.ts";
import { AuthError } from "./auth-error.ts";
import { repeatedParameter } from "./auth-failures.ts";
import type { Authentication, SignedAuthentication } from "./authentication.ts";

const AMZ_PREFIX = "x-amz-";
/** Source: RFC 9110, "Tokens". */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** No line breaks: they would end the header, and with version 2 the line that is signed. */
const HEADER_VALUE = /^[\t\x20-\x7e\u{80}-\u{10ffff}]*$/u;

/** Members by which version 4 signs; `parseAuthentication` reads them. */
const SIGNATURE_V4: ReadonlySet<string> = new Set([
  "x-amz-algorithm",
  "x-amz-content-sha256",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-security-token",
  "x-amz-signature",
  "x-amz-signedheaders",
]);
/**
 * Headers beside `x-amz-` that mean the same in a URL of version 4. AWS takes the first two;
 * nothing is published about the others, which presigners put there only if they are told to.
 */
const FURTHER_V4: ReadonlySet<string> = new Set([
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-md5",
  "content-type",
]);
/**
 * The SDK for JavaScript presigns the checksum of a body that it doesn't have. S3 leaves it aside
 * unless the client undertook to send it as a header.
 */
const CHECKSUM = /^x-amz-(sdk-checksum-algorithm|checksum-(?!algorithm|mode|type)[a-z0-9]+)$/;

/**
 * The request of a presigned URL with those headers that are in its query: presigners put
 * `x-amz-` headers there, and S3 takes them for headers. Every one of them is part of what is
 * signed. What else version 2 signs, Content-Type and Content-MD5, S3 reads from headers alone,
 * though boto3 writes them into the URL too. A header that comes beside it stays. Other requests
 * are returned as they are. Throws AuthError for one that comes twice.
 */
export function withHeadersInUrl(
  request: WireRequest,
  authentication: Authentication,
): WireRequest {
  if (authentication.kind !== "presigned") return request;
  const isV4 = authentication.version === 4;
  let headers: Record<string, string> | undefined;
  const seen = new Set<string>();
  for (const [name, text] of requestQuery(request).entries) {
    const header = name.toLowerCase();
    if (!isHeader(header, isV4)) continue;
    if (seen.has(header)) throw repeatedParameter(name, "presigned", "s3");
    seen.add(header);
    if (!HEADER_NAME.test(header) || !HEADER_VALUE.test(text)) throw noHeader(name);
    if (isV4 && CHECKSUM.test(header) && !authentication.signedHeaders.includes(header)) continue;
    if (request.headers[header] === undefined)
      (headers ??= { ...request.headers })[header] = headerBytes(text);
  }
  if (headers === undefined) return request;
  const { method, rawPath, rawQuery, body } = request;
  const claim = request.claim ? { claim: request.claim } : {};
  return { method, rawPath, rawQuery, headers, body, ...claim };
}

/**
 * Whether a presigned URL of version 4 has a header in its query that came with another value too:
 * its signature can't be for both. Version 2 signs one of them, by which its signature is compared.
 */
export function contradictsUrl(
  request: WireRequest,
  { kind, signedHeaders }: SignedAuthentication,
): boolean {
  if (kind !== "presigned") return false;
  return requestQuery(request).entries.some(([name, text]) => {
    const header = name.toLowerCase();
    const beside = request.headers[header];
    if (beside === undefined || !isHeader(header, true)) return false;
    if (CHECKSUM.test(header) && !signedHeaders.includes(header)) return false;
    return beside.trim() !== headerBytes(text).trim();
  });
}

function isHeader(header: string, isV4: boolean): boolean {
  if (header.startsWith(AMZ_PREFIX)) return !(isV4 && SIGNATURE_V4.has(header));
  return isV4 && FURTHER_V4.has(header);
}

/** As node hands headers over: a character for each byte. */
function headerBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function noHeader(name: string): AuthError {
  const message = `The query parameter ${name} stands for a header and can't be one.`;
  return new AuthError("queryMalformed", "s3", message);
}
