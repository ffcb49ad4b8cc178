import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request as tlsRequest } from "node:https";
import { connect } from "node:net";
import { PassThrough } from "node:stream";
import { connect as connectTls } from "node:tls";
import * as s3 from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { type Key, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * One port speaks HTTP and HTTPS, told apart by the first byte. Two servers differ in the setting
 * secureTransport.
 */

const BUCKET = "over-tls-only";
/** More than the buffers between a client and the server take. */
const HALF_BYTES = 1024 ** 2;
const ONLY_TLS = { Bool: { "aws:SecureTransport": "true" } };

interface Place {
  readonly server: TestServer;
  readonly url: URL;
  readonly ca: Buffer;
  /** A user whose policy wants TLS. */
  readonly user: Key;
}

const places: Record<"loopback" | "tls", Place> = {} as never;

beforeAll(async () => {
  for (const secureTransport of ["loopback", "tls"] as const) {
    const server = await startTestServer({ secureTransport });
    const { s3: client, iam } = server.clients();
    await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
    const Statement = {
      ...{ Sid: "AllowSSLRequestsOnly", Effect: "Deny", Principal: "*", Action: "s3:*" },
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    const user = await createUser(iam, "careful", [
      { ...allow("s3:ListAllMyBuckets"), Condition: ONLY_TLS },
    ]);
    const url = new URL(server.endpoint);
    places[secureTransport] = {
      server,
      url,
      ca: readFileSync(server.server.certificateFile),
      user,
    };
  }
});
afterAll(async () => {
  for (const { server } of Object.values(places)) await server.close();
});

function clientOf({ url, ca }: Place, scheme: "http" | "https", credentials: Key) {
  return new s3.S3Client({
    ...{ endpoint: `${scheme}://127.0.0.1:${url.port}`, region: "us-east-1", credentials },
    ...{ forcePathStyle: true, maxAttempts: 1 },
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca }) }),
  });
}

const outcomeOf = (sent: Promise<unknown>) =>
  sent.then(
    () => "done",
    (error: Error) => error.name,
  );

describe.each([
  ["loopback", "http", "done"],
  ["loopback", "https", "done"],
  ["tls", "http", "AccessDenied"],
  ["tls", "https", "done"],
] as const)("secureTransport %s, by %s", (setting, scheme, expected) => {
  test(`a bucket that denies all without TLS: ${expected}`, async () => {
    const place = places[setting];
    const client = clientOf(place, scheme, { accessKeyId: "test", secretAccessKey: "test" });
    const body = "x".repeat(300_000);
    const put = new s3.PutObjectCommand({ Bucket: BUCKET, Key: scheme, Body: body });
    expect(await outcomeOf(client.send(put))).toBe(expected);
    if (expected !== "done") return;
    const got = await client.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key: scheme }));
    expect(await got.Body?.transformToString()).toBe(body);
  });

  test(`a user who may list buckets over TLS alone: ${expected}`, async () => {
    const place = places[setting];
    const client = clientOf(place, scheme, place.user);
    expect(await outcomeOf(client.send(new s3.ListBucketsCommand({})))).toBe(expected);
  });
});

test("a connection of TLS serves many requests", async () => {
  const { url, ca } = places.tls;
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  const sockets = new Set<unknown>();
  for (let count = 0; count < 3; count++)
    await new Promise<void>((resolve, reject) => {
      const options = { host: "127.0.0.1", port: url.port, path: "/_rolecast/health/live", agent };
      const asked = tlsRequest(options, (answer) => {
        sockets.add(answer.socket);
        answer.resume().once("end", resolve);
      });
      asked.once("error", reject).end();
    });
  expect(sockets.size).toBe(1);
  agent.destroy();
});

describe("a connection", () => {
  const open = (text: string | Buffer) => {
    const socket = connect(Number(places.tls.url.port), "127.0.0.1");
    socket.on("error", () => {});
    socket.write(text);
    return new Promise<string>((resolve) => {
      let read = "";
      socket.on("data", (chunk) => {
        read += chunk.toString("latin1");
      });
      socket.once("close", () => resolve(read));
    });
  };

  test("of a TLS record that isn't a hello is closed", async () => {
    expect(await open(Buffer.from("1603010005deadbeef00", "hex"))).not.toContain("HTTP/1.1");
  });

  test("that begins with anything else gets HTTP's answer", async () => {
    expect(await open("nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
  });

  test("whose request comes byte by byte is served", async () => {
    const socket = connect(Number(places.tls.url.port), "127.0.0.1");
    const answer = new Promise<string>((resolve) => {
      socket.once("data", (chunk) => resolve(chunk.toString()));
    });
    const text = "GET /_rolecast/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.setNoDelay(true);
    for (const letter of text) {
      socket.write(letter);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 200/);
    socket.destroy();
  });

  test("ends with the server, in the middle of a handshake and idle", async () => {
    const server = await startTestServer();
    const port = Number(new URL(server.endpoint).port);
    const ca = readFileSync(server.server.certificateFile);
    const { s3: client } = server.clients();
    await client.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
    const half = connect(port, "127.0.0.1");
    half.on("error", () => {});
    half.write(Buffer.from("16", "hex"));
    const idle = connectTls({ port, host: "127.0.0.1", ca });
    await new Promise<void>((resolve) => idle.once("secureConnect", resolve));
    idle.on("error", () => {});
    const ended = [half, idle].map(
      (socket) => new Promise((resolve) => socket.once("close", resolve).resume()),
    );
    // Neither has a request that is running: one that is goes on meanwhile.
    const rest = new PassThrough();
    const begun = once(rest, "drain");
    const put = { Bucket: BUCKET, Key: "slow", Body: rest, ContentLength: 2 * HALF_BYTES };
    const sent = client.send(new s3.PutObjectCommand(put));
    rest.write(Buffer.alloc(HALF_BYTES));
    await begun;
    const closed = server.close();
    await Promise.all(ended);
    rest.end(Buffer.alloc(HALF_BYTES));
    expect((await sent).$metadata.httpStatusCode).toBe(200);
    await closed;
  });

  test("of an older TLS, or for HTTP/2, isn't agreed on", async () => {
    const { url, ca } = places.tls;
    const options = { port: Number(url.port), host: "127.0.0.1", ca };
    const old = connectTls({ ...options, minVersion: "TLSv1", maxVersion: "TLSv1.1" });
    await new Promise<void>((resolve) => old.once("error", () => resolve()));
    const socket = connectTls({ ...options, ALPNProtocols: ["h2", "http/1.1"] });
    await new Promise<void>((resolve) => socket.once("secureConnect", resolve));
    expect(socket.alpnProtocol).toBe("http/1.1");
    socket.destroy();
  });
});
