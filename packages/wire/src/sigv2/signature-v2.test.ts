import { createHmac } from "node:crypto";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { withHeadersInUrl } from "../authentication/headers-in-url.ts";
import type { WireRequest } from "../message.ts";
import { parseAuthentication } from "../parse-authentication.ts";
import { verifySignatureV2 } from "./signature-v2.ts";

/** The example of the S3 developer guide, "Signing and authenticating REST requests". */
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const QUERY =
  "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";
const EXPIRES_MS = 1_175_139_620_000;

function get(rawQuery: string, rawPath = "/photos/puppy.jpg"): WireRequest {
  return { method: "GET", rawPath, rawQuery, headers: {}, body: Readable.from([]) };
}

const parseV2 = (request: WireRequest) => parseAuthentication(request, { isS3: true });

function verify(request: WireRequest, nowMs: number, secret = SECRET, bucket = "johnsmith") {
  const presigned = parseV2(request);
  if (presigned.version !== 2) throw new Error("no signature found");
  verifySignatureV2(presigned, withHeadersInUrl(request, presigned), secret, nowMs, bucket);
}

describe("a URL presigned with signature version 2", () => {
  test("is accepted until its end", () => {
    expect(() => verify(get(QUERY), EXPIRES_MS)).not.toThrow();
    expect(() => verify(get(QUERY), EXPIRES_MS + 1)).toThrow("Request has expired");
  });

  test.each([
    ["another path", get(QUERY, "/photos/kitten.jpg"), SECRET, "johnsmith"],
    ["another bucket", get(QUERY), SECRET, "janesmith"],
    ["another secret", get(QUERY), "guess", "johnsmith"],
    ["a subresource added", get(`${QUERY}&acl`), SECRET, "johnsmith"],
    ["a response header added", get(`${QUERY}&response-expires=1`), SECRET, "johnsmith"],
    ["a header moved into the query", get(`${QUERY}&x-amz-acl=public-read`), SECRET, "johnsmith"],
    ["another method", { ...get(QUERY), method: "PUT" }, SECRET, "johnsmith"],
    ["a later end", get(QUERY.replace("1175139620", "1175139621")), SECRET, "johnsmith"],
  ])("is refused for %s", (_what, request, secret, bucket) => {
    expect(() => verify(request, EXPIRES_MS, secret, bucket)).toThrow("does not match");
  });

  test.each([
    ["acl", "acl", true],
    ["acl=", "acl=", true],
    ["acl=", "acl", true],
    ["acl", "acl=", false],
    ["acl=x", "acl", false],
    ["acl=&uploads=", "acl&uploads", true],
    ["versionId=&acl", "acl&versionId", true],
  ])("with ?%s is good where ?%s was signed: %s", (sent, signed, isGood) => {
    const text = `GET\n\n\n1175139620\n/johnsmith/photos/puppy.jpg?${signed}`;
    const signature = createHmac("sha1", SECRET).update(text).digest("base64");
    const signedQuery = QUERY.replace(
      /Signature=[^&]+/,
      `Signature=${encodeURIComponent(signature)}`,
    );
    const check = () => verify(get(`${signedQuery}&${sent}`), EXPIRES_MS);
    if (isGood) expect(check).not.toThrow();
    else expect(check).toThrow("does not match");
  });

  test("is missed where there is none, and refused when a part is missing", () => {
    expect(parseV2(get("acl"))).toEqual({ kind: "anonymous" });
    expect(parseV2(get("Expires=1"))).toEqual({ kind: "anonymous" });
    expect(() => parseV2(get("AWSAccessKeyId=x&Expires=1"))).toThrow("Signature");
    expect(() => parseV2(get(QUERY.replace("Expires=", "Expires=soon")))).toThrow(
      "Invalid date (should be seconds since epoch): soon1175139620",
    );
  });

  test("is refused beside a header's, and with what should have been signed", () => {
    const twice = { ...get(QUERY), headers: { authorization: "Bearer token" } };
    expect(() => parseV2(twice)).toThrow(
      expect.objectContaining({
        code: "InvalidArgument",
        fields: { ArgumentName: "Authorization", ArgumentValue: "Bearer token" },
      }),
    );
    expect(() => verify(get(QUERY), EXPIRES_MS, "guess")).toThrow(
      expect.objectContaining({
        fields: {
          AWSAccessKeyId: "AKIAIOSFODNN7EXAMPLE",
          StringToSign: "GET\n\n\n1175139620\n/johnsmith/photos/puppy.jpg",
          SignatureProvided: "NpgCjnDzrM+WFzoENXmpNDUsSn8=",
          StringToSignBytes: expect.stringMatching(/^47 45 54 0a 0a 0a 31( [0-9a-f]{2})+$/),
        },
      }),
    );
  });
});
