import { Readable } from "node:stream";
import { Sha256 } from "@smithy/core/checksum";
import { extendedEncodeURIComponent } from "@smithy/core/protocols";
import { HttpRequest } from "@smithy/core/transport";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuthDialect } from "../authentication/auth-error.ts";
import { MAX_CLOCK_SKEW_MS, MAX_PRESIGNED_EXPIRES_SECONDS } from "../limits.ts";
import type { WireRequest } from "../message.ts";
import { parseAuthentication } from "../parse-authentication.ts";
import { TEST_CREDENTIALS, toWireRequest } from "../testing/loopback.ts";
import { formatAmzDate } from "./amz-date.ts";
import { signS3Request } from "./sign-request.ts";
import { sha256Hex, verifySignature } from "./verify-signature.ts";

const NOW_MS = Date.parse("2026-11-24T12:00:00Z");
const MINUTE_MS = 60_000;
const UNSIGNED = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };

function signer(isS3: boolean, sessionToken?: string): SignatureV4 {
  return new SignatureV4({
    credentials: { ...TEST_CREDENTIALS, ...(sessionToken === undefined ? {} : { sessionToken }) },
    region: "eu-west-1",
    service: isS3 ? "s3" : "iam",
    sha256: Sha256,
    uriEscapePath: !isS3,
  });
}

interface Parts {
  readonly segments: readonly string[];
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function httpRequest({ segments, query, headers, body }: Parts): HttpRequest {
  return new HttpRequest({
    method: "POST",
    hostname: "localhost",
    port: 4566,
    path: `/${segments.map(extendedEncodeURIComponent).join("/")}`,
    query: { ...query },
    headers: { host: "localhost:4566", ...headers },
    body,
  });
}

const text = fc.string({ unit: "grapheme", maxLength: 8 });
const parts: fc.Arbitrary<Parts> = fc.record({
  segments: fc.array(text, { maxLength: 4 }),
  query: fc.dictionary(
    text.filter((name) => name !== ""),
    fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })),
    {
      maxKeys: 4,
      noNullPrototype: true,
    },
  ),
  headers: fc.dictionary(
    fc.stringMatching(/^x-test-[a-z0-9-]{1,6}$/),
    fc.stringMatching(/^[ -~éß漢]{0,12}$/),
    { maxKeys: 3, noNullPrototype: true },
  ),
  body: text,
});

function verify(request: WireRequest, dialect: AuthDialect, body = "", nowMs = NOW_MS): void {
  const authentication = parseAuthentication(request, { dialect });
  if (authentication.version !== 4) throw new Error("the request isn't signed");
  const { secretAccessKey } = TEST_CREDENTIALS;
  verifySignature(authentication, request, secretAccessKey, nowMs, {
    dialect,
    body: Buffer.from(body),
  });
}

describe("what the JavaScript SDK signs", () => {
  test.each([
    ["S3", "s3"],
    ["other services", "query"],
  ] as const)("is verified, in headers and presigned: %s", async (_name, dialect) => {
    const isS3 = dialect === "s3";
    await fc.assert(
      fc.asyncProperty(
        parts,
        fc.boolean(),
        fc.option(fc.constant("token/+=")),
        async (given, presign, token) => {
          const sigv4 = signer(isS3, token ?? undefined);
          const signingDate = new Date(NOW_MS);
          // S3's presigner says in the query that the body is unsigned.
          const unsigned = httpRequest(
            isS3 && presign ? { ...given, headers: { ...given.headers, ...UNSIGNED } } : given,
          );
          const signed = presign
            ? await sigv4.presign(unsigned, { signingDate, expiresIn: 60 })
            : await sigv4.sign(unsigned, { signingDate });
          const request = toWireRequest(
            HttpRequest.clone(signed as HttpRequest),
            Buffer.from(given.body),
          );
          const authentication = parseAuthentication(request, { isS3 });
          expect(authentication).toMatchObject({
            kind: presign ? "presigned" : "header",
            accessKeyId: TEST_CREDENTIALS.accessKeyId,
            region: "eu-west-1",
            date: "20261124",
            sessionToken: token ?? undefined,
          });
          expect(() => verify(request, dialect, given.body)).not.toThrow();
          const wrongHost = { ...request, headers: { ...request.headers, host: "localhost:1" } };
          expect(() => verify(wrongHost, dialect, given.body)).toThrow(/does not match/);
        },
      ),
      { numRuns: 100 },
    );
  });
});

test("requests to S3 are signed as the JavaScript SDK signs them", async () => {
  await fc.assert(
    fc.asyncProperty(parts, async ({ segments, headers }) => {
      const given = httpRequest({ segments, headers, query: { uploadId: "a/b" }, body: "" });
      const payload = sha256Hex("body");
      given.headers["x-amz-content-sha256"] = payload;
      const theirs = await signer(true).sign(given, { signingDate: new Date(NOW_MS) });
      const { method, rawPath, headers: sent } = toWireRequest(given, Buffer.alloc(0));
      const { "x-amz-content-sha256": _, ...plain } = sent;
      const request = { method, rawPath, rawQuery: "uploadId=a%2Fb", headers: plain };
      const ours = signS3Request(
        request,
        payload,
        { ...TEST_CREDENTIALS, region: "eu-west-1" },
        NOW_MS,
      );
      expect(ours.authorization).toBe(theirs.headers.authorization);
    }),
  );
});

/** A request that is signed right, as the ground from which each failure departs. */
async function signedRequest(dialect: AuthDialect, atMs = NOW_MS): Promise<WireRequest> {
  const given = { segments: ["a"], query: {}, headers: { "x-amz-meta-a": "b" }, body: "" };
  const signed = await signer(dialect === "s3").sign(httpRequest(given), {
    signingDate: new Date(atMs),
  });
  return toWireRequest(HttpRequest.clone(signed as HttpRequest), Buffer.alloc(0));
}

async function presignedRequest(dialect: AuthDialect, expiresIn: number): Promise<WireRequest> {
  const headers = dialect === "s3" ? UNSIGNED : {};
  const given = { segments: ["a"], query: {}, headers, body: "" };
  const options = { signingDate: new Date(NOW_MS), expiresIn };
  const signed = await signer(dialect === "s3").presign(httpRequest(given), options);
  return toWireRequest(HttpRequest.clone(signed as HttpRequest), Buffer.alloc(0));
}

type Change = (request: WireRequest) => WireRequest;

function authorization(change: (value: string) => string): Change {
  return (request) => {
    const changed = change(request.headers.authorization ?? "");
    return { ...request, headers: { ...request.headers, authorization: changed } };
  };
}

function header(name: string, value: string | undefined): Change {
  return (request) => {
    const { [name]: _old, ...others } = request.headers;
    return { ...request, headers: value === undefined ? others : { ...others, [name]: value } };
  };
}

const S3_DENIED = "AccessDenied 403";
const failures: readonly (readonly [string, Change, query: string, s3: string])[] = [
  [
    "the signature is another's",
    authorization((value) => value.replace(/.{4}$/, "0000")),
    "SignatureDoesNotMatch 403",
    "SignatureDoesNotMatch 403",
  ],
  [
    "there is no Credential",
    authorization((value) => value.replace("Credential", "Credentials")),
    "IncompleteSignature 400",
    "AuthorizationHeaderMalformed 400",
  ],
  [
    "there is no Signature",
    authorization((value) => value.replace(/, Signature=.*/, "")),
    "IncompleteSignature 400",
    "AuthorizationHeaderMalformed 400",
  ],
  [
    "there are no SignedHeaders",
    authorization((value) => value.replace(/ SignedHeaders=[^,]*,/, "")),
    "IncompleteSignature 400",
    "AuthorizationHeaderMalformed 400",
  ],
  [
    "the scope is too short",
    authorization((value) => value.replace("/aws4_request", "")),
    "IncompleteSignature 400",
    "AuthorizationHeaderMalformed 400",
  ],
  [
    "the scope ends otherwise",
    authorization((value) => value.replace("aws4_request", "aws5_request")),
    "SignatureDoesNotMatch 403",
    "AuthorizationHeaderMalformed 400",
  ],
  [
    "the scope is of another day",
    authorization((value) => value.replace("20261124", "20261123")),
    "SignatureDoesNotMatch 403",
    "AuthorizationHeaderMalformed 400",
  ],
  [
    "a header is signed twice",
    authorization((value) => value.replace("host;", "host;host;")),
    "IncompleteSignature 400",
    "AuthorizationHeaderMalformed 400",
  ],
  [
    "a signed header was never sent",
    authorization((value) => value.replace("host;", "__proto__;constructor;host;")),
    "SignatureDoesNotMatch 403",
    "SignatureDoesNotMatch 403",
  ],
  [
    "only HTTP/2's name of the host is signed",
    authorization((value) => value.replace("host;", ":authority;")),
    "SignatureDoesNotMatch 403",
    S3_DENIED,
  ],
  [
    "the host isn't signed",
    authorization((value) => value.replace("host;", "")),
    "SignatureDoesNotMatch 403",
    S3_DENIED,
  ],
  [
    "it is signed with SigV4a",
    authorization((value) => value.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")),
    "IncompleteSignature 400",
    "InvalidRequest 400",
  ],
  [
    "it begins as version 2 does",
    authorization(() => "AWS AKIAIOSFODNN7EXAMPLE"),
    "IncompleteSignature 400",
    "InvalidArgument 400",
  ],
  ["there is no date", header("x-amz-date", undefined), "IncompleteSignature 400", S3_DENIED],
  ["the date is no date", header("x-amz-date", "yesterday"), "IncompleteSignature 400", S3_DENIED],
  [
    "it is signed twice",
    (request) => ({ ...request, rawQuery: "X-Amz-Algorithm=AWS4-HMAC-SHA256" }),
    "IncompleteSignature 400",
    "InvalidArgument 400",
  ],
];

const s3Failures: readonly (readonly [string, Change, string])[] = [
  ["an x-amz- header isn't signed", header("x-amz-acl", "public-read"), S3_DENIED],
  [
    "the content's hash is missing",
    header("x-amz-content-sha256", undefined),
    "InvalidRequest 400",
  ],
  ["the content's hash is no hash", header("x-amz-content-sha256", "abc"), "InvalidArgument 400"],
  ["the date is before all", header("x-amz-date", "19500707T215304Z"), S3_DENIED],
  ["the date is long past", header("x-amz-date", "20100707T215304Z"), "RequestTimeTooSkewed 403"],
  ["the date is to come", header("x-amz-date", "99990707T215304Z"), "RequestTimeTooSkewed 403"],
];

function outcome(request: WireRequest, dialect: AuthDialect, nowMs = NOW_MS): string {
  try {
    verify(request, dialect, "", nowMs);
    return "verified";
  } catch (error) {
    const { code, status, message } = error as { code?: string; status?: number; message: string };
    // AWS puts the details of an expired signature into its message only.
    return message.startsWith("Signature ") ? message : `${code} ${status}`;
  }
}

describe("a signature is refused with AWS's code", () => {
  test.each(failures)("when %s", async (_name, change, query, s3) => {
    expect(outcome(change(await signedRequest("query")), "query")).toBe(query);
    expect(outcome(change(await signedRequest("s3")), "s3")).toBe(s3);
  });

  test.each(s3Failures)("by S3 when %s", async (_name, change, s3) => {
    expect(outcome(change(await signedRequest("s3")), "s3")).toBe(s3);
  });

  test("by S3 with the name of a header that is missing", async () => {
    const request = header("x-amz-content-sha256", undefined)(await signedRequest("s3"));
    expect(() => verify(request, "s3")).toThrow(
      "Missing required header for this request: x-amz-content-sha256",
    );
  });

  test("by S3 with the bytes of what should have been signed", async () => {
    const forged = header("host", "elsewhere")(await signedRequest("s3"));
    expect(() => verify(forged, "s3")).toThrow(
      expect.objectContaining({
        fields: expect.objectContaining({
          StringToSignBytes: expect.stringMatching(/^41 57 53 34 2d( [0-9a-f]{2})+$/),
          CanonicalRequestBytes: expect.stringMatching(/^[0-9a-f]{2}( [0-9a-f]{2})+$/),
        }),
      }),
    );
  });

  test("by S3 for a query's credential in other words than for a header's", async () => {
    const request = await presignedRequest("s3", 60);
    const rawQuery = request.rawQuery.replace(/(X-Amz-Credential=[^%&]+)[^&]*/, "$1");
    expect(() => verify({ ...request, rawQuery }, "s3")).toThrow(
      /^Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; /,
    );
  });

  test("in the JSON services' words", async () => {
    const forged = header("host", "elsewhere")(await signedRequest("json"));
    expect(outcome(forged, "json")).toBe("InvalidSignatureException 403");
  });
});

describe("time", () => {
  test("a signed request is good for fifteen minutes either way", async () => {
    const at = async (offsetMs: number, dialect: AuthDialect) =>
      outcome(await signedRequest(dialect, NOW_MS - offsetMs), dialect);
    for (const dialect of ["s3", "query"] as const) {
      expect(await at(MAX_CLOCK_SKEW_MS, dialect)).toBe("verified");
      expect(await at(-MAX_CLOCK_SKEW_MS, dialect)).toBe("verified");
    }
    expect(await at(MAX_CLOCK_SKEW_MS + MINUTE_MS, "s3")).toBe("RequestTimeTooSkewed 403");
    expect(await at(-MAX_CLOCK_SKEW_MS - MINUTE_MS, "s3")).toBe("RequestTimeTooSkewed 403");
    expect(await at(MAX_CLOCK_SKEW_MS + MINUTE_MS, "query")).toBe(
      "Signature expired: 20261124T114400Z is now earlier than 20261124T114500Z (20261124T120000Z - 15 min.)",
    );
    expect(await at(-MAX_CLOCK_SKEW_MS - MINUTE_MS, "query")).toBe(
      "Signature not yet current: 20261124T121600Z is still later than 20261124T121500Z (20261124T120000Z + 15 min.)",
    );
  });

  test("a presigned URL lives as long as it says, seven days at most", async () => {
    const request = await presignedRequest("s3", 3600);
    expect(outcome(request, "s3", NOW_MS + 3600 * 1000)).toBe("verified");
    expect(outcome(request, "s3", NOW_MS + 3601 * 1000)).toBe(S3_DENIED);
    const longest = await presignedRequest("s3", MAX_PRESIGNED_EXPIRES_SECONDS);
    expect(outcome(longest, "s3", NOW_MS + MAX_PRESIGNED_EXPIRES_SECONDS * 1000)).toBe("verified");
    const tooLong = longest.rawQuery.replace("Expires=604800", "Expires=604801");
    const code = "AuthorizationQueryParametersError 400";
    expect(outcome({ ...longest, rawQuery: tooLong }, "s3")).toBe(code);
    const dead = await presignedRequest("s3", 0);
    expect(outcome(dead, "s3", NOW_MS + 1)).toBe(S3_DENIED);
    const negative = longest.rawQuery.replace("Expires=604800", "Expires=-1");
    expect(outcome({ ...longest, rawQuery: negative }, "s3")).toBe(code);
  });
});

describe("forms of the same request", () => {
  test("S3 keys are encoded once and never normalised", async () => {
    for (const path of ["/b/a//b/../c", "/b/%2E%2E/x", "/b/a+b", "/b/a%2Bb"]) {
      const request: WireRequest = {
        method: "GET",
        rawPath: path,
        rawQuery: "",
        headers: {
          host: "localhost:4566",
          "x-amz-date": formatAmzDate(NOW_MS),
          "x-amz-content-sha256": sha256Hex(""),
        },
        body: Readable.from([]),
      };
      const canonical = new HttpRequest({
        method: "GET",
        hostname: "localhost",
        path: path.replace("%2E%2E", "..").replace("+", "%2B"),
        headers: { ...request.headers },
      });
      const signed = await signer(true).sign(canonical, { signingDate: new Date(NOW_MS) });
      const value = signed.headers.authorization;
      expect(outcome(header("authorization", value)(request), "s3")).toBe("verified");
    }
  });

  test("text in a header may be sent as UTF-8 or as Latin-1", async () => {
    const given = { segments: [], query: {}, headers: { "x-amz-meta-a": "é  b" }, body: "" };
    const signed = await signer(true).sign(httpRequest(given), { signingDate: new Date(NOW_MS) });
    const asUtf8 = toWireRequest(HttpRequest.clone(signed as HttpRequest), Buffer.alloc(0));
    expect(asUtf8.headers["x-amz-meta-a"]).toBe("Ã©  b");
    expect(outcome(asUtf8, "s3")).toBe("verified");
    expect(outcome(header("x-amz-meta-a", "é  b")(asUtf8), "s3")).toBe("verified");
    expect(outcome(header("x-amz-meta-a", " é b ")(asUtf8), "s3")).toBe("verified");
    expect(outcome(header("x-amz-meta-a", "e b")(asUtf8), "s3")).toBe("SignatureDoesNotMatch 403");
  });

  test("a Date header serves where there is no x-amz-date", async () => {
    const request = await signedRequest("query");
    const withDate = header(
      "date",
      new Date(NOW_MS).toUTCString(),
    )(header("x-amz-date", undefined)(request));
    expect(parseAuthentication(withDate)).toMatchObject({ amzDate: formatAmzDate(NOW_MS) });
  });

  test("a request without a signature is anonymous", async () => {
    for (const none of [undefined, ""]) {
      const request = header("authorization", none)(await signedRequest("s3"));
      expect(parseAuthentication(request, { isS3: true })).toEqual({ kind: "anonymous" });
    }
  });
});
