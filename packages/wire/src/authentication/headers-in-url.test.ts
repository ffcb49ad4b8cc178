import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Authentication, SignedAuthentication } from "./authentication.ts";
import { contradictsUrl, withHeadersInUrl } from "./headers-in-url.ts";

const presigned = (version: 2 | 4, ...signedHeaders: string[]) =>
  ({ kind: "presigned", version, signedHeaders }) as unknown as Authentication;
const V4 = presigned(4, "host");
const V2 = presigned(2);

function headersOf(query: string, how: Authentication, headers: Record<string, string> = {}) {
  const body = Readable.from([]);
  const request = { method: "PUT", rawPath: "/b/k", rawQuery: query, headers, body };
  return withHeadersInUrl(request, how).headers;
}

describe("a presigned URL's query has headers", () => {
  const BOTH = ["x-amz-meta-a", "x-amz-acl"];
  const ONLY_V4 = [
    ...["content-md5", "content-type"],
    ...["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "cache-control"],
    ...["content-disposition", "content-encoding", "content-language"],
  ];
  const SIGNATURE = [
    ...["x-amz-algorithm", "x-amz-content-sha256", "x-amz-credential", "x-amz-date"],
    ...["x-amz-expires", "x-amz-security-token", "x-amz-signature", "x-amz-signedheaders"],
  ];
  const NONE = ["versionId", "response-content-type", "x-id", "host", "authorization", "range"];
  const CHECKSUMS = ["x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm"];
  const ABOUT = ["x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"];

  test.each([
    ...[...BOTH, ...ABOUT].map((name) => [name, true, true] as const),
    ...ONLY_V4.map((name) => [name, true, false] as const),
    ...[...SIGNATURE, ...CHECKSUMS].map((name) => [name, false, true] as const),
    ...NONE.map((name) => [name, false, false] as const),
  ])("%s: in version 4 %s, in version 2 %s", (name, inV4, inV2) => {
    const query = `${name.replace(/^x-a/, "X-A")}=a%20%C3%A9`;
    const header = { [name]: Buffer.from("a é").toString("latin1") };
    expect(headersOf(query, V4)).toEqual(inV4 ? header : {});
    expect(headersOf(query, V2)).toEqual(inV2 ? header : {});
    expect(headersOf(query, { kind: "header" } as Authentication)).toEqual({});
  });

  test("a checksum only if the client undertook to send it as a header", () => {
    for (const name of CHECKSUMS)
      expect(headersOf(`${name}=1`, presigned(4, "host", name))).toEqual({ [name]: "1" });
  });

  test.each([
    ["twice", "X-Amz-Acl=a&x-amz-acl=a", /x-amz-acl must be given once/],
    ["with a line break", "x-amz-acl=a%0Ab", /x-amz-acl stands for a header/],
    ["with a control character", "x-amz-acl=%7F", /x-amz-acl stands for a header/],
    ["by a name that none has", "x-amz-a%20b=1", /x-amz-a b stands for a header/],
  ])("which none is: %s", (_, query, message) => {
    for (const how of [V4, V2])
      expect(() => headersOf(query, how)).toThrow(
        expect.objectContaining({
          code: "AuthorizationQueryParametersError",
          message: expect.stringMatching(message),
        }),
      );
  });

  test("beside the same header, which stays", () => {
    const beside = { "x-amz-acl": " private " };
    for (const how of [V2, V4]) {
      expect(headersOf("x-amz-acl=private", how, beside)).toEqual(beside);
      expect(headersOf("x-amz-acl=public", how, beside)).toEqual(beside);
    }
  });

  test.each([
    ["x-amz-acl=private", false],
    ["x-amz-acl=public", true],
    ["X-Amz-Meta-None=public", false],
    ["x-amz-checksum-crc32=other", false],
    ["X-Amz-Date=other", false],
    ["response-content-type=other", false],
  ])("contradicts a header beside it: %s, %s", (rawQuery, expected) => {
    const headers = {
      "x-amz-acl": " private ",
      "x-amz-checksum-crc32": "a",
      "x-amz-date": "a",
      "response-content-type": "a",
    };
    const request = { method: "PUT", rawPath: "/b/k", rawQuery, headers, body: Readable.from([]) };
    expect(contradictsUrl(request, V4 as SignedAuthentication)).toBe(expected);
  });
});
