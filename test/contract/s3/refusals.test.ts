import { createHash } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RawRequest, send, sendSigned } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/** Requests that no SDK sends, and S3's words for refusing them. */
const BUCKET = "refusals-contract";
const MALFORMED =
  "The XML you provided was not well-formed or did not validate against our published schema";
const KMS_NEEDS_HEADER = [
  "Server Side Encryption with AWS KMS managed key",
  "requires HTTP header x-amz-server-side-encryption : aws:kms",
].join(" ");
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.clients().s3.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => server?.close());

function md5(text: string) {
  return { "content-md5": createHash("md5").update(text).digest("base64") };
}

function remove(body: string, headers: Record<string, string> = md5(body)): RawRequest {
  return { method: "POST", path: `/${BUCKET}`, query: { delete: "" }, body, headers };
}

const LIST = "<Delete><Object><Key>a</Key></Object></Delete>";
const key = { method: "PUT", path: `/${BUCKET}/key`, body: "x" };
const part: RawRequest = { ...key, query: { partNumber: "1", uploadId: "upload" } };
const completion: RawRequest = { ...key, method: "POST", query: { uploadId: "upload" } };

test.each<[string, RawRequest, number, string, string]>([
  [
    "max-keys=abc",
    { method: "GET", path: `/${BUCKET}`, query: { "max-keys": "abc" } },
    400,
    "InvalidArgument",
    "Provided max-keys not an integer or within integer range",
  ],
  [
    "max-keys above 31 bits",
    { method: "GET", path: `/${BUCKET}`, query: { "max-keys": "99999999999" } },
    400,
    "InvalidArgument",
    "Provided max-keys not an integer or within integer range",
  ],
  [
    "a method that a bucket hasn't",
    { method: "PATCH", path: `/${BUCKET}` },
    405,
    "MethodNotAllowed",
    "The specified method is not allowed against this resource.",
  ],
  [
    "a part without its number",
    { ...key, query: { uploadId: "upload" } },
    400,
    "InvalidArgument",
    "This operation does not accept a query-string.",
  ],
  ["an empty list", remove("<Delete/>"), 400, "MalformedXML", MALFORMED],
  [
    "a key without text",
    remove("<Delete><Object><Key/></Object></Delete>"),
    400,
    "MalformedXML",
    MALFORMED,
  ],
  ["no list", remove(""), 400, "MissingRequestBodyError", "Request Body is empty"],
  [
    "a list without digest",
    remove(LIST, {}),
    400,
    "InvalidRequest",
    "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
  ],
  [
    "another list's MD5",
    remove(LIST, md5("<Delete/>")),
    400,
    "BadDigest",
    "The Content-MD5 you specified did not match what we received.",
  ],
  [
    "what is no MD5",
    remove(LIST, { "content-md5": "abc" }),
    400,
    "InvalidDigest",
    "The Content-MD5 you specified was invalid.",
  ],
  [
    "another list's checksum",
    remove(LIST, { "x-amz-checksum-crc32": "AAAAAA==" }),
    400,
    "BadDigest",
    "The CRC32 you specified did not match the calculated checksum.",
  ],
  [
    "reading a key that is too long",
    { method: "GET", path: `/${BUCKET}/${"k".repeat(1025)}` },
    400,
    "KeyTooLongError",
    "Your key is too long",
  ],
  [
    "a private ACL where there are none",
    { ...key, headers: { "x-amz-acl": "private" } },
    400,
    "AccessControlListNotSupported",
    "The bucket does not allow ACLs",
  ],
  [
    "a customer's key without its algorithm",
    { ...key, headers: { "x-amz-server-side-encryption-customer-key": "AAAA" } },
    400,
    "InvalidArgument",
    "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.",
  ],
  [
    "encryption that isn't there",
    { ...key, headers: { "x-amz-server-side-encryption": "aes:kms" } },
    400,
    "InvalidArgument",
    "The encryption method specified is not supported",
  ],
  [
    "a KMS key without KMS",
    { ...key, headers: { "x-amz-server-side-encryption-aws-kms-key-id": "k" } },
    400,
    "InvalidArgument",
    KMS_NEEDS_HEADER,
  ],
  [
    "a part's KMS key without KMS",
    { ...part, headers: { "x-amz-server-side-encryption-aws-kms-key-id": "k" } },
    400,
    "InvalidArgument",
    KMS_NEEDS_HEADER,
  ],
  ...[
    { method: "GET", path: `/${BUCKET}` },
    { method: "GET", path: `/${BUCKET}`, query: { "list-type": "2" } },
    { method: "GET", path: `/${BUCKET}/key` },
    part,
    { ...part, body: "", headers: { "x-amz-copy-source": `/${BUCKET}/key` } },
    { ...completion, body: "<CompleteMultipartUpload/>" },
  ].map((request): [string, RawRequest, number, string, string] => [
    `encryption where nothing begins: ${request.method} ${Object.keys(request.query ?? {})}`,
    { ...request, headers: { ...request.headers, "x-amz-server-side-encryption": "AES256" } },
    400,
    "InvalidArgument",
    "x-amz-server-side-encryption header is not supported for this operation.",
  ]),
])("%s", async (_what, request, status, code, message) => {
  const answer = await sendSigned(server.endpoint, request, { service: "s3" });
  expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(code)]);
  expect(answer.body).toContain(`<Message>${message}</Message>`);
});

const cors = {
  origin: "https://app.example.com",
  "access-control-request-method": "GET",
};

test.each([
  ["the bucket is missing", "/no-such-bucket-here/k", cors, 403, "Bucket not found"],
  ["the bucket has no rules", `/${BUCKET}/k`, cors, 403, "CORS is not enabled for this bucket."],
  ["nobody asks", `/${BUCKET}/k`, {}, 400, "Origin request header needed."],
  [
    "nothing is asked",
    `/${BUCKET}/k`,
    { origin: cors.origin },
    403,
    "<Method>OPTIONS</Method><ResourceType>BUCKET</ResourceType>",
  ],
])("a preflight is refused when %s", async (_when, path, headers, status, words) => {
  const answer = await send(server.endpoint, { method: "OPTIONS", path, headers });
  expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(words)]);
});
