import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
} from "@aws-sdk/client-iam";
import { CreateChannelCommand, GetStreamSessionCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeSharedSchema } from "../../packages/server/src/storage/testing/postgres-server.ts";
import { makeBucket, makeRecordingConfiguration } from "../contract/ivs/recording-bucket.ts";
import { copyBucket, firstRecordedFile } from "../scenarios/ivs/bucket-copy.ts";
import {
  decodedSeconds,
  type Encoder,
  type Film,
  makeFilm,
  pictureHashes,
  publish,
} from "../scenarios/ivs/encoder.ts";
import { Ceph } from "../support/ceph.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { until } from "../support/until.ts";

/*
 * The mission on two nodes that share PostgreSQL and Ceph and no folder: one is killed while it
 * records, and later Ceph's gateway is, under the other, which is drained and started again
 * meanwhile.
 */

const ROLE = "AWSServiceRoleForIVSRecordToS3";
const FILM_SECONDS = 30;
/** A complete file of a recording has so many. */
const FILE_SECONDS = 10;
const WAIT = { withinMs: 120_000 };
const KEPT = "acknowledged";

let ceph: Ceph;
let film: Film;
let folder: string;
let environment: Record<string, string>;
const servers: ServerProcess[] = [];
const encoders: Encoder[] = [];
const sealingKey = randomBytes(32);
beforeAll(async () => {
  ceph = await Ceph.start();
  folder = await mkdtemp(join(tmpdir(), "rolecast-killed-node-"));
  film = await makeFilm(FILM_SECONDS);
  environment = {
    ROLECAST_DATABASE: await makeSharedSchema(),
    ROLECAST_OBJECTS: JSON.stringify(ceph.objects(await ceph.createBucket())),
  };
}, 180_000);
afterAll(async () => {
  for (const encoder of encoders) encoder.kill();
  for (const server of servers) await server.stop("SIGKILL");
  await ceph?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a node with a folder of its own. */
async function start(name: string, ...more: string[]): Promise<ServerProcess> {
  const data = join(folder, name);
  await mkdir(data, { recursive: true, mode: 0o700 });
  await writeFile(join(data, "sealing.key"), sealingKey, { mode: 0o600 });
  const server = await startServerProcess(["--data", data, ...more], environment);
  servers.push(server);
  return server;
}

/** Begins a recording on a node, until it has a first file. */
async function record(node: ServerProcess) {
  const bucket = await makeBucket(node.root);
  const { arn } = await makeRecordingConfiguration(node.root, bucket);
  const { channel, streamKey } = await node.root.ivs.send(
    new CreateChannelCommand({ recordingConfigurationArn: arn }),
  );
  const url = `rtmps://localhost:${node.rtmpsPort}/app/${streamKey?.value}`;
  const encoder = publish(film, url, 2, true);
  encoders.push(encoder);
  await firstRecordedFile(node.root, bucket);
  return { bucket, channelArn: channel?.arn ?? "", encoder };
}

/** Names of a channel's stored events about its recording, first to last. */
async function recordingEvents({ root: { ivs } }: ServerProcess, channelArn: string) {
  const { streamSession } = await ivs.send(new GetStreamSessionCommand({ channelArn }));
  const events = streamSession?.truncatedEvents ?? [];
  return events
    .filter(({ type }) => type === "IVS Recording State Change")
    .map(({ name }) => name)
    .reverse();
}

/** The recording ends once, and holds what was sent without a gap; gives its length in seconds. */
async function expectWhole(node: ServerProcess, bucket: string, channelArn: string) {
  const isOver = async () => (await recordingEvents(node, channelArn)).length > 1;
  await until(isOver, "the end of the recording", WAIT);
  expect(await recordingEvents(node, channelArn)).toEqual(["Recording Start", "Recording End"]);
  const copy = await copyBucket(node.root.s3, bucket);
  const ends = copy.keys.filter((key) => /recording-(?:ended|failed)\.json$/.test(key));
  expect(ends).toEqual([expect.stringMatching(/recording-ended\.json$/)]);
  const [end = ""] = ends;
  const master = `${copy.folder}/${end.slice(0, end.indexOf("events/"))}media/hls/master.m3u8`;
  const [recorded, sent] = [await pictureHashes(master), await pictureHashes(film.file)];
  expect(recorded).toEqual(recorded.map((_, index) => sent[index % sent.length]));
  const seconds = await decodedSeconds(master);
  const durationMs = JSON.parse(copy.text(end)).media.hls.duration_ms;
  expect(Math.abs(seconds * 1_000 - durationMs)).toBeLessThan(100);
  await copy.remove();
  return seconds;
}

async function pendingBytes({ endpoint }: ServerProcess): Promise<number> {
  const answer = await fetch(`${endpoint}/_rolecast/health`);
  const { ivs } = (await answer.json()) as { ivs: { recordingPendingBytes: number } };
  return ivs.recordingPendingBytes;
}

/** Every second one is too long to be kept in the database. */
function bodyOf(key: string): string {
  return key.repeat(Number(key.at(-1)) % 2 === 0 ? 1 : 1_000);
}

/** Writes objects one after the other until it is stopped; gives those that were acknowledged. */
function keepWriting(nodes: readonly ServerProcess[]) {
  const acknowledged: string[] = [];
  let isOver = false;
  const write = async (node: ServerProcess, name: string) => {
    for (let count = 0; !isOver; count++) {
      const Key = `${name}-${count}`;
      const put = new PutObjectCommand({ Bucket: KEPT, Key, Body: bodyOf(Key) });
      // What isn't acknowledged may be lost. A node that is gone answers at once.
      await node.root.s3.send(put).then(
        () => acknowledged.push(Key),
        () => new Promise((resolve) => setTimeout(resolve, 50)),
      );
    }
  };
  const writing = nodes.map((node, index) => write(node, `node-${index}`));
  return async () => {
    isOver = true;
    await Promise.all(writing);
    return acknowledged;
  };
}

test("a killed node, then a killed gateway of Ceph, lose nothing acknowledged", async () => {
  const [dying, living] = [await start("dying"), await start("living")];
  await living.root.s3.send(new CreateBucketCommand({ Bucket: KEPT }));
  const first = await record(dying);
  const stopWriting = keepWriting([dying, living]);
  await dying.stop("SIGKILL");
  await first.encoder.ended;
  expect(await expectWhole(living, first.bucket, first.channelArn)).toBeGreaterThanOrEqual(
    FILE_SECONDS,
  );

  const second = await record(living);
  await ceph.killGateway();
  await until(async () => (await pendingBytes(living)) > 0, "files that wait", WAIT);
  const ready = await fetch(`${living.endpoint}/_rolecast/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: "ready" }]);
  const drain = `${living.endpoint}/_rolecast/state/drain?timeout=1`;
  expect((await fetch(drain, { method: "POST" })).status).toBe(200);
  expect(await living.stop("SIGUSR2")).toBe(0);
  await second.encoder.ended;
  const acknowledged = await stopWriting();
  expect(acknowledged.length).toBeGreaterThan(10);

  const again = await start("living", "--port", new URL(living.endpoint).port);
  await again.said(/An interrupted recording waits for its bucket/);
  await ceph.startGateway();
  expect(await expectWhole(again, second.bucket, second.channelArn)).toBeGreaterThan(FILE_SECONDS);
  for (const Key of acknowledged) {
    const { Body } = await again.root.s3.send(new GetObjectCommand({ Bucket: KEPT, Key }));
    expect(await Body?.transformToString()).toBe(bodyOf(Key));
  }

  // The role is still in use, and outlived both.
  const { iam } = again.root;
  const { DeletionTaskId } = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName: ROLE }));
  const ended = await until(async () => {
    const status = new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId });
    const { Status } = await iam.send(status);
    return (Status === "FAILED" || Status === "SUCCEEDED") && Status;
  }, "the end of the deletion");
  expect(ended).toBe("FAILED");
  expect((await iam.send(new GetRoleCommand({ RoleName: ROLE }))).Role?.RoleName).toBe(ROLE);
}, 600_000);
