import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { SignedAuthentication } from "./authentication/authentication.ts";
import { collectBody } from "./body.ts";
import { type Capture, readCapture, readCaptures } from "./fixtures/read-capture.ts";
import type { WireRequest } from "./message.ts";
import type { Operation } from "./operation.ts";
import { parseAuthentication } from "./parse-authentication.ts";
import { parseQuery } from "./query.ts";
import { bucketFromHost, s3Addressing } from "./routing/bucket-from-host.ts";
import { decodeBody } from "./sigv4/decode-body.ts";
import { verifySignature } from "./sigv4/verify-signature.ts";
import { TEST_CREDENTIALS } from "./testing/loopback.ts";
import { services } from "./testing/services.ts";

const BODY_LIMIT_BYTES = 1024 * 1024;

function authenticate(capture: Capture, request: WireRequest): SignedAuthentication {
  const authentication = parseAuthentication(request, { isS3: capture.service === "s3" });
  if (authentication.version !== 4) throw new Error(`${capture.name} isn't signed`);
  return authentication;
}

function verify(capture: Capture, request: WireRequest, body: Uint8Array): void {
  const authentication = authenticate(capture, request);
  const options = { isS3: capture.service === "s3", body };
  const { secretAccessKey } = TEST_CREDENTIALS;
  verifySignature(authentication, request, secretAccessKey, authentication.requestTimeMs, options);
}

async function decode(capture: Capture): Promise<{ operation: Operation; input: unknown }> {
  const { request, bytes } = readCapture(capture);
  const { wire, definition } = services[capture.service];
  const isS3 = definition.s3Addressing ?? false;
  const authentication = parseAuthentication(request, { isS3 });
  if (authentication.version === 4) {
    const { secretAccessKey } = TEST_CREDENTIALS;
    const { requestTimeMs } = authentication;
    verifySignature(authentication, request, secretAccessKey, requestTimeMs, { isS3, body: bytes });
  }
  const body = decodeBody(authentication, request);
  const form = definition.protocol === "awsQuery" ? parseQuery(bytes.toString()) : undefined;
  const bucket = bucketFromHost(request.headers.host, ["s3.localhost", "127.0.0.1"]);
  const addressing = isS3 ? s3Addressing(request, bucket) : undefined;
  const operation = wire.match(request, form, addressing);
  if (operation === undefined) throw new Error(`nothing matches ${capture.name}`);
  const input = await wire.decode(operation, request, {
    body,
    ...(form === undefined ? {} : { form }),
    ...(addressing === undefined ? {} : { addressing }),
  });
  for (const [name, value] of Object.entries(input)) {
    if (value instanceof Readable) input[name] = String(await collectBody(value, BODY_LIMIT_BYTES));
    if (value instanceof Date) input[name] = value.toISOString().replace(".000Z", "Z");
  }
  return { operation, input };
}

const captures = readCaptures();
const named = captures.map((capture) => [`${capture.service} ${capture.name}`, capture] as const);
const signed = named.filter(([, capture]) => !capture.anonymous);

describe("requests that the AWS CLI and boto3 sent", () => {
  test("there are twenty or more of each protocol", () => {
    for (const protocol of ["awsQuery", "restJson1", "restXml"]) {
      const count = captures.filter(
        ({ service }) => services[service].definition.protocol === protocol,
      ).length;
      expect(count).toBeGreaterThanOrEqual(20);
    }
  });

  test.each(named)("%s: operation and input", async (_name, capture) => {
    const { operation, input } = await decode(capture);
    expect(operation.name).toBe(capture.operation);
    const expected =
      capture.body === undefined ? capture.input : { ...capture.input, Body: capture.body };
    // S3 clients add checksums, lengths and types of their own.
    if (capture.service === "s3") expect(input).toMatchObject(expected);
    else expect(input).toEqual(expected);
  });

  test.each(signed)("%s: no part can be changed", (_name, capture) => {
    const { request, bytes } = readCapture(capture);
    const forged: readonly WireRequest[] = [
      { ...request, method: request.method === "GET" ? "PUT" : "GET" },
      { ...request, rawPath: `${request.rawPath}x` },
      { ...request, rawQuery: `${request.rawQuery}&x=1` },
      { ...request, headers: { ...request.headers, host: "elsewhere:4566" } },
    ];
    for (const forgery of forged) {
      expect(() => verify(capture, forgery, bytes)).toThrow(/signature we calculated/);
    }
    if (capture.service === "s3") return;
    const longer = Buffer.concat([bytes, Buffer.from("&")]);
    expect(() => verify(capture, request, longer)).toThrow(/signature we calculated/);
  });

  test("a checksum in a trailer is known when the body has ended", async () => {
    const capture = captures.find(({ name }) => name === "boto3-put-object-chunked-trailer");
    if (capture === undefined) throw new Error("the capture is gone");
    const { request } = readCapture(capture);
    const body = decodeBody(authenticate(capture, request), request);
    const content = await collectBody(body, BODY_LIMIT_BYTES);
    expect(content.toString()).toBe(capture.body);
    expect(await body.trailers).toEqual({
      "x-amz-checksum-sha256": "XA4OpCFXHDALXfauwKEYtcPcAuBoOlRjQdXvxonfL1g=",
    });
  });
});
