import { request as httpRequest } from "node:http";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, refusalOf } from "../../support/s3-refusals.ts";
import { sign } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/** Requests of clients that aren't SDKs, or of old ones, and what they read of the answer. */
const Bucket = "odd-requests-contract";
const EMPTY_SHA256 = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
const X_SHA256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
const crc = { "x-amz-checksum-crc32": "jNxa8A==" };
const SINGLE = "400 InvalidRequest | Expecting a single x-amz-checksum- header";
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "o", Body: "x" }));
});
afterAll(() => server?.close());

const put = (headers: Record<string, string>) => ask(`PUT /${Bucket}/k`, "x", headers);

test.each([
  [
    "a body that isn't the one that was signed",
    put({ "x-amz-content-sha256": EMPTY_SHA256 }),
    "400 XAmzContentSHA256Mismatch | The provided 'x-amz-content-sha256' header does not match " +
      `what was computed. | ClientComputedContentSHA256=${EMPTY_SHA256} | ` +
      `S3ComputedContentSHA256=${X_SHA256}`,
  ],
  [
    "a checksum that S3 doesn't know",
    put({ "x-amz-checksum-bad": "AAAA" }),
    "400 InvalidRequest | The algorithm type you specified in x-amz-checksum- header is invalid.",
  ],
  [
    "a checksum before and after the body",
    put({ ...crc, "x-amz-trailer": Object.keys(crc)[0] ?? "" }),
    SINGLE,
  ],
  [
    "two checksums",
    put({ ...crc, "x-amz-checksum-sha1": "AAAA" }),
    `${SINGLE}. Multiple checksum Types are not allowed.`,
  ],
  [
    "a checksum after the body that is none",
    ask(`PUT /${Bucket}/k`, "1\r\nx\r\n0\r\nx-amz-checksum-crc32:bad\r\n", {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": "1",
      "x-amz-trailer": "x-amz-checksum-crc32",
    }),
    "400 InvalidRequest | Value for x-amz-checksum-crc32 trailing header is invalid.",
  ],
  [
    "a body with signed trailers that has none",
    ask(`PUT /${Bucket}/k`, `0;chunk-signature=${X_SHA256}\r\n`, {
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": "0",
    }),
    "400 IncompleteBody | The request body terminated unexpectedly",
  ],
  [
    "a part whose number none can have",
    ask(`GET /${Bucket}/o?partNumber=10001`),
    "400 InvalidArgument | Part number must be an integer between 1 and 10000, inclusive | " +
      "ArgumentName=partNumber | ArgumentValue=10001",
  ],
  [
    "a version's marker without a key's, whatever it is,",
    ask(`GET /${Bucket}?versions&version-id-marker=bogus`),
    "400 InvalidArgument | A version-id marker cannot be specified without a key marker. | " +
      "ArgumentName=version-id-marker | ArgumentValue=bogus",
  ],
  [
    "a version's marker that is none, with an empty key's,",
    ask(`GET /${Bucket}?versions&key-marker=&version-id-marker=bogus`),
    "400 InvalidArgument | Invalid version id specified | ArgumentName=version-id-marker | " +
      "ArgumentValue=bogus",
  ],
  [
    "a version's marker without text",
    ask(`GET /${Bucket}?versions&key-marker=k&version-id-marker=`),
    "400 InvalidArgument | A version-id marker cannot be empty. | " +
      "ArgumentName=version-id-marker | ArgumentValue=",
  ],
  [
    "a version's marker that is none, before an encoding,",
    ask(`GET /${Bucket}?versions&encoding-type=x&key-marker=k&version-id-marker=bogus`),
    "400 InvalidArgument | Invalid version id specified | ArgumentName=version-id-marker | " +
      "ArgumentValue=bogus",
  ],
  [
    "a page of versions below zero",
    ask(`GET /${Bucket}?versions&max-keys=-1&version-id-marker=bogus`),
    "400 InvalidArgument | max-keys cannot be negative | ArgumentName=max-keys",
  ],
  [
    "a page of objects below zero",
    ask(`GET /${Bucket}?max-keys=-1`),
    "400 InvalidArgument | Argument maxKeys must be an integer between 0 and 2147483647 | " +
      "ArgumentName=maxKeys | ArgumentValue=-1",
  ],
  [
    "a prefix of versions with a character that no key has",
    ask(`GET /${Bucket}?versions&prefix=a%00`),
    "400 InvalidArgument | Value must be a sequence of Unicode characters and cannot include " +
      "Null. | ArgumentName=prefix | ArgumentValue=a&#x0;",
  ],
])("%s is refused as AWS refuses it", async (_what, request, refusal) => {
  expect(await refusalOf(server.endpoint, request)).toBe(refusal);
});

test("whoever signs for the Region US, as s3cmd does at first, learns the right one", async () => {
  expect(await refusalOf(server.endpoint, ask(`GET /${Bucket}`), "US")).toBe(
    "400 AuthorizationHeaderMalformed | The authorization header is malformed; " +
      "the region 'US' is wrong; expecting 'us-east-1' | Region=us-east-1",
  );
});

/** Sends the request by node itself, which sends a body of unknown length in HTTP's own chunks. */
async function sendPlain(method: string, path: string, body?: string) {
  const raw = {
    method,
    path: `/${Bucket}/${path}`,
    headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
  };
  const headers = await sign(server.endpoint, raw, { service: "s3" });
  const sent = httpRequest(`${server.endpoint}${raw.path}`, { method, headers });
  if (body !== undefined) sent.write(body);
  return await new Promise<{ status: string; text: string }>((resolve, reject) => {
    sent.once("error", reject).once("response", async (answer) => {
      let text = "";
      for await (const chunk of answer) text += chunk;
      resolve({ status: `${answer.statusCode} ${answer.statusMessage}`, text });
    });
    sent.end();
  });
}

test("a body in HTTP's own chunks isn't taken", async () => {
  const { status, text } = await sendPlain("PUT", "k", "x");
  expect(status).toBe("501 Not Implemented");
  expect(text).toContain("<Code>NotImplemented</Code>");
  expect(text).toContain("<Header>Transfer-Encoding</Header>");
});

test("HEAD of a range that isn't there gives S3's reason, which botocore shows", async () => {
  const raw = { method: "HEAD", path: `/${Bucket}/o`, headers: { range: "bytes=5-" } };
  const headers = await sign(server.endpoint, raw, { service: "s3" });
  const answer = await fetch(`${server.endpoint}${raw.path}`, { method: "HEAD", headers });
  expect(`${answer.status} ${answer.statusText}`).toBe("416 Requested Range Not Satisfiable");
});
