import type { SignedAuthentication } from "../authentication/authentication.ts";
import { headerText } from "../codec/http-header-text.ts";
import type { WireRequest } from "../message.ts";

const CANONICAL_PATH = /^[A-Za-z0-9\-_.~/]*$/;
const UNRESERVED = /^[A-Za-z0-9\-_.~]*$/;
const PRESIGNED_SIGNATURE = "X-Amz-Signature";

/**
 * The text whose hash is signed, with one of `canonicalPaths` (IAM user guide, "Create a signed AWS
 * API request").
 */
export function canonicalRequest(
  request: Pick<WireRequest, "method" | "rawQuery" | "headers">,
  authentication: Pick<SignedAuthentication, "kind" | "signedHeaders">,
  path: string,
  payloadHash: string,
): string {
  let headers = "";
  for (const name of authentication.signedHeaders) {
    const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
    headers += `${name}:${canonicalHeaderValue(value ?? "")}\n`;
  }
  const query = canonicalQuery(request.rawQuery, authentication.kind === "presigned");
  const signed = authentication.signedHeaders.join(";");
  return `${request.method}\n${path}\n${query}\n${headers}\n${signed}\n${payloadHash}`;
}

/**
 * The forms in which a path may have been signed. S3's reference says to encode it canonically, but
 * SDKs sign what they send, which differs for such as `%2F`: both name the same request.
 */
export function canonicalPaths(rawPath: string, isS3: boolean): readonly string[] {
  if (!isS3) return [canonicalPath(rawPath)];
  const canonical = canonicalS3Path(rawPath);
  return canonical === rawPath ? [canonical] : [canonical, rawPath];
}

/** S3 encodes a path once and normalises nothing: keys may hold `//`, `.` and `..`. */
function canonicalS3Path(rawPath: string): string {
  if (rawPath === "") return "/";
  if (CANONICAL_PATH.test(rawPath)) return rawPath;
  return encodeBytes(decodeBytes(rawPath), true);
}

/** Other services normalise the path as it stood on the wire and encode it a second time. */
function canonicalPath(rawPath: string): string {
  if (rawPath === "/") return rawPath;
  const segments: string[] = [];
  for (const segment of rawPath.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  if (segments.length === 0) return "/";
  const normalized = `/${segments.join("/")}${rawPath.endsWith("/") ? "/" : ""}`;
  return CANONICAL_PATH.test(normalized)
    ? normalized
    : encodeBytes(Buffer.from(normalized, "latin1"), true);
}

/** Encoded anew and sorted by bytes, names before values. */
function canonicalQuery(rawQuery: string, isPresigned: boolean): string {
  if (rawQuery === "") return "";
  const pairs: (readonly [name: string, value: string])[] = [];
  for (const part of rawQuery.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = canonicalComponent(equals === -1 ? part : part.slice(0, equals));
    if (isPresigned && name === PRESIGNED_SIGNATURE) continue;
    pairs.push([name, equals === -1 ? "" : canonicalComponent(part.slice(equals + 1))]);
  }
  pairs.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function canonicalComponent(raw: string): string {
  if (UNRESERVED.test(raw)) return raw;
  return encodeBytes(decodeBytes(raw.replaceAll("+", " ")), false);
}

/** Trimmed, with runs of spaces as one. */
function canonicalHeaderValue(value: string): string {
  const text = headerText(value).trim();
  return text.includes("  ") ? text.replaceAll(/ {2,}/g, " ") : text;
}

/** Undoes `%XX`; a "%" that starts no escape is kept. */
function decodeBytes(raw: string): Buffer {
  const source = Buffer.from(raw, "latin1");
  if (!raw.includes("%")) return source;
  const bytes = Buffer.alloc(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at += 1) {
    const code = source[at] ?? 0;
    const value = code === 0x25 ? hexPair(source, at + 1) : undefined;
    bytes[length] = value ?? code;
    length += 1;
    if (value !== undefined) at += 2;
  }
  return bytes.subarray(0, length);
}

function hexPair(source: Buffer, at: number): number | undefined {
  const high = hexDigit(source[at]);
  const low = hexDigit(source[at + 1]);
  return high === undefined || low === undefined ? undefined : high * 16 + low;
}

function hexDigit(code: number | undefined): number | undefined {
  if (code === undefined) return undefined;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}

/** The encoding of each byte; "/" is kept or encoded, depending on its place. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, code) => {
  const char = String.fromCharCode(code);
  const escaped = `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
  return code < 0x80 && UNRESERVED.test(char) ? char : escaped;
});
const SLASH = 0x2f;

function encodeBytes(bytes: Uint8Array, keepSlash: boolean): string {
  let text = "";
  for (const code of bytes) text += keepSlash && code === SLASH ? "/" : ENCODED[code];
  return text;
}
