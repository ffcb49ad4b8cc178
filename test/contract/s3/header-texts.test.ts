import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { presignV4 } from "../../support/presigned-url.ts";
import { send, sign } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

/* Texts beyond ASCII in headers, as bytes: clients differ in what they make of them. */

const BUCKET = "header-texts";
const PATH = `/${BUCKET}/object`;
const TEXT = 'attachment; filename="ü ✓.txt"';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.clients().s3.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => server?.close());

/** As node writes and reads headers: a character for each byte. */
const bytes = (text: string) => Buffer.from(text).toString("latin1");

async function put(headers: Record<string, string>) {
  const raw = { method: "PUT", path: PATH, body: "body", headers };
  const signed = await sign(server.endpoint, raw, { service: "s3" });
  const sent = Object.entries(signed).map(([name, value]) => [name, bytes(value)]);
  return send(server.endpoint, { ...raw, headers: Object.fromEntries(sent) });
}

async function get(query = "") {
  const url = presignV4(new URL(server.endpoint).host, { path: PATH, query });
  return (await send(server.endpoint, { method: "GET", path: url })).headers;
}

test("system metadata comes back as the bytes of its UTF-8", async () => {
  const system = {
    "content-disposition": TEXT,
    "cache-control": "no-cache; ext=✓",
    "content-language": "ü",
    "content-encoding": "ü, ✓",
    "content-type": "text/plain; name=✓",
    "x-amz-website-redirect-location": "/✓",
  };
  expect(await put(system)).toMatchObject({ status: 200, body: "" });
  const expected = Object.entries(system).map(([name, value]) => [name, bytes(value)]);
  expect(await get()).toMatchObject(Object.fromEntries(expected));
});

test("an override comes back as such bytes too, and holds no control character", async () => {
  await put({});
  const disposition = (text: string) => `response-content-disposition=${encodeURIComponent(text)}`;
  const latin = 'attachment; filename="ü.txt"';
  expect(await get(disposition(latin))).toMatchObject({ "content-disposition": bytes(latin) });
  const host = new URL(server.endpoint).host;
  for (const text of ["✓", "a\r\nx-injected: b"]) {
    const url = presignV4(host, { path: PATH, query: disposition(text) });
    const { status, body } = await send(server.endpoint, { method: "GET", path: url });
    expect([status, body], text).toEqual([
      400,
      expect.stringContaining("cannot be represented using ISO-8859-1"),
    ]);
  }
});

test.each([
  ["=?UTF-8?B?SGVsbG8=?=", "Hello"],
  ["=?UTF-8?B?SGVsbG8gw7w=?=", "=?UTF-8?Q?Hello_=C3=BC?="],
  ["=?UTF-8?Q?=C3=BC=E2=9C=93?=", "=?UTF-8?B?w7zinJM=?="],
  ["Hello ü", "=?UTF-8?Q?Hello_=C3=BC?="],
  ["ü", "=?UTF-8?B?w7w=?="],
  ["plain", "plain"],
])("user metadata %j is answered as %j", async (sent, answered) => {
  expect((await put({ "x-amz-meta-text": sent })).status).toBe(200);
  expect(await get()).toMatchObject({ "x-amz-meta-text": answered });
});

test.each(["Mon, 15 Jan 2024 12:30:45 GMT", "2024-01-15", "0", "mañana ✓"])(
  "Expires is answered as the text %j that it was",
  async (expires) => {
    expect((await put({ expires })).status).toBe(200);
    expect(await get()).toMatchObject({ expires: bytes(expires) });
  },
);

test.each([
  ["deflate, gzip", "deflate, gzip"],
  ["deflate, gzip,aws-chunked", "deflate, gzip"],
  ["aws-chunked, deflate, gzip", "deflate, gzip"],
  ["aws-chunked", undefined],
])("content-encoding %j is stored as %j", async (sent, stored) => {
  expect((await put({ "content-encoding": sent })).status).toBe(200);
  expect((await get())["content-encoding"]).toBe(stored);
});
