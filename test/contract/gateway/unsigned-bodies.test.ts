import { createHash } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RawRequest, send, sendSigned } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const BUCKET = "for-everybody";
const KIB = 1024;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
  await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket: BUCKET }));
  const Resource = `arn:aws:s3:::${BUCKET}/*`;
  const Statement = { Effect: "Allow", Principal: "*", Action: "s3:DeleteObject", Resource };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await client.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
});
afterAll(() => server?.close());

const fill = (piece: string, sizeBytes: number) =>
  piece.repeat(Math.ceil(sizeBytes / piece.length));
const object = (path: string, body: string, method = "POST"): RawRequest => ({
  method,
  path,
  body,
});
const form = (body: string): RawRequest => ({
  method: "POST",
  path: "/",
  body: `Action=AssumeRoleWithSAML&Version=2011-06-15&${body}`,
  headers: { "content-type": "application/x-www-form-urlencoded" },
});
const BUCKET_PATH = `/${BUCKET}`;

test.each<[string, RawRequest]>([
  ["elements", object(`${BUCKET_PATH}?delete`, `<Delete>${fill("<a/>", 300 * KIB)}</Delete>`)],
  ["references", object(`${BUCKET_PATH}?delete`, `<Delete>${fill("&amp;", 300 * KIB)}</Delete>`)],
  ["parts", object(`${BUCKET_PATH}/a?uploadId=a`, fill("<Part></Part>", 300 * KIB))],
  ["rules", object(`${BUCKET_PATH}?lifecycle`, fill("<Rule></Rule>", 300 * KIB), "PUT")],
  ["a policy", object(`${BUCKET_PATH}?policy`, fill("[", 300 * KIB), "PUT")],
  ["one value of a form", form(`SAMLAssertion=${fill("a", 300 * KIB)}`)],
])("of more than 256 KB nothing is read for whoever signs nothing: %s", async (_what, raw) => {
  const { status, body } = await send(server.endpoint, raw);
  expect([status, body]).toEqual([413, expect.stringContaining("RequestEntityTooLarge")]);
});

test("nor of a form with more parameters than any operation has", async () => {
  const { status, body } = await send(server.endpoint, form(fill("a=&", 3 * 500)));
  expect([status, body]).toEqual([400, expect.stringContaining("at most 500 parameters")]);
});

test("what callers send is read as before: a thousand keys, unsigned; more, signed", async () => {
  const keys = (count: number, name: string) => {
    const objects = Array.from(
      { length: count },
      (_, index) => `<Object><Key>${name}${index}</Key></Object>`,
    );
    const text = `<Delete>${objects.join("")}</Delete>`;
    const headers = { "content-md5": createHash("md5").update(text).digest("base64") };
    return { ...object(`${BUCKET_PATH}?delete`, text), headers };
  };
  const { status, body } = await send(server.endpoint, keys(1_000, fill("k", 100)));
  expect([status, body.split("<Deleted>").length]).toEqual([200, 1_001]);
  const [path, query] = [BUCKET_PATH, { delete: "" }];
  const large = { ...keys(1_000, fill("k", 500)), path, query };
  const signed = await sendSigned(server.endpoint, large, { service: "s3" });
  expect(signed.status).toBe(200);
});
