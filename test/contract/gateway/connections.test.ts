import { once } from "node:events";
import { connect } from "node:net";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFeed, sign } from "../../support/signed-request.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const BUCKET = "connections";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => server.close());

/**
 * Writes raw bytes on a connection and gives what comes back until `until` matches or it closes.
 */
async function talk(lines: readonly string[], until: RegExp, body = ""): Promise<string> {
  const { hostname, port } = new URL(server.endpoint);
  const socket = connect(Number(port), hostname);
  let answer = "";
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on("data", (chunk) => {
        answer += chunk.toString("latin1");
        if (until.test(answer)) resolve();
      });
      socket.once("close", () => resolve());
      socket.once("error", reject);
      socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
    });
  } finally {
    socket.destroy();
  }
  return answer;
}

async function uploadHead(key: string, secretAccessKey: string, body = ""): Promise<string[]> {
  const headers = await sign(
    server.endpoint,
    { method: "PUT", path: `/${BUCKET}/${key}`, body },
    { service: "s3", key: { accessKeyId: "test", secretAccessKey } },
  );
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`PUT /${BUCKET}/${key} HTTP/1.1`, ...lines, "content-length: 1000000"];
}

test("a client that asks first is told to send its body only when it may", async () => {
  const allowed = [...(await uploadHead("a", "test")), "expect: 100-continue"];
  expect(await talk(allowed, /100 Continue\r\n/)).toMatch(/^HTTP\/1.1 100 Continue/);
  const refused = [...(await uploadHead("a", "guess")), "expect: 100-continue"];
  const answer = await talk(refused, /<\/Error>/);
  expect(answer).toMatch(/^HTTP\/1.1 403/);
  expect(answer).toContain("SignatureDoesNotMatch");
  // botocore doesn't send the body after that, so the next request would be taken for it.
  expect(answer).toMatch(/\r\nconnection: close\r\n/i);
});

test("another expectation is looked past", async () => {
  for (const expectation of ["expect: 200", "expect:"]) {
    const head = [`GET /${BUCKET} HTTP/1.1`, "host: localhost", expectation];
    expect(await talk(head, /<\/Error>/)).toMatch(/^HTTP\/1.1 403/);
  }
});

/** Returns the number of PutObject requests that the server has ended, however they ended. */
async function endedUploads(): Promise<number> {
  const metrics = await (await fetch(`${server.endpoint}/_rolecast/metrics`)).text();
  const counts = metrics.matchAll(/^rolecast_requests_total\{.*"PutObject".*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

test("an upload that breaks off leaves no object and harms nobody", async () => {
  const head = [...(await uploadHead("broken", "test")), "expect: 100-continue"];
  const before = await endedUploads();
  const { hostname, port } = new URL(server.endpoint);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve) =>
    socket.write(`${head.join("\r\n")}\r\n\r\n${"x".repeat(500_000)}`, () => resolve()),
  );
  // The server asks for the body, so it is at it.
  await once(socket, "data");
  socket.destroy();
  await until(async () => (await endedUploads()) === before + 1, "the end of the upload");
  const listed = await server.clients().s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(listed.KeyCount).toBe(0);
});

test("a client whose body was asked for, or needn't be, keeps its connection", async () => {
  const body = "x".repeat(1_000_000);
  const sent = [...(await uploadHead("b", "test", body)), "expect: 100-continue"];
  const answers = [
    await talk(sent, /(\r\n\r\n.*){2}/s, body),
    await talk(await uploadHead("b", "guess", body), /<\/Error>/, body),
  ];
  expect(answers.map((answer) => /HTTP\/1.1 ([2-5]\d\d)/.exec(answer)?.[1])).toEqual([
    "200",
    "403",
  ]);
  for (const answer of answers) expect(answer).not.toMatch(/\r\nconnection:/i);
});

test.each([
  ["without its length", [], "411"],
  ["longer than it says", ["content-length: 2"], "400"],
])("an upload %s gets the answer of its service", async (_what, lengths, status) => {
  const head = (await uploadHead("short", "test", "body")).slice(0, -1);
  const answer = await talk([...head, ...lengths], /<\/Error>/, "body");
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\r\nconnection: close\r\n`, "is"));
  const code = status === "411" ? "MissingContentLength" : "XAmzContentSHA256Mismatch";
  expect(answer).toContain(`<Code>${code}</Code>`);
});

test("a body that isn't in chunks, though it says so, is refused", async () => {
  const head = (await uploadHead("odd", "test", "body")).slice(0, -1);
  const answer = await talk([...head, "transfer-encoding: chunked"], /\r\n\r\n/, "no chunk\r\n");
  expect(answer).toMatch(/^HTTP\/1.1 [45]\d\d /);
});

test.each([
  ["no HTTP", ["\u0015\u0003\u0001 hello"]],
  ["a header section without end", [`GET / HTTP/1.1\r\nx: ${"y".repeat(40_000)}`]],
  ["a request line with a bad escape", ["GET /%zz HTTP/1.1", "host: localhost"]],
  [
    "an Authorization header that is none",
    ["GET / HTTP/1.1", "host: localhost", "authorization: AWS4-HMAC-SHA256 ,,=,Credential=////"],
  ],
])("%s is refused with a 4xx, and the next request is served", async (_name, lines) => {
  expect(await talk(lines, /\r\n\r\n/)).toMatch(/^HTTP\/1.1 4\d\d/);
  const listed = await server.clients().s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(listed.$metadata.httpStatusCode).toBe(200);
});

test("a header that decides is taken once, though the first of two is signed well", async () => {
  const headers = await sign(server.endpoint, { method: "GET" }, { service: "s3" });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const answerTo = async (...more: string[]) =>
    (await talk(["GET / HTTP/1.1", ...lines, ...more], /\r\n\r\n/)).slice(0, 12);
  expect(await answerTo()).toBe("HTTP/1.1 200");
  expect(await answerTo("Host: elsewhere")).toBe("HTTP/1.1 400");
  expect(await answerTo("Authorization: Bearer b")).toBe("HTTP/1.1 400");
});

test("closing doesn't wait for connections that ask for nothing, nor for readers of events", async () => {
  const closing = await startTestServer();
  const { hostname, port } = new URL(closing.endpoint);
  const silent = connect(Number(port), hostname);
  await new Promise((resolve) => silent.once("connect", resolve));
  const ended = new Promise((resolve) => silent.once("close", resolve));
  const events = await openFeed(closing.endpoint, "events");
  const read = events.text();
  await closing.close();
  await ended;
  expect(await read).toContain(": events of AWS services");
});
