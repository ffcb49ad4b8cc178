import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import type {
  DestinationConfiguration,
  S3DestinationConfiguration,
} from "@aws-sdk/client-ivs-realtime";
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { realTimeOf } from "../../contract/ivs-realtime/support.ts";
import { startServerProcess } from "../../support/server-process.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { type BucketCopy, copyBucket } from "./bucket-copy.ts";
import { type Encoder, type Film, makeFilm, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

const VIDEO = { width: 320, height: 180, framerate: 10, bitrate: 300_000 };
const run = promisify(execFile);

let film: Film;
const encoders: Encoder[] = [];
beforeAll(async () => {
  film = await makeFilm(8);
});
afterAll(() => {
  for (const encoder of encoders) encoder.kill();
});

type Endpoint = Pick<TestServer, "endpoint" | "clients">;

/** A stage with an encoder's stream key, and a bucket for its composition. */
async function composable(server: Endpoint, bucketName: string) {
  const realTime = realTimeOf(server);
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: bucketName }));
  const [storage, encoder, { stage }] = await Promise.all([
    realTime.createStorageConfiguration({ s3: { bucketName } }),
    realTime.createEncoderConfiguration({ video: VIDEO }),
    realTime.createStage({}),
  ]);
  const stageArn = stage?.arn ?? "";
  const made = await realTime.createIngestConfiguration({ stageArn, ingestProtocol: "RTMPS" });
  const key = `${stage?.endpoints?.rtmps}${made.ingestConfiguration?.streamKey}`;
  const encoderArn = encoder.encoderConfiguration?.arn ?? "";
  const s3: S3DestinationConfiguration = {
    storageConfigurationArn: storage.storageConfiguration?.arn ?? "",
    encoderConfigurationArns: [encoderArn],
  };
  return {
    ...{ realTime, stageArn, encoderArn, s3, bucketName },
    publish() {
      const encoder = publish(film, key, 1, true);
      encoders.push(encoder);
      return encoder;
    },
    async start(...destinations: DestinationConfiguration[]) {
      const { composition } = await realTime.startComposition({ stageArn, destinations });
      const arn = composition?.arn ?? "";
      const [detailed] = (composition?.destinations ?? []).filter(({ detail }) => detail);
      const get = async () => (await realTime.getComposition({ arn })).composition;
      return {
        arn,
        prefix: detailed?.detail?.s3?.recordingPrefix ?? "",
        /** Resolves once the composition and its destinations are in these states. */
        is: (...states: string[]) =>
          until(async () => {
            const now = await get();
            const all = [now?.state, ...(now?.destinations ?? []).map(({ state }) => state)];
            return `${all}` === `${states}`;
          }, `a composition that is ${states}`),
      };
    },
  };
}

/** Resolves once a recording has a file of a number in its bucket. */
async function hasFile(server: Endpoint, Bucket: string, number: number): Promise<void> {
  const { s3 } = server.clients();
  await until(async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents.some(({ Key }) => Key?.endsWith(`/${number}.mp4`));
  }, `file ${number} of a recording in ${Bucket}`);
}

/** Checks a recording's playlists against its files and its JSON, and returns the playlist. */
async function checked(copy: BucketCopy, prefix: string, outcome: "ended" | "failed") {
  const started = JSON.parse(copy.text(`${prefix}/events/recording-started.json`));
  const over = JSON.parse(copy.text(`${prefix}/events/recording-${outcome}.json`));
  expect(copy.keys.filter((key) => key.startsWith(`${prefix}/events/`))).toHaveLength(2);
  const [rendition] = started.media.hls.renditions;
  const folder = `${prefix}/media/hls/${rendition.path}`;
  const playlist = copy.text(`${folder}/playlist.m3u8`);
  const named = playlist.split("\n").filter((line) => /^\d+\.mp4$/.test(line));
  expect(named.map((name) => `${folder}/${name}`).sort()).toEqual(
    copy.keys.filter((key) => /\/\d+\.mp4$/.test(key)).sort(),
  );
  const file = join(copy.folder, prefix, "media/hls/multivariant.m3u8");
  const fields = ["-show_entries", "stream=codec_name,width,height:format=duration"];
  const { stdout } = await run("ffprobe", ["-v", "error", ...fields, file]);
  expect(stdout).toMatch(/codec_name=h264\nwidth=320\nheight=180/);
  expect(stdout).toContain("codec_name=aac");
  const seconds = Number(/duration=([\d.]+)/.exec(stdout)?.[1]);
  expect(Math.abs(seconds * 1_000 - over.media.hls.duration_ms)).toBeLessThan(300);
  return { started, over, playlist, rendition };
}

describe.each([0, 1])("a composition that is recorded, with %i workers", (ingestWorkers) => {
  let server: TestServer;
  let events: EventReader;
  beforeAll(async () => {
    server = await startTestServer({ ingestWorkers, transcodeCores: 4 });
    events = new EventReader(server.endpoint);
  });
  afterAll(async () => {
    events.close();
    await server.close();
  });
  const namesOf = (arn: string) =>
    events.seen.filter(({ resources }) => resources[0] === arn).map(EventReader.nameOf);

  test("is in AWS's layout by the bucket's policy, and ends with it", async () => {
    const of = await composable(server, "composed-films");
    const encoder = of.publish();
    const composition = await of.start({
      s3: {
        ...of.s3,
        recordingConfiguration: { hlsConfiguration: { targetSegmentDurationSeconds: 4 } },
        thumbnailConfigurations: [{ targetIntervalSeconds: 2, storage: ["SEQUENTIAL", "LATEST"] }],
      },
    });
    await composition.is("ACTIVE", "ACTIVE");
    await hasFile(server, of.bucketName, 2);
    await of.realTime.stopComposition({ arn: composition.arn });
    await composition.is("STOPPED", "STOPPED");
    const copy = await copyBucket(server.clients().s3, of.bucketName);
    const { prefix } = composition;
    const { started, over, playlist, rendition } = await checked(copy, prefix, "ended");
    const size = { resolution_width: 320, resolution_height: 180 };
    const resolutions = [{ path: "320x180", ...size }];
    expect(started).toEqual({
      ...{ version: "v1", stage_arn: of.stageArn, recording_status: "RECORDING_STARTED" },
      recording_started_at: expect.stringMatching(/^[\d-]+T[\d:]+Z$/),
      media: {
        hls: {
          ...{ path: "media/hls", playlist: "multivariant.m3u8" },
          renditions: [
            {
              ...{ path: expect.stringMatching(/^180p10-[a-zA-Z0-9]{12}$/), ...size },
              playlist: "playlist.m3u8",
            },
          ],
        },
        thumbnails: { path: "media/thumbnails", resolutions },
        latest_thumbnail: { path: "media/latest_thumbnail", resolutions },
      },
    });
    expect(over).toMatchObject({ recording_status: "RECORDING_ENDED" });
    expect(over.recording_ended_at).toMatch(/^[\d-]+T[\d:]+Z$/);
    expect(playlist).toMatch(/#EXT-X-PLAYLIST-TYPE:VOD[\s\S]*#EXT-X-ENDLIST/);
    expect(playlist).toMatch(/#EXTINF:4\.\d+,/);
    expect(playlist).not.toContain("DISCONTINUITY");
    expect(copy.keys).toEqual(
      expect.arrayContaining([
        `${prefix}/media/hls/${rendition.path}/1.mp4`,
        `${prefix}/media/thumbnails/320x180/1.jpg`,
        `${prefix}/media/latest_thumbnail/320x180/thumb.jpg`,
      ]),
    );
    await copy.remove();
    expect(namesOf(composition.arn)).toEqual([
      ...["Session Start", "Destination Start", "Destination End", "Session End"],
    ]);
    encoder.kill();
  });

  test("fails where the policy is withdrawn, and its channel goes on", async () => {
    const of = await composable(server, "withdrawn-films");
    const { ivs, s3 } = server.clients();
    const { channel } = await ivs.send(new CreateChannelCommand({ type: "BASIC" }));
    const channelArn = channel?.arn ?? "";
    const encoder = of.publish();
    // Of the same picture in one case, of another one in the other: then there are two encoders.
    const video = { ...VIDEO, width: ingestWorkers === 0 ? VIDEO.width : 160 };
    const made = await of.realTime.createEncoderConfiguration({ video });
    const encoderConfigurationArn = made.encoderConfiguration?.arn ?? "";
    const composition = await of.start(
      { s3: of.s3 },
      { channel: { channelArn, encoderConfigurationArn } },
    );
    await composition.is("ACTIVE", "ACTIVE", "ACTIVE");
    await hasFile(server, of.bucketName, 1);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: of.bucketName }));
    await composition.is("ACTIVE", "FAILED", "ACTIVE");
    const live = async () => ivs.send(new GetStreamCommand({ channelArn })).catch(() => undefined);
    await until(async () => (await live())?.stream?.state === "LIVE", "the channel's stream");
    const failed = await events.wait(composition.arn, "Destination Failure");
    expect(failed.detail).toMatchObject({ reason: "Access Denied" });
    await of.realTime.stopComposition({ arn: composition.arn });
    await composition.is("STOPPED", "FAILED", "STOPPED");
    // Another one finds no policy at all.
    const next = await of.start({ s3: of.s3 });
    await next.is("FAILED", "FAILED");
    encoder.kill();
  });
});

test.each<[NodeJS.Signals, string[]]>([
  ["SIGKILL", []],
  ["SIGKILL", ["--ingest-workers", "1"]],
  ["SIGTERM", []],
])("a recorded composition goes on after %s, in one recording (%j)", async (signal, workers) => {
  const data = await mkdtemp(join(tmpdir(), "rolecast-composed-"));
  const settings = ["--data", data, "--transcode-cores", "4", ...workers];
  const first = await startServerProcess(settings);
  const of = await composable(first, "killed-films");
  const encoder = of.publish();
  const { arn, prefix } = await of.start({ s3: of.s3 });
  await hasFile(first, of.bucketName, 2);
  await first.stop(signal);
  encoder.kill();
  const second = await startServerProcess(settings);
  const realTime = realTimeOf(second);
  const is = (state: string, wanted: string) =>
    until(async () => {
      const { composition } = await realTime.getComposition({ arn });
      return composition?.state === state && composition.destinations?.[0]?.state === wanted;
    }, `a destination that is ${wanted}`);
  await is("ACTIVE", "RECONNECTING");
  const { s3 } = second.root;
  const before = await copyBucket(s3, of.bucketName);
  const media = before.keys.filter((key) => key.endsWith(".mp4"));
  expect(before.keys.some((key) => key.endsWith("ended.json"))).toBe(false);
  await before.remove();
  const { stage } = await realTime.getStage({ arn: of.stageArn });
  const { ingestConfigurations = [] } = await realTime.listIngestConfigurations({});
  const { ingestConfiguration } = await realTime.getIngestConfiguration({
    arn: ingestConfigurations[0]?.arn,
  });
  const url = `${stage?.endpoints?.rtmps}${ingestConfiguration?.streamKey}`;
  const again = publish(film, url, 1, true);
  encoders.push(again);
  await is("ACTIVE", "ACTIVE");
  await hasFile(second, of.bucketName, media.length + 1);
  await realTime.stopComposition({ arn });
  await is("STOPPED", "STOPPED");
  const copy = await copyBucket(s3, of.bucketName);
  expect(copy.keys).toEqual(expect.arrayContaining(media));
  const { playlist } = await checked(copy, prefix, "ended");
  expect(playlist).toMatch(/2\.mp4[\s\S]*#EXT-X-DISCONTINUITY\n[\s\S]*#EXT-X-ENDLIST/);
  await copy.remove();
  again.kill();
  await second.stop();
  await rm(data, { recursive: true });
});

describe.skipIf(!hasPostgres)("on two nodes", () => {
  test.each<[string, NodeJS.Signals]>([
    ["killed", "SIGKILL"],
    ["paused, and wakes up later,", "SIGSTOP"],
  ])("a composition whose node is %s goes on at the other one", async (_what, signal) => {
    const data = await mkdtemp(join(tmpdir(), "rolecast-composed-"));
    const ROLECAST_DATABASE = await makeSharedSchema();
    const settings = ["--data", data, "--transcode-cores", "4"];
    const start = () => startServerProcess(settings, { ROLECAST_DATABASE });
    const first = await start();
    const second = await start();
    const of = await composable(first, `${signal.toLowerCase()}-films`);
    const { ivs } = second.root;
    const { channel } = await ivs.send(new CreateChannelCommand({ type: "BASIC" }));
    const channelArn = channel?.arn ?? "";
    const live = async () => (await ivs.send(new GetStreamCommand({ channelArn }))).stream;
    const encoder = of.publish();
    // It is asked for at one node, and made at the stage's.
    const { stageArn, encoderArn } = of;
    const realTime = realTimeOf(second);
    const { ingestConfigurations = [] } = await realTime.listIngestConfigurations({});
    const active = async () =>
      (await realTime.getStage({ arn: stageArn })).stage?.activeSessionId !== undefined;
    await until(active, "the stage's session");
    const { composition } = await realTime.startComposition({
      stageArn,
      destinations: [
        { s3: of.s3 },
        { channel: { channelArn, encoderConfigurationArn: encoderArn } },
      ],
    });
    const { arn = "" } = composition ?? {};
    const prefix = composition?.destinations?.[0]?.detail?.s3?.recordingPrefix ?? "";
    const is = (...states: string[]) =>
      until(async () => {
        const now = (await realTime.getComposition({ arn })).composition;
        return (
          `${[now?.state, ...(now?.destinations ?? []).map(({ state }) => state)]}` === `${states}`
        );
      }, `a composition that is ${states}`);
    await is("ACTIVE", "ACTIVE", "ACTIVE");
    await hasFile(second, of.bucketName, 2);
    const before = await until(live, "the channel's stream");
    const reader = new EventReader(second.endpoint);
    if (signal === "SIGKILL") await first.stop(signal);
    else process.kill(first.pid, signal);
    await is("ACTIVE", "RECONNECTING", "RECONNECTING");
    encoder.kill();
    const { s3 } = second.root;
    const left = await copyBucket(s3, of.bucketName);
    const media = left.keys.filter((key) => key.endsWith(".mp4"));
    expect(left.keys.some((key) => key.endsWith("ended.json"))).toBe(false);
    await left.remove();

    const { ingestConfiguration } = await realTime.getIngestConfiguration({
      arn: ingestConfigurations[0]?.arn,
    });
    const url = `rtmps://localhost:${second.rtmpsPort}/app/${ingestConfiguration?.streamKey}`;
    const again = publish(film, url, 1, true);
    encoders.push(again);
    await is("ACTIVE", "ACTIVE", "ACTIVE");
    await until(async () => (await live())?.streamId !== before?.streamId, "another stream");
    if (signal === "SIGSTOP") {
      process.kill(first.pid, "SIGCONT");
      await first.said(/lost its lease/);
      await first.said(/Another node has taken over this composition/);
      expect(await first.stop()).toBe(0);
    }
    await hasFile(second, of.bucketName, media.length + 2);
    await is("ACTIVE", "ACTIVE", "ACTIVE");
    await realTime.stopComposition({ arn });
    await is("STOPPED", "STOPPED", "STOPPED");
    const copy = await copyBucket(s3, of.bucketName);
    expect(copy.keys).toEqual(expect.arrayContaining(media));
    const { playlist } = await checked(copy, prefix, "ended");
    expect(playlist).toMatch(/2\.mp4[\s\S]*#EXT-X-DISCONTINUITY\n[\s\S]*#EXT-X-ENDLIST/);
    await copy.remove();
    const events = reader.seen.filter(({ resources }) => resources[0] === arn);
    const names = events.map((event) => `${EventReader.nameOf(event)}`);
    expect(names.filter((name) => name.startsWith("Session"))).toEqual(["Session End"]);
    reader.close();
    again.kill();
    expect(await second.stop()).toBe(0);
    await rm(data, { recursive: true });
  });
});

test("a composition whose worker is killed fails, and its recording says so", async () => {
  const data = await mkdtemp(join(tmpdir(), "rolecast-composed-"));
  const settings = ["--data", data, "--transcode-cores", "4", "--ingest-workers", "1"];
  const server = await startServerProcess(settings);
  const of = await composable(server, "worker-films");
  const encoder = of.publish();
  const composition = await of.start({ s3: of.s3 });
  await hasFile(server, of.bucketName, 2);
  const health = await fetch(`${server.endpoint}/_rolecast/health`);
  const { ivs } = (await health.json()) as { ivs: { workers: readonly { pid: number }[] } };
  process.kill(ivs.workers[0]?.pid ?? 0, "SIGKILL");
  await composition.is("FAILED", "FAILED");
  encoder.kill();
  const copy = await copyBucket(server.root.s3, of.bucketName);
  const { over } = await checked(copy, composition.prefix, "failed");
  expect(over).toMatchObject({
    recording_status: "RECORDING_ENDED_WITH_FAILURE",
    recording_status_message: "InternalServerException",
  });
  await copy.remove();
  await server.stop();
  await rm(data, { recursive: true });
});

test.each([
  ["complete", "STOPPED"],
  ["failed, since the policy is gone", "FAILED"],
])("a killed server's composition that doesn't go on is %s", async (_how, state) => {
  const data = await mkdtemp(join(tmpdir(), "rolecast-composed-"));
  const settings = ["--data", data, "--transcode-cores", "4"];
  const first = await startServerProcess(settings);
  const of = await composable(first, "left-films");
  const encoder = of.publish();
  const { arn, prefix } = await of.start({ s3: of.s3 });
  await hasFile(first, of.bucketName, 2);
  await first.stop("SIGKILL");
  encoder.kill();
  const second = await startServerProcess(settings);
  const realTime = realTimeOf(second);
  const { s3 } = second.root;
  if (state === "FAILED") await s3.send(new DeleteBucketPolicyCommand({ Bucket: of.bucketName }));
  await realTime.stopComposition({ arn });
  const over = await until(async () => {
    const { composition } = await realTime.getComposition({ arn });
    return composition?.endTime && composition;
  }, "the composition's end");
  expect([over.state, over.destinations?.[0]?.state]).toEqual([state, state]);
  const copy = await copyBucket(s3, of.bucketName);
  if (state === "STOPPED") await checked(copy, prefix, "ended");
  else expect(copy.keys.filter((key) => /(ended|failed)\.json$/.test(key))).toEqual([]);
  await copy.remove();
  await second.stop();
  await rm(data, { recursive: true });
});
