import { connect } from "node:net";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { presignV4 } from "../../support/presigned-url.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

const Bucket = "answer-headers";

let server: TestServer;
let host: string;
beforeAll(async () => {
  server = await startTestServer();
  host = new URL(server.endpoint).host;
  const client = server.clients().s3;
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "object", Body: "content" }));
});
afterAll(() => server?.close());

/** Heads of the answers to requests that are sent one after the other on one connection. */
async function heads(requests: readonly string[]): Promise<string[]> {
  const socket = connect(Number(new URL(server.endpoint).port), "127.0.0.1");
  let text = "";
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  for (const request of requests) socket.write(request);
  await ended;
  return text.split(/(?=HTTP\/1\.1 )/).map((answer) => answer.split("\r\n\r\n")[0] ?? "");
}

const get = (path: string, more = "", version = "1.1") =>
  `GET ${path} HTTP/${version}\r\nhost: ${host}\r\n${more}\r\n`;

test("answers name S3, and the connection only where it ends", async () => {
  const url = presignV4(host, { path: `/${Bucket}/object` });
  const website = `GET / HTTP/1.1\r\nhost: ${Bucket}.s3-website.localhost\r\n\r\n`;
  const form = `POST /${Bucket} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 7\r\n\r\n--b--\r\n`;
  const answers = await heads([
    ...[get(url), get(`/${Bucket}/missing`), get("/"), form, website],
    get(url, "connection: close\r\n"),
  ]);
  expect(answers.map((head) => head.slice(9, 12))).toEqual([
    "200",
    "403",
    "403",
    "400",
    "404",
    "200",
  ]);
  for (const head of answers) expect(head).toMatch(/\r\nserver: AmazonS3(\r\n|$)/i);
  const connections = answers.map((head) => /\r\nconnection: (\S+)/i.exec(head)?.[1]);
  expect(connections).toEqual([...Array(5).fill(undefined), "close"]);
  expect(answers.join("")).not.toMatch(/keep-alive/i);
});

test("an older client learns that its connection stays", async () => {
  const url = presignV4(host, { path: `/${Bucket}/object` });
  const [kept, closed] = await heads([
    get(url, "connection: keep-alive\r\n", "1.0"),
    get(url, "", "1.0"),
  ]);
  expect(kept).toMatch(/\r\nconnection: keep-alive/i);
  expect(closed).toMatch(/\r\nconnection: close/i);
});
