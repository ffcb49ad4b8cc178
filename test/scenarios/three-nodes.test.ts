import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import { freePorts, hasNginx, type Nginx, startNginx } from "../support/nginx.ts";
import {
  type Clients,
  clientsAt,
  startTestServer,
  type TestServer,
} from "../support/test-server.ts";
import { until } from "../support/until.ts";
import { type Encoder, makeFilm, persistent, publish } from "./ivs/encoder.ts";

/** Processes of nginx, which share what they know of the nodes. */
const WORKERS = 4;

/** As packaging/nginx has it with the lines of the third node uncommented. */
describe.skipIf(!hasPostgres || !hasNginx)("three nodes behind nginx", () => {
  let data: string;
  let dir: string;
  let nodes: readonly [TestServer, TestServer, TestServer];
  let nginx: Nginx;
  let clients: Clients;
  const encoders: Encoder[] = [];
  const callers: Pick<Encoder, "kill">[] = [];
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "rolecast-three-data-"));
    dir = await mkdtemp(join(tmpdir(), "rolecast-three-"));
    const [http = 0, tls = 0, rtmp = 0, rtmps = 0, srt = 0] = await freePorts(5);
    const config = {
      ...{ data, database: await makeSharedSchema(), logLevel: "silent" as const },
      ...{ publicBaseUrl: `http://localhost:${http}`, trustedProxies: ["127.0.0.1"] },
      ingestProxyProtocol: true,
    } as const;
    const start = () => startTestServer(config);
    nodes = [await start(), await start(), await start()];
    const upstreams = nodes.map(({ server }) => server.ports) as unknown as [never, never, never];
    const certificate = nodes[0].server.certificateFile;
    const files = { certificate, key: certificate.replace(/crt$/, "key") };
    nginx = await startNginx(dir, [http, tls, rtmp, rtmps, srt], upstreams, files, WORKERS);
    clients = clientsAt(config.publicBaseUrl)();
  });
  afterAll(async () => {
    for (const encoder of [...encoders, ...callers]) encoder.kill();
    await nginx?.close();
    for (const node of nodes ?? []) await node.close();
    for (const folder of [data, dir]) if (folder) await rm(folder, { recursive: true });
  });

  const streamsOf = async ({ endpoint }: TestServer) => {
    const health = await fetch(`${endpoint}/_rolecast/health`);
    return ((await health.json()) as { ivs: { streams: number } }).ivs.streams;
  };
  const counts = () => Promise.all(nodes.map(streamsOf));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

  async function channel() {
    const { channel, streamKey } = await clients.ivs.send(
      new CreateChannelCommand({ insecureIngest: true }),
    );
    return { key: streamKey?.value ?? "", playback: channel?.playbackUrl ?? "" };
  }

  const srtUrl = (key: string) => `srt://127.0.0.1:${nginx.srtPort}?streamid=${key}`;

  test("share callers by SRT out evenly, each with all of its packets", async () => {
    const film = await makeFilm(20);
    const channels = await Promise.all(Array.from({ length: 6 }, channel));
    const started = channels.map(({ key }) => publish(film, srtUrl(key), 1, true));
    encoders.push(...started);
    await until(async () => sum(await counts()) === 6, "all streams");
    expect(await counts()).toEqual([2, 2, 2]);
    for (const { playback } of channels)
      await until(async () => (await fetch(playback)).ok, "its playback through nginx");
    for (const one of started) one.kill();
    await until(async () => sum(await counts()) === 0, "the streams' ends");
    encoders.splice(0);
  });

  test("share encoders out evenly, and go on without one of them", async () => {
    const film = await makeFilm(40);
    const channels = await Promise.all([channel(), channel(), channel()]);
    for (const [index, { key }] of channels.entries()) {
      encoders.push(publish(film, `rtmp://localhost:${nginx.rtmpPort}/app/${key}`, 1, true));
      const started = async () => sum(await counts()) === index + 1;
      await until(started, "a stream that has begun");
    }
    expect(await counts()).toEqual([1, 1, 1]);
    for (const { playback } of channels)
      await until(async () => (await fetch(playback)).ok, "its playback through nginx");

    await nodes[2].close();
    const [Bucket, Key] = ["three-nodes", "object"];
    await clients.s3.send(new s3.CreateBucketCommand({ Bucket }));
    for (let count = 0; count < 6; count++)
      await clients.s3.send(new s3.PutObjectCommand({ Bucket, Key, Body: `${count}` }));
    await Promise.race(encoders.map(({ ended }) => ended));
    const later = await channel();
    encoders.push(publish(film, `rtmp://localhost:${nginx.rtmpPort}/app/${later.key}`, 1, true));
    const both = nodes.slice(0, 2);
    const three = async () => sum(await Promise.all(both.map(streamsOf))) === 3;
    await until(three, "a stream more on the two that are left");
    const more = await Promise.all([channel(), channel(), channel()]);
    callers.push(...more.map(({ key }) => persistent(film, srtUrl(key))));
    const six = async () => sum(await Promise.all(both.map(streamsOf))) === 6;
    await until(six, "callers by SRT, which try again");
  });
});
