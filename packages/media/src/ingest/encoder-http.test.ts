import { once } from "node:events";
import { text } from "node:stream/consumers";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EncoderRequest } from "../port/encoder-request.ts";
import { EngineHarness } from "../testing/engine-harness.ts";
import { RtmpClient } from "../testing/rtmp-client.ts";

const BYTES_MAX = 20_000;
const asked: EncoderRequest[] = [];
const harness = new EngineHarness(
  { limits: { publishDeadlineMs: 1_500, messageBytesBeforePublishMax: BYTES_MAX } },
  {
    answerEncoder: async (request) => {
      asked.push(request);
      if (request.path === "/fails") {
        throw new Error("the database is locked");
      }
      const isKnown = request.path === "/v1/offer";
      return isKnown ? { status: 200, headers: { "x-own": "1" }, body: "answer" } : undefined;
    },
  },
);
beforeAll(async () => {
  await harness.start();
});
afterAll(() => harness.engine.close());

async function open(): Promise<TLSSocket> {
  const port = harness.rtmpsPort;
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  socket.on("error", () => socket.destroy());
  await once(socket, "secureConnect");
  socket.setNoDelay(true);
  return socket;
}

/** All that comes until the server ends the connection. */
async function answerTo(...pieces: readonly string[]): Promise<string> {
  const socket = await open();
  const answer = text(socket);
  for (const piece of pieces) {
    // Each goes out in a record of its own.
    await new Promise((resolve) => socket.write(piece, resolve));
  }
  return answer;
}

const request = (body: string, path = "/v1/offer?a=b") =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

test("the host gets a request whole, in any pieces; its answer ends the connection", async () => {
  const whole = request("offer");
  for (const pieces of [[whole], [whole.slice(0, 1), whole.slice(1)], [...whole]]) {
    const answer = await answerTo(...pieces);
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\nx-own: 1\r\n/);
    expect(answer).toMatch(/\r\nconnection: close\r\n/);
    expect(answer).toMatch(/\r\n\r\nanswer$/);
    const remoteAddress = "127.0.0.1";
    expect(asked.splice(0)).toEqual([
      { method: "POST", path: "/v1/offer", body: "offer", remoteAddress },
    ]);
  }
});

test.each<readonly [string, string, RegExp, number]>([
  ["an unknown path", request("", "/"), /^HTTP\/1.1 404 .*no.*path/s, 1],
  ["a host that fails", request("", "/fails"), /^HTTP\/1.1 500 (?!.*database)/s, 1],
  ["the longest body", request("x".repeat(BYTES_MAX)), /^HTTP\/1.1 200 /, 1],
  ["a longer body", request("x".repeat(BYTES_MAX + 1)), /^HTTP\/1.1 413 .*20000 bytes/s, 0],
  ["long headers", `GET / HTTP/1.1\r\na: ${"x".repeat(9_000)}\r\n\r\n`, /^HTTP\/1.1 431 /, 0],
  ["no HTTP after all", "GET\r\n\r\n", /^HTTP\/1.1 400 /, 0],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /^HTTP\/1.1 400 /, 0],
  ["two requests", request("a") + request("b"), /^HTTP\/1.1 200 (?!.*HTTP\/1.1 200)/s, 1],
])("%s", async (_what, bytes, answered, questions) => {
  expect(await answerTo(bytes)).toMatch(answered);
  expect(asked.splice(0)).toHaveLength(questions);
});

test("half a request ends in time, unanswered", async () => {
  const halves = ["POST /v1/offer HTTP/1.1\r\n", request("offer").slice(0, -1)];
  expect(await Promise.all(halves.map((half) => answerTo(half)))).toEqual(["", ""]);
  expect(asked).toEqual([]);
});

test("HTTP without TLS is no RTMP, and isn't answered", async () => {
  const client = await RtmpClient.open(harness.rtmpPort);
  client.socket.write(request("offer"));
  await client.until(() => false);
  expect(asked).toEqual([]);
  expect(await harness.seen("publish-refused")).toMatchObject({
    reason: "RTMP version 80 is not 3",
  });
});

test("nothing is left of all of them", async () => {
  await expect.poll(async () => (await harness.engine.health()).connections).toBe(0);
});
