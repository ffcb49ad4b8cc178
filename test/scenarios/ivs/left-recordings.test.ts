import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { realTimeOf } from "../../contract/ivs-realtime/support.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { copyBucket } from "./bucket-copy.ts";
import { decodedSeconds, type Encoder, makeFilm, publish } from "./encoder.ts";

/*
 * A server whose object store is away while it stops: what it records of a stage waits on its disk
 * for the next start, and for the store. The store is another Rolecast, behind a door.
 */

const SEED = join(import.meta.dirname, "../../../packaging/store.seed.yml");
const VIDEO = { width: 320, height: 180, framerate: 10, bitrate: 300_000 };
const BUCKET = "left-films";
/** Pictures of a film in a second. */
const FILM_RATE = 30;

let store: TestServer;
let door: Server;
let isAway = false;
let data: string;
const servers: ServerProcess[] = [];
const encoders: Encoder[] = [];
beforeAll(async () => {
  store = await startTestServer({ seed: SEED });
  const { hostname, port } = new URL(store.endpoint);
  door = createServer((asked, answer) => {
    if (isAway) {
      asked.resume();
      answer.writeHead(503).end();
      return;
    }
    const { method, url: path, headers } = asked;
    const on = request({ hostname, port, method, path, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    on.on("error", () => answer.destroy());
    asked.pipe(on);
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  data = await mkdtemp(join(tmpdir(), "rolecast-left-"));
});
afterAll(async () => {
  for (const encoder of encoders) encoder.kill();
  for (const server of servers) await server.stop("SIGKILL");
  door?.closeAllConnections();
  door?.close();
  await store?.close();
  await rm(data, { recursive: true });
});

async function start(): Promise<ServerProcess> {
  const { port } = door.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const server = await startServerProcess(["--data", data, "--transcode-cores", "4"], {
    ROLECAST_OBJECTS: JSON.stringify({ type: "s3", endpoint, bucket: "rolecast-bytes" }),
    ROLECAST_OBJECTS_ACCESS_KEY_ID: "test",
    ROLECAST_OBJECTS_SECRET_ACCESS_KEY: "test",
  });
  servers.push(server);
  return server;
}

test("what a stage records while the store is away is whole after a restart", async () => {
  const first = await start();
  const before = realTimeOf(first);
  const { s3 } = first.root;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const made = await before.createStorageConfiguration({ s3: { bucketName: BUCKET } });
  const storageConfigurationArn = made.storageConfiguration?.arn ?? "";
  const { encoderConfiguration } = await before.createEncoderConfiguration({ video: VIDEO });
  const autoParticipantRecordingConfiguration = { storageConfigurationArn };
  const { stage } = await before.createStage({ autoParticipantRecordingConfiguration });
  const stageArn = stage?.arn ?? "";
  const ingest = await before.createIngestConfiguration({ stageArn, ingestProtocol: "RTMPS" });
  const { streamKey, participantId = "" } = ingest.ingestConfiguration ?? {};
  const url = `rtmps://localhost:${first.rtmpsPort}/app/${streamKey}`;
  encoders.push(publish(await makeFilm(8), url, 1, true));
  const compose = async () => {
    const encoderConfigurationArns = [encoderConfiguration?.arn ?? ""];
    const destinations = [{ s3: { storageConfigurationArn, encoderConfigurationArns } }];
    const { composition } = await before.startComposition({ stageArn, destinations });
    const [destination] = composition?.destinations ?? [];
    const prefix = destination?.detail?.s3?.recordingPrefix ?? "";
    return { arn: composition?.arn ?? "", prefix };
  };
  const [stopped, running] = [await compose(), await compose()];
  const keys = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    return Contents.map(({ Key = "" }) => Key);
  };
  const stateOf = async (server: ServerProcess, { arn }: { arn: string }) => {
    const { composition } = await realTimeOf(server).getComposition({ arn });
    return `${composition?.state} ${composition?.destinations?.[0]?.state}`;
  };
  const has = (text: string, count: number) =>
    until(
      async () => (await keys()).filter((key) => key.includes(text)).length >= count,
      `${count} objects like ${text}`,
    );
  for (const { prefix } of [stopped, running]) await has(`${prefix}/media/hls/`, 4);
  const { stage: now } = await before.getStage({ arn: stageArn });
  const participant = `${stageArn.split("/")[1]}/${now?.activeSessionId}/${participantId}/`;
  await has(`${participant}`, 4);
  isAway = true;
  const mediaOf = (prefix: string, all: readonly string[]) =>
    all.filter((key) => key.startsWith(prefix) && key.endsWith(".mp4")).length;
  const putBefore = await keys();
  const pendingBytes = async () => {
    const health = await fetch(`${first.endpoint}/_rolecast/health`);
    const { ivs } = (await health.json()) as { ivs: { recordingPendingBytes: number } };
    return ivs.recordingPendingBytes;
  };
  await until(async () => (await pendingBytes()) > 300_000, "files that wait");
  await before.stopComposition({ arn: stopped.arn });
  expect(await first.stop()).toBe(0);

  const second = await start();
  await second.said(/An interrupted recording waits for its bucket/);
  expect(await stateOf(second, stopped)).toMatch(/^STOPPING /);
  expect(await stateOf(second, running)).toBe("ACTIVE RECONNECTING");
  await realTimeOf(second).stopComposition({ arn: running.arn });
  isAway = false;
  for (const one of [stopped, running])
    await until(async () => (await stateOf(second, one)) === "STOPPED STOPPED", "its end");
  const copied = async () => {
    const copy = await copyBucket(second.root.s3, BUCKET);
    const ends = copy.keys.filter((key) => /recording-(?:ended|failed)\.json$/.test(key));
    if (ends.length === 3) return { copy, ends };
    await copy.remove();
    return undefined;
  };
  const { copy, ends } = await until(copied, "the ends of the recordings");
  for (const [prefix, frameRate] of [
    [participant, FILM_RATE],
    [`${stopped.prefix}/`, VIDEO.framerate],
    [`${running.prefix}/`, VIDEO.framerate],
  ] as const) {
    const end = ends.find((key) => key.startsWith(prefix)) ?? "";
    expect(end).toMatch(/recording-ended\.json$/);
    const { media } = JSON.parse(copy.text(end));
    const folder = join(copy.folder, end.slice(0, end.indexOf("events/")), "media/hls");
    const frames = (await decodedSeconds(`${folder}/multivariant.m3u8`)) * FILM_RATE;
    expect(Math.abs((frames / frameRate) * 1_000 - media.hls.duration_ms)).toBeLessThan(200);
    expect(mediaOf(prefix, copy.keys)).toBeGreaterThan(mediaOf(prefix, putBefore));
  }
  await copy.remove();
});
