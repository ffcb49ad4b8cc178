import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Log } from "../../../kernel/ports/log.ts";
import { StoreClient } from "./store-client.ts";
import { TurnQueue } from "./turn-queue.ts";

const SILENT: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
} as unknown as Log;
const HOUR_MS = 3_600_000;

/** Answers of the store, one after the other; 200 from then on. */
let answers: ((response: ServerResponse) => void)[] = [];
let asked: IncomingMessage[] = [];
let server: Server;
let client: StoreClient;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    request.resume().once("end", () => {
      const answer = answers.shift() ?? ((open) => open.writeHead(200, { etag: "tag" }).end());
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings = {
    type: "s3",
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "bytes",
    region: "eu-west-1",
    prefix: "a (b)/",
    concurrency: 2,
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
  } as const;
  client = new StoreClient(settings, SILENT);
});
afterAll(async () => {
  await client.close();
  server.close();
});

function refuse(status: number, code: string, headers: Record<string, string> = {}) {
  return (response: ServerResponse) =>
    response.writeHead(status, headers).end(`<Error><Code>${code}</Code></Error>`);
}

function answerWith(...given: typeof answers): void {
  answers = given;
  asked = [];
}

test("a clock that the store refuses is set by the store's", async () => {
  const date = new Date(Date.now() + HOUR_MS).toUTCString();
  answerWith(refuse(403, "RequestTimeTooSkewed", { date }));
  await client.put("skewed", Buffer.from("bytes"));
  const [first = "", second = ""] = asked.map(({ headers }) => headers["x-amz-date"] as string);
  expect(asked.map(({ url }) => url)).toEqual(Array(2).fill("/bytes/a%20%28b%29/skewed"));
  expect(second > first && second.slice(0, 11) !== first.slice(0, 11)).toBe(true);
});

test("a body's own digest is signed: its MD5 where that is known, else its SHA-256", async () => {
  answerWith();
  const body = Buffer.from("bytes");
  const [md5, sha256] = ["md5", "sha256"].map((name) => createHash(name).update(body).digest());
  await client.put("key", body, { md5 });
  await client.put("key", body);
  const digests = asked.map(({ headers }) => [
    headers["content-md5"],
    headers["x-amz-content-sha256"],
    /SignedHeaders=content-md5;/.test(headers.authorization ?? ""),
  ]);
  expect(digests).toEqual([
    [md5?.toString("base64"), "UNSIGNED-PAYLOAD", true],
    [undefined, sha256?.toString("hex"), false],
  ]);
});

test.each([
  ["a key is taken", [refuse(412, "PreconditionFailed")], "a key was taken"],
  [
    "its own attempt may have taken the key",
    [refuse(500, "InternalError"), refuse(412, "PreconditionFailed")],
    undefined,
  ],
  ["the store refuses the key", [refuse(403, "AccessDenied")], "it answers 403 AccessDenied"],
  ["the bucket is gone", [refuse(404, "NoSuchBucket")], "it answers 404 NoSuchBucket"],
  [
    "an answer breaks off",
    Array(3).fill((response: ServerResponse) => response.destroy()),
    "it can't be reached (ECONNRESET)",
  ],
])("a write of which %s", async (_what, given, reason) => {
  answerWith(...given);
  const put = client.put("key", Buffer.from("bytes"));
  if (reason === undefined) await put;
  else
    await expect(put).rejects.toMatchObject({
      code: "SlowDown",
      message: `The object store behind this server is away: ${reason}.`,
    });
  expect(answers).toEqual([]);
});

test("a caller that waits too long for a turn is refused, and the next one goes on", async () => {
  const turns = new TurnQueue(3, 50, () => new Error("refused"));
  expect(turns.take(2)).toBeUndefined();
  const large = turns.take(3);
  const small = turns.take(1);
  await expect(large).rejects.toThrow("refused");
  await small;
  turns.giveBack(3);
  expect(turns.take(3)).toBeUndefined();
});
