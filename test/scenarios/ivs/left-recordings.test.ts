import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
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

async function start(folder = "alone", database = {}): Promise<ServerProcess> {
  const { port } = door.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const args = ["--data", join(data, folder), "--transcode-cores", "4"];
  const server = await startServerProcess(args, {
    ...database,
    ROLECAST_OBJECTS: JSON.stringify({ type: "s3", endpoint, bucket: "rolecast-bytes" }),
    ROLECAST_OBJECTS_ACCESS_KEY_ID: "test",
    ROLECAST_OBJECTS_SECRET_ACCESS_KEY: "test",
  });
  servers.push(server);
  return server;
}

/** Bytes of recordings that wait for the store. */
async function pendingBytes({ endpoint }: ServerProcess): Promise<number> {
  const health = await fetch(`${endpoint}/_rolecast/health`);
  const { ivs } = (await health.json()) as { ivs: { recordingPendingBytes: number } };
  return ivs.recordingPendingBytes;
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
  await until(async () => (await pendingBytes(first)) > 300_000, "files that wait");
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

test.skipIf(!hasPostgres)(
  "a node that stops keeps what is on its disk from the others",
  async () => {
    const ROLECAST_DATABASE = await makeSharedSchema();
    const sealingKey = randomBytes(32);
    const node = async (folder: string) => {
      const dir = join(data, folder);
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await writeFile(join(dir, "sealing.key"), sealingKey, { mode: 0o600 });
      return start(folder, { ROLECAST_DATABASE });
    };
    const leaving = await node("leaving");
    const staying = await node("staying");
    const { root } = leaving;
    const bucket = await makeBucket(root);
    const { arn } = await makeRecordingConfiguration(root, bucket);
    const input = { type: "BASIC", recordingConfigurationArn: arn } as const;
    const { streamKey } = await root.ivs.send(new CreateChannelCommand(input));
    const realTime = realTimeOf(leaving);
    const made = await realTime.createStorageConfiguration({ s3: { bucketName: bucket } });
    const storageConfigurationArn = made.storageConfiguration?.arn ?? "";
    const autoParticipantRecordingConfiguration = { storageConfigurationArn };
    const { stage } = await realTime.createStage({ autoParticipantRecordingConfiguration });
    const stageArn = stage?.arn ?? "";
    const ingest = await realTime.createIngestConfiguration({ stageArn, ingestProtocol: "RTMPS" });
    const film = await makeFilm(8);
    for (const key of [streamKey?.value, ingest.ingestConfiguration?.streamKey])
      encoders.push(publish(film, `rtmps://localhost:${leaving.rtmpsPort}/app/${key}`, 2, true));
    const media = async ({ root: { s3 } }: ServerProcess) => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      const keys = Contents.map(({ Key = "" }) => Key);
      return [".ts", ".mp4"].map((suffix) => keys.filter((key) => key.endsWith(suffix)).length);
    };
    await until(async () => {
      const [channel = 0, participant = 0] = await media(leaving);
      return channel > 0 && participant > 1;
    }, "the first files of both recordings");
    isAway = true;
    const before = await media(staying);
    await until(async () => (await pendingBytes(leaving)) > 1_000_000, "files that wait");
    expect(await leaving.stop()).toBe(0);
    isAway = false;

    const sql = new pg.Client({ connectionString: ROLECAST_DATABASE });
    await sql.connect();
    onTestFinished(() => sql.end());
    const owners = async () => {
      const all = ["ivs_recordings", "ivs_participant_recordings"].map(async (table) => {
        const { rows } = await sql.query(`select owner from ${table} where ended_at_ms is null`);
        return rows.map(({ owner }) => owner.replace(/^left:.*$/, "left"));
      });
      return (await Promise.all(all)).join();
    };
    const beats = async () => Number((await sql.query("select beat from ivs_nodes")).rows[0]?.beat);
    const from = await beats();
    // Every other beat or so it looks for what nobody has.
    await until(async () => (await beats()) >= from + 7, "rounds of the node that stays");
    expect(await owners()).toBe("left,left");
    expect(await media(staying)).toEqual(before);

    const again = await node("leaving");
    await until(async () => (await owners()) === ",", "the ends of the recordings");
    const copy = await copyBucket(again.root.s3, bucket);
    const ends = copy.keys.filter((key) => /recording-(?:ended|failed)\.json$/.test(key));
    expect(ends.map((key) => key.replace(/^.*\//, ""))).toEqual(
      Array(2).fill("recording-ended.json"),
    );
    for (const end of ends) {
      const { hls } = JSON.parse(copy.text(end)).media;
      const folder = join(copy.folder, end.slice(0, end.indexOf("events/")), "media/hls");
      const seconds = await decodedSeconds(join(folder, hls.playlist));
      expect(Math.abs(seconds * 1_000 - hls.duration_ms)).toBeLessThan(200);
    }
    for (const [index, count] of (await media(again)).entries())
      expect(count).toBeGreaterThan(before[index] ?? 0);
    await copy.remove();
  },
);
