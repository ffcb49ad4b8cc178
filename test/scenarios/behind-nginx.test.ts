import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { Agent, request as tlsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CreateChannelCommand, ImportPlaybackKeyPairCommand } from "@aws-sdk/client-ivs";
import * as s3 from "@aws-sdk/client-s3";
import { SendMessageRequest } from "amazon-ivs-chat-messaging";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import { chatOf, connect, socketUrl, tokenOf } from "../contract/ivs-chat/support.ts";
import { freePorts, hasNginx, type Nginx, startNginx } from "../support/nginx.ts";
import { playbackToken } from "../support/playback-token.ts";
import { presignV4 } from "../support/presigned-url.ts";
import {
  type Clients,
  clientsAt,
  startTestServer,
  type TestServer,
} from "../support/test-server.ts";
import { until } from "../support/until.ts";
import { makeFilm, persistent, publish } from "./ivs/encoder.ts";

/*
 * The files of packaging/nginx, in Debian's nginx before two nodes on one PostgreSQL. Skipped where
 * nginx, its stream module or PostgreSQL isn't installed.
 */

/** A browser's offer of H.264 video, without candidates: nobody connects after it. */
const OFFER = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "m=video 9 UDP/TLS/RTP/SAVPF 102",
  "c=IN IP4 0.0.0.0",
  "a=rtcp-mux",
  "a=mid:0",
  "a=sendonly",
  "a=setup:actpass",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:abcdefghijklmnopqrstuvwx",
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`,
  "a=rtpmap:102 H264/90000",
  "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
  "",
].join("\r\n");

const Bucket = "behind-nginx";
let data: string;
let dir: string;
let nodes: readonly [TestServer, TestServer];
let nginx: Nginx;
let clients: Clients;
let origin: string;

describe.skipIf(!hasPostgres || !hasNginx)("two nodes behind nginx", () => {
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "rolecast-nginx-data-"));
    dir = await mkdtemp(join(tmpdir(), "rolecast-nginx-"));
    const [http = 0, tls = 0, rtmp = 0, rtmps = 0, srt = 0] = await freePorts(5);
    origin = `http://localhost:${http}`;
    const config = {
      data,
      database: await makeSharedSchema(),
      publicBaseUrl: origin,
      trustedProxies: ["127.0.0.1"],
      ingestProxyProtocol: true,
      logLevel: "silent",
      // The first half of an upload is looked for in the data folder.
      objects: undefined,
    } as const;
    nodes = [await startTestServer(config), await startTestServer(config)];
    const upstreams = nodes.map(({ server }) => server.ports) as unknown as [never, never];
    const certificate = nodes[0].server.certificateFile;
    const files = { certificate, key: certificate.replace(/crt$/, "key") };
    nginx = await startNginx(dir, [http, tls, rtmp, rtmps, srt], upstreams, files);
    clients = clientsAt(origin)();
    await clients.s3.send(new s3.CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    await nginx?.close();
    for (const node of nodes ?? []) await node.close();
    for (const folder of [data, dir]) if (folder) await rm(folder, { recursive: true });
  });

  test("requests arrive as they were signed, and answers as they were given", async () => {
    for (const Key of ["a//b", "a/../c", "sp ace+%2F", "ü?#&", "_rolecast/node/x"]) {
      const put = { Bucket, Key, Body: Key, Metadata: { a_b: "1", "c.d": "2" } };
      await clients.s3.send(new s3.PutObjectCommand(put));
      const got = await clients.s3.send(new s3.GetObjectCommand({ Bucket, Key }));
      expect([await got.Body?.transformToString(), got.Metadata]).toEqual([Key, put.Metadata]);
    }
    const { headers } = await fetch(`${origin}/${Bucket}`);
    expect(headers.get("server")).toBe("AmazonS3");
    // Where a bucket has a host of its own, every path is a key.
    const host = `${Bucket}.localhost:${nginx.port}`;
    const path = presignV4(host, { path: "/_rolecast/node/x" });
    expect(await read({ path, headers: { host } })).toBe("_rolecast/node/x");
  });

  test("a body goes on to the node while it comes", async () => {
    const path = presignV4(`localhost:${nginx.port}`, { method: "PUT", path: `/${Bucket}/slow` });
    const half = Buffer.alloc(8 * 1024 * 1024, "x");
    const upload = request({
      port: nginx.port,
      method: "PUT",
      path,
      headers: {
        host: `localhost:${nginx.port}`,
        "content-length": 2 * half.length,
      },
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      upload.once("response", resolve).once("error", reject);
    });
    const before = await bytesOfObjects();
    upload.write(half);
    const here = async () => (await bytesOfObjects()) > before + half.length / 2;
    await until(here, "the first half at the node", { withinMs: 10_000 });
    upload.end(half);
    expect((await answered).statusCode).toBe(200);
  });

  test("nginx alone says how a client came, and from where", async () => {
    const Resource = `arn:aws:s3:::${Bucket}/secret`;
    const deny = { Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource };
    const Statement = [
      { ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } },
      { ...deny, Condition: { NotIpAddress: { "aws:SourceIp": "127.0.0.1" } } },
    ];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await clients.s3.send(new s3.PutObjectCommand({ Bucket, Key: "secret", Body: "told" }));
    await clients.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    const host = `localhost:${nginx.tlsPort}`;
    const ca = await readFile(nodes[0].server.certificateFile);
    const get = (headers: Record<string, string>) =>
      read(
        { path: presignV4(host, { path: `/${Bucket}/secret` }), headers: { host, ...headers } },
        ca,
      );
    expect(await get({})).toBe("told");
    expect(await get({ "x-forwarded-for": "192.0.2.1" })).toBe("told");
    const plain = `localhost:${nginx.port}`;
    const path = presignV4(plain, { path: `/${Bucket}/secret` });
    const headers = { host: plain, "x-forwarded-proto": "https" };
    expect(await read({ path, headers })).toContain("AccessDenied");
  });

  test.each([
    "/_rolecast/node/anything",
    "/_rolecast/node/ivs/../../../x",
    "/_rolecast/state/reset",
    "/_rolecast/metrics",
  ])("%s isn't there from outside", async (path) => {
    const headers = { host: `localhost:${nginx.port}` };
    expect(await read({ path, headers })).toContain("<center>nginx");
  });

  test("a public channel is played from the cache, a private one never", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    const publicKeyMaterial = publicKey.export({ type: "spki", format: "pem" }).toString();
    await clients.ivs.send(new ImportPlaybackKeyPairCommand({ publicKeyMaterial }));
    const film = await makeFilm(40);
    const live = await Promise.all(
      [false, true].map(async (authorized) => {
        const input = { authorized, insecureIngest: true };
        const { channel, streamKey } = await clients.ivs.send(new CreateChannelCommand(input));
        // Both begin with nginx's PROXY header, before TLS.
        const [scheme, port] = authorized ? ["rtmps", nginx.rtmpsPort] : ["rtmp", nginx.rtmpPort];
        const url = `${scheme}://localhost:${port}/app/${streamKey?.value}`;
        const token = playbackToken({ "aws:channel-arn": channel?.arn }, privateKey);
        const query = authorized ? `?token=${token}` : "";
        return { encoder: publish(film, url), playback: `${channel?.playbackUrl}${query}` };
      }),
    );
    const [shared, own] = await Promise.all(live.map(({ playback }) => watch(playback)));
    for (const { encoder } of live) {
      encoder.kill();
      await encoder.ended;
    }
    // The segment is read twice, at first from whichever node has the stream or asks the other.
    expect(shared?.segments).toEqual(["MISS", "HIT", "HIT"]);
    expect(own?.segments).toEqual(["MISS", "MISS", "MISS"]);
    expect(own?.playlist).toBe("BYPASS");
    const log = await readFile(join(dir, "rolecast.log"), "utf8");
    expect(log).toContain("/api/video/v1/");
    expect(log).not.toContain("token=");
  });

  test("a chat client's WebSocket is passed on", async () => {
    const chat = chatOf({ endpoint: origin });
    const { arn = "" } = await chat.createRoom({});
    const token = () => tokenOf(chat, arn, "alice");
    const client = await connect(socketUrl({ endpoint: origin }), token);
    await client.room.sendMessage(new SendMessageRequest("hello"));
    await until(() => client.seen.find(({ text: said }) => said === "hello"), "the message");
    client.disconnect();
  });

  const publicChannel = async () => {
    const input = { insecureIngest: true };
    const { channel, streamKey } = await clients.ivs.send(new CreateChannelCommand(input));
    return { arn: channel?.arn ?? "", playback: channel?.playbackUrl ?? "", key: streamKey?.value };
  };
  const offer = (key: string | undefined) =>
    fetch(`${origin}/whip`, {
      method: "POST",
      headers: { "content-type": "application/sdp", authorization: `Bearer ${key}` },
      body: OFFER,
    });
  const streamsOf = async (node: TestServer) => {
    const health = await (await fetch(`${node.endpoint}/_rolecast/health`)).json();
    return (health as { ivs: { streams: number } }).ivs.streams;
  };

  test("a WebRTC encoder ends its session through nginx, whichever node has it", async () => {
    for (let count = 0; count < 4; count++) {
      const answer = await offer((await publicChannel()).key);
      expect(answer.status).toBe(201);
      const session = new URL(answer.headers.get("location") ?? "", origin);
      // One node after the other is asked: not all of these can have met the session's own.
      expect((await fetch(session, { method: "DELETE" })).status).toBe(200);
      expect((await fetch(session, { method: "DELETE" })).status).toBe(404);
    }
  });

  test("a node that drains keeps its stream and leaves all that is new to the other", async () => {
    const film = await makeFilm(40);
    const chat = chatOf({ endpoint: origin });
    const { arn: room = "" } = await chat.createRoom({});
    const members = await Promise.all(
      ["a", "b", "c", "d"].map((name) =>
        connect(socketUrl({ endpoint: origin }), () => tokenOf(chat, room, name)),
      ),
    );
    const own = await publicChannel();
    const encoder = publish(film, `rtmp://localhost:${nginx.rtmpPort}/app/${own.key}`, 1, true);
    const [drained, other] = await until(async () => {
      const counts = await Promise.all(nodes.map(streamsOf));
      return counts[0] === 1 ? nodes : counts[1] === 1 && ([nodes[1], nodes[0]] as const);
    }, "the stream on a node");
    drained.server.drain();
    const ready = await fetch(`${drained.endpoint}/_rolecast/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: "draining" }]);
    const metrics = await (await fetch(`${drained.endpoint}/_rolecast/metrics`)).text();
    expect(metrics).toContain('rolecast_fact{service="server",name="draining"} 1');

    const later = await Promise.all(Array.from({ length: 4 }, publicChannel));
    const url = (key: string | undefined, at: number) =>
      at < 2
        ? `rtmp://localhost:${nginx.rtmpPort}/app/${key}`
        : `srt://127.0.0.1:${nginx.srtPort}?streamid=${key}`;
    const encoders = later.map(({ key }, at) => persistent(film, url(key, at)));
    await until(async () => (await streamsOf(other)) === 4, "four streams on the other node");
    for (let count = 0; count < 4; count++) {
      const answer = await offer((await publicChannel()).key);
      expect(answer.status).toBe(201);
      expect(
        (await fetch(new URL(answer.headers.get("location") ?? "", origin), { method: "DELETE" }))
          .status,
      ).toBe(200);
    }
    expect(await streamsOf(drained)).toBe(1);
    // Chat's clients have come back, to the other node.
    for (const [at, member] of members.entries()) {
      await until(() => member.room.state === "connected", "a client that is back");
      await member.room.sendMessage(new SendMessageRequest(`from ${at}`));
      await Promise.all(
        members.map(({ seen }) =>
          until(() => seen.find(({ text: said }) => said === `from ${at}`), "the message"),
        ),
      );
    }
    expect((await watch(own.playback)).segments).toHaveLength(3);

    for (const each of encoders) each.kill();
    encoder.kill();
    await drained.server.drained;
    await expect(fetch(`${drained.endpoint}/_rolecast/health/live`)).rejects.toThrow();
  });

  test("the other node goes on when one ends", async () => {
    // Some of them are sent to the other one first, which nginx logs.
    const host = `localhost:${nginx.port}`;
    for (let count = 0; count < 8; count++)
      await read({ path: presignV4(host, { path: `/${Bucket}/told` }), headers: { host } });
    for (let count = 0; count < 8; count++)
      await clients.s3.send(new s3.HeadBucketCommand({ Bucket }));
    const logs = (await readdir(dir)).filter((name) => name.endsWith(".log"));
    const lines = await Promise.all(logs.map((name) => readFile(join(dir, name), "utf8")));
    expect(lines.join("")).toContain(`/${Bucket}/told`);
    expect(lines.join("")).not.toContain("X-Amz-Signature");
  });
});

async function bytesOfObjects(): Promise<number> {
  const entries = await readdir(join(data, "s3/blobs"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(async (file) => (await stat(join(file.parentPath, file.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** How nginx answered a playlist, and a segment that was asked for three times. */
async function watch(playback: string) {
  const { playlist, segment } = await until(async () => {
    const multivariant = await fetch(playback);
    const [variant = ""] = /^.*playlist\.m3u8$/m.exec(await multivariant.text()) ?? [];
    const url = new URL(variant, playback);
    const [name] = /^\d+\.ts$/m.exec(await (await fetch(url)).text()) ?? [];
    const status = multivariant.headers.get("x-cache-status");
    return name !== undefined && { playlist: status, segment: new URL(name, url) };
  }, `segments of ${playback}`);
  const segments: (string | null)[] = [];
  for (const _ of ["first", "again", "a buster"]) {
    const answer = await fetch(`${segment}${segments.length === 2 ? "?t=1" : ""}`);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
    segments.push(answer.headers.get("x-cache-status"));
  }
  return { playlist, segments };
}

function read(
  { path, headers }: { readonly path: string; readonly headers: Record<string, string> },
  ca?: Buffer,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const got = (answer: IncomingMessage) => resolve(text(answer));
    const sent = ca
      ? tlsRequest({ port: nginx.tlsPort, path, headers, agent: new Agent({ ca }) }, got)
      : request({ port: nginx.port, path, headers }, got);
    sent.once("error", reject).end();
  });
}
