import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type {
  AutoParticipantRecordingConfiguration,
  IVSRealTime,
  Participant,
} from "@aws-sdk/client-ivs-realtime";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { outcomeOf, realTimeOf } from "../../contract/ivs-realtime/support.ts";
import { startServerProcess } from "../../support/server-process.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { copyBucket } from "./bucket-copy.ts";
import { EventReader } from "./event-reader.ts";

const run = promisify(execFile);
const PYTHON = "/usr/bin/python3";
const hasAiortc = spawnSync(PYTHON, ["-c", "import aiortc"]).status === 0;
const SCRIPT = join(import.meta.dirname, "whip_aiortc.py");

type Wanted = Partial<AutoParticipantRecordingConfiguration>;
type Endpoint = Pick<TestServer, "endpoint" | "clients">;

async function makeRecordedStage(server: Endpoint, bucketName: string, recording: Wanted = {}) {
  const realTime = realTimeOf(server);
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: bucketName }));
  const made = await realTime.createStorageConfiguration({ s3: { bucketName } });
  const { stage, participantTokens } = await realTime.createStage({
    participantTokenConfigurations: [{ userId: "ann" }],
    autoParticipantRecordingConfiguration: {
      storageConfigurationArn: made.storageConfiguration?.arn,
      hlsConfiguration: { targetSegmentDurationSeconds: 2 },
      ...recording,
    },
  });
  const { token = "", participantId = "" } = participantTokens?.[0] ?? {};
  return { stageArn: stage?.arn ?? "", token, participantId };
}

type RecordedStage = Awaited<ReturnType<typeof makeRecordedStage>>;

function publishTo({ endpoint }: Endpoint, { token }: RecordedStage): ChildProcess {
  return spawn(PYTHON, [SCRIPT, `${endpoint}/ivs-realtime/whip`, token], { stdio: "ignore" });
}

async function leave(publisher: ChildProcess, signal: "SIGINT" | "SIGKILL" = "SIGINT") {
  const closed = once(publisher, "close");
  publisher.kill(signal);
  await closed;
}

/** The participant in the stage's latest session, once it is recorded so. */
function recordedAs(realTime: IVSRealTime, of: RecordedStage, state: string) {
  const { stageArn, participantId } = of;
  return until(async () => {
    const { stageSessions = [] } = await realTime.listStageSessions({ stageArn });
    const { sessionId } = stageSessions[0] ?? {};
    const { participant } = await realTime.getParticipant({ stageArn, sessionId, participantId });
    return participant?.recordingState === state && { ...participant, sessionId };
  }, `a participant whose recording is ${state}`);
}

/** Resolves once a recording has a file of a number in its bucket. */
async function hasFile({ s3 }: Clients, bucketName: string, number: number): Promise<void> {
  await until(async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucketName }));
    return Contents.some(({ Key }) => Key?.endsWith(`high/${number}.mp4`));
  }, `file ${number} of a recording in ${bucketName}`);
}

async function withdrawPolicy({ s3 }: Clients, Bucket: string): Promise<void> {
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
}

/** Tried until nothing is written between. */
async function deleteBucket({ s3 }: Clients, Bucket: string): Promise<void> {
  await until(async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    return (await outcomeOf(s3.send(new DeleteBucketCommand({ Bucket })))) === "done";
  }, `the deletion of ${Bucket}`);
}

describe.skipIf(!hasAiortc)("a stage whose participants are recorded", () => {
  let server: TestServer;
  let realTime: IVSRealTime;
  let events: EventReader;
  beforeAll(async () => {
    server = await startTestServer();
    realTime = realTimeOf(server);
    events = new EventReader(server.endpoint);
  });
  afterAll(async () => {
    events.close();
    await server.close();
  });

  const recordedStage = (bucketName: string, recording: Wanted = {}) =>
    makeRecordedStage(server, bucketName, recording);
  const publish = (of: RecordedStage) => publishTo(server, of);
  const recorded = (of: RecordedStage, state: string) => recordedAs(realTime, of, state);

  test("writes AWS's layout by the bucket's policy, and ends it", async () => {
    const bucketName = "stage-recordings";
    const of = await recordedStage(bucketName, {
      thumbnailConfiguration: {
        ...{ recordingMode: "INTERVAL", targetIntervalSeconds: 2 },
        storage: ["SEQUENTIAL", "LATEST"],
      },
    });
    const publisher = publish(of);
    const started = await recorded(of, "ACTIVE");
    const update = {
      arn: of.stageArn,
      autoParticipantRecordingConfiguration: { storageConfigurationArn: "" },
    };
    expect(await outcomeOf(realTime.updateStage(update))).toBe("ConflictException");
    const { s3 } = server.clients();
    await hasFile(server.clients(), bucketName, 2);
    await leave(publisher);
    const { recordingS3BucketName, recordingS3Prefix: prefix = "" } = await recorded(of, "STOPPED");
    expect(recordingS3BucketName).toBe(bucketName);
    const stageId = of.stageArn.split("/")[1];
    const place = `${stageId}/${started.sessionId}/${of.participantId}/`;
    expect(prefix).toMatch(new RegExp(`^${place}\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\dZ$`));
    const copy = await copyBucket(s3, bucketName);
    const paths = copy.keys.map((key) => key.slice(prefix.length + 1));
    expect(paths).toEqual(
      expect.arrayContaining([
        ...["events/recording-ended.json", "events/recording-started.json"],
        ...["media/hls/high/1.mp4", "media/hls/high/playlist.m3u8", "media/hls/multivariant.m3u8"],
        ...["media/thumbnails/high/1.jpg", "media/latest_thumbnail/high/thumb.jpg"],
      ]),
    );
    const metadata = JSON.parse(copy.text(`${prefix}/events/recording-ended.json`));
    expect(metadata).toMatchObject({
      ...{ version: "v1", stage_arn: of.stageArn, session_id: started.sessionId },
      ...{ participant_id: of.participantId, recording_status: "RECORDING_ENDED" },
      media: {
        hls: {
          ...{ path: "media/hls", playlist: "multivariant.m3u8" },
          renditions: [{ path: "high", playlist: "playlist.m3u8" }],
        },
        thumbnails: { path: "media/thumbnails", renditions: [{ path: "high" }] },
        latest_thumbnail: { path: "media/latest_thumbnail", renditions: [{ path: "high" }] },
      },
    });
    const playlist = copy.text(`${prefix}/media/hls/high/playlist.m3u8`);
    expect(playlist).toMatch(/#EXT-X-PLAYLIST-TYPE:VOD\n[\s\S]*#EXT-X-ENDLIST\n$/);
    const file = join(copy.folder, prefix, "media/hls/multivariant.m3u8");
    const fields = ["-show_entries", "stream=codec_name,width,height:format=duration"];
    const probed = await run("ffprobe", ["-v", "error", ...fields, file]);
    expect(probed.stdout).toMatch(/codec_name=h264\nwidth=640\nheight=360/);
    expect(probed.stdout).toMatch(/codec_name=aac/);
    const seconds = Number(/duration=([\d.]+)/.exec(probed.stdout)?.[1]);
    expect(Math.abs(seconds * 1_000 - metadata.media.hls.duration_ms)).toBeLessThan(200);
    await copy.remove();
    const ended = await events.wait(of.stageArn, "Recording End");
    expect(ended).toMatchObject({
      "detail-type": "IVS Participant Recording State Change",
      resources: [of.stageArn],
      detail: {
        ...{ session_id: started.sessionId, participant_id: of.participantId },
        recording_s3_key_prefix: prefix,
        recording_duration_ms: metadata.media.hls.duration_ms,
      },
    });
    const filter = { filterByRecordingState: "STOPPED" } as const;
    const list = { stageArn: of.stageArn, sessionId: started.sessionId, ...filter };
    const { participants } = await realTime.listParticipants(list);
    expect(participants?.map(({ participantId }: Participant) => participantId)).toEqual([
      of.participantId,
    ]);
    expect(await outcomeOf(realTime.updateStage(update))).toBe("done");
  });

  test("goes on with a participant that is back in time", async () => {
    const bucketName = "merged-recordings";
    const of = await recordedStage(bucketName, { recordingReconnectWindowSeconds: 6 });
    const first = publish(of);
    const { recordingS3Prefix } = await recorded(of, "ACTIVE");
    await leave(first);
    await recorded(of, "STOPPING");
    const second = publish(of);
    const back = await recorded(of, "ACTIVE");
    expect(back.recordingS3Prefix).toBe(recordingS3Prefix);
    await leave(second);
    const ended = await events.wait(of.stageArn, "Recording End");
    expect(ended.detail.recording_s3_key_prefix).toBe(recordingS3Prefix);
    const copy = await copyBucket(server.clients().s3, bucketName);
    const playlist = copy.text(`${recordingS3Prefix}/media/hls/high/playlist.m3u8`);
    // Sound that a busy machine converts late begins a section of its own.
    expect(playlist.match(/#EXT-X-DISCONTINUITY/g)?.length).toBeGreaterThanOrEqual(1);
    await copy.remove();
  });

  test("fails where the bucket's policy doesn't allow it any more", async () => {
    const bucketName = "lost-recordings";
    const of = await recordedStage(bucketName);
    await server.clients().s3.send(new DeleteBucketPolicyCommand({ Bucket: bucketName }));
    const publisher = publish(of);
    await recorded(of, "FAILED");
    const failed = await events.wait(of.stageArn, "Recording Start Failure");
    expect(failed.detail).toMatchObject({ recording_s3_key_prefix: "" });
    await leave(publisher);
  });

  test.each([
    ["policy is withdrawn", "withdrawn-policy", withdrawPolicy],
    ["objects and bucket are deleted", "deleted-bucket", deleteBucket],
  ])("ends with a failure where the bucket's %s meanwhile", async (_, bucketName, lose) => {
    const of = await recordedStage(bucketName);
    const publisher = publish(of);
    const { recordingS3Prefix } = await recorded(of, "ACTIVE");
    await hasFile(server.clients(), bucketName, 1);
    await lose(server.clients(), bucketName);
    await recorded(of, "FAILED");
    const failed = await events.wait(of.stageArn, "Recording End Failure");
    expect(failed.detail).toMatchObject({
      recording_s3_bucket_name: bucketName,
      recording_s3_key_prefix: recordingS3Prefix,
      recording_duration_ms: expect.any(Number),
    });
    // Its publication goes on.
    const { stage } = await realTime.getStage({ arn: of.stageArn });
    expect(stage?.activeSessionId).toBeDefined();
    await leave(publisher);
  });
});

describe.skipIf(!hasAiortc)("a participant that is replicated to another stage", () => {
  let server: TestServer;
  let realTime: IVSRealTime;
  let events: EventReader;
  beforeAll(async () => {
    server = await startTestServer();
    realTime = realTimeOf(server);
    events = new EventReader(server.endpoint);
  });
  afterAll(async () => {
    events.close();
    await server.close();
  });

  /** A stage with a recorded replica, whose source publishes. */
  async function replicated(bucketName: string, reconnectWindowSeconds = 0, recording?: Wanted) {
    const there = await makeRecordedStage(server, bucketName, recording);
    const { stage, participantTokens } = await realTime.createStage({
      participantTokenConfigurations: [{ userId: "ann", attributes: { role: "guest", team: "a" } }],
    });
    const { token = "", participantId = "" } = participantTokens?.[0] ?? {};
    const source = { stageArn: stage?.arn ?? "", token, participantId };
    const publisher = publishTo(server, source);
    const of = { sourceStageArn: source.stageArn, participantId };
    const pair = { ...of, destinationStageArn: there.stageArn };
    const start = { ...pair, reconnectWindowSeconds, attributes: { role: "star" } };
    // Who doesn't publish yet can't be replicated.
    await until(
      async () => (await outcomeOf(realTime.startParticipantReplication(start))) === "done",
      "a replica",
    );
    return {
      source,
      there: { ...there, participantId },
      viewer: there,
      publisher,
      pair,
      start,
      of,
    };
  }

  const replicaOf = async (of: { sourceStageArn: string; participantId: string }) =>
    (await realTime.listParticipantReplicas(of)).replicas ?? [];

  test("is seen and recorded there, with its own attributes, until it is stopped", async () => {
    const made = await replicated("replica-recordings");
    const { source, there, viewer, publisher, pair, start, of } = made;
    const { participantId } = source;
    const [replica] = await replicaOf(of);
    const { sourceSessionId, destinationSessionId } = replica ?? {};
    expect(replica).toMatchObject({ ...pair, replicationState: "ACTIVE" });
    expect(await outcomeOf(realTime.startParticipantReplication(start))).toBe("ConflictException");
    const url = `${server.endpoint}/ivs-realtime/whip/subscribe/${participantId}`;
    const watch = join(import.meta.dirname, "whep_aiortc.py");
    const { stdout } = await run(PYTHON, [watch, url, viewer.token]);
    expect(stdout).toBe("audio 48000\nvideo 640x360\n");
    const { participant } = await realTime.getParticipant({
      ...{ stageArn: there.stageArn, sessionId: destinationSessionId, participantId },
    });
    expect(participant).toMatchObject({
      ...{ replicationType: "REPLICA", replicationState: "ACTIVE", published: true },
      ...{ sourceStageArn: source.stageArn, sourceSessionId },
      attributes: { role: "star", team: "a" },
    });
    await recordedAs(realTime, there, "ACTIVE");
    await realTime.stopParticipantReplication(pair);
    await recordedAs(realTime, there, "STOPPED");
    expect(await replicaOf(of)).toMatchObject([{ replicationState: "STOPPED" }]);
    expect(await outcomeOf(realTime.stopParticipantReplication(pair))).toBe(
      "ResourceNotFoundException",
    );
    const here = { stageArn: source.stageArn, sessionId: sourceSessionId, participantId };
    const own = await until(async () => {
      const found = await realTime.getParticipant(here);
      return found.participant?.replicationState === "STOPPED" && found.participant;
    }, "a source that is replicated no longer");
    expect(own).toMatchObject({ replicationType: "SOURCE", state: "CONNECTED" });
    const { events: all = [] } = await realTime.listParticipantEvents(here);
    expect(all.map(({ name }) => name)).toEqual([
      ...["JOINED", "PUBLISH_STARTED", "REPLICATION_STARTED", "REPLICATION_STOPPED"],
    ]);
    expect(all[2]).toMatchObject({ destinationStageArn: there.stageArn, destinationSessionId });
    const begun = await events.wait(source.stageArn, "Participant Replication Start");
    const about = {
      ...{ session_id: sourceSessionId, participant_id: participantId, user_id: "ann" },
      ...{ source_stage_arn: source.stageArn, source_session_id: sourceSessionId },
      destination_stage_arn: there.stageArn,
      destination_session_id: destinationSessionId,
    };
    expect(begun.detail).toMatchObject(about);
    const stopped = await events.wait(source.stageArn, "Participant Replication End");
    expect(stopped.detail).toMatchObject(about);
    await leave(publisher);
  });

  test("goes on with its source in time, and ends without it", async () => {
    const { source, publisher, of, there } = await replicated("replica-windows", 5);
    await recordedAs(realTime, there, "ACTIVE");
    await leave(publisher);
    await recordedAs(realTime, there, "STOPPED");
    const again = publishTo(server, source);
    await recordedAs(realTime, there, "ACTIVE");
    expect(await replicaOf(of)).toMatchObject([{ replicationState: "ACTIVE" }]);
    await leave(again);
    await until(
      async () => (await replicaOf(of))[0]?.replicationState === "STOPPED",
      "the end of a replica without its source",
    );
  });

  test("isn't recorded where replicas aren't, and isn't there more than five times", async () => {
    const made = await replicated("unrecorded-replicas", 0, { recordParticipantReplicas: false });
    const { there, publisher, of, pair } = made;
    const [{ destinationSessionId: sessionId } = {}] = await replicaOf(of);
    const { participant } = await realTime.getParticipant({
      ...{ stageArn: there.stageArn, sessionId, participantId: pair.participantId },
    });
    expect(participant).toMatchObject({ published: true, replicationType: "REPLICA" });
    const replicate = async () => {
      const { stage } = await realTime.createStage({});
      const to = { ...pair, destinationStageArn: stage?.arn };
      return outcomeOf(realTime.startParticipantReplication(to));
    };
    const outcomes: string[] = [];
    for (let count = 2; count <= 6; count += 1) outcomes.push(await replicate());
    expect(outcomes).toEqual([...Array(4).fill("done"), "ServiceQuotaExceededException"]);
    await leave(publisher);
    // Its source's end is written after a recording of the replica would have begun.
    await until(
      async () => (await replicaOf(of)).every((one) => one.replicationState === "STOPPED"),
      "the end of its replicas",
    );
    const { s3 } = server.clients();
    const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: "unrecorded-replicas" }));
    expect(KeyCount).toBe(0);
  });

  test("is decided on both stages", async () => {
    const missing = { participantId: "nobody", sourceStageArn: "", destinationStageArn: "" };
    const arn = (id: string) => `arn:aws:ivs:us-east-1:000000000000:stage/${id}`;
    const { stage } = await realTime.createStage({});
    const [from = "", to] = [stage?.arn, arn("notthere1234")];
    const start = (sourceStageArn: string, destinationStageArn: string) =>
      outcomeOf(
        realTime.startParticipantReplication({ ...missing, sourceStageArn, destinationStageArn }),
      );
    expect(await start(from, to)).toBe("ResourceNotFoundException");
    expect(await start(to, from)).toBe("ResourceNotFoundException");
    expect(await start(from, from)).toBe("ValidationException");
    expect(await replicaOf({ sourceStageArn: to, participantId: "nobody" })).toEqual([]);
  });
});

describe.skipIf(!hasAiortc)("a worker that is killed while it records a participant", () => {
  test("leaves a recording that the server finishes, and takes the participant again", async () => {
    const data = await mkdtemp(join(tmpdir(), "rolecast-worker-"));
    const server = await startServerProcess(["--data", data, "--ingest-workers", "1"]);
    const bucketName = "worker-recordings";
    const of = await makeRecordedStage(server, bucketName);
    const realTime = realTimeOf(server);
    const publisher = publishTo(server, of);
    const { recordingS3Prefix: prefix } = await recordedAs(realTime, of, "ACTIVE");
    await hasFile(server.root, bucketName, 2);
    const health = await fetch(`${server.endpoint}/_rolecast/health`);
    const { ivs } = (await health.json()) as { ivs: { workers: readonly { pid: number }[] } };
    process.kill(ivs.workers[0]?.pid ?? 0, "SIGKILL");
    await recordedAs(realTime, of, "STOPPED");
    await leave(publisher, "SIGKILL");
    const copy = await copyBucket(server.root.s3, bucketName);
    const folder = `${prefix}/media/hls/high`;
    const playlist = copy.text(`${folder}/playlist.m3u8`);
    expect(playlist).toMatch(/#EXT-X-PLAYLIST-TYPE:VOD[\s\S]*2\.mp4[\s\S]*#EXT-X-ENDLIST/);
    expect(copy.keys).toContain(`${prefix}/events/recording-ended.json`);
    await copy.remove();
    const again = publishTo(server, of);
    const back = await recordedAs(realTime, of, "ACTIVE");
    expect(back.recordingS3Prefix).not.toBe(prefix);
    await leave(again);
    await server.stop();
    await rm(data, { recursive: true });
  });
});

describe.skipIf(!hasAiortc)("a server that is killed while participants are recorded", () => {
  test.each([[[]], [["--ingest-workers", "1"]]])(
    "finishes their recordings and their sessions at its next start (%j)",
    async (workers) => {
      const data = await mkdtemp(join(tmpdir(), "rolecast-participants-"));
      const first = await startServerProcess(["--data", data, ...workers]);
      const bucketName = "killed-recordings";
      const of = await makeRecordedStage(first, bucketName);
      const publisher = publishTo(first, of);
      await recordedAs(realTimeOf(first), of, "ACTIVE");
      await hasFile(first.root, bucketName, 2);
      await first.stop("SIGKILL");
      await leave(publisher, "SIGKILL");
      const second = await startServerProcess(["--data", data, ...workers]);
      const realTime = realTimeOf(second);
      const participant = await recordedAs(realTime, of, "STOPPED");
      const { sessionId, recordingS3Prefix: prefix } = participant;
      expect(participant.state).toBe("DISCONNECTED");
      const { stageArn, participantId } = of;
      const about = { stageArn, sessionId, participantId };
      const { events = [] } = await realTime.listParticipantEvents(about);
      expect(events.map(({ name }) => name)).toEqual([
        ...["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"],
      ]);
      const { stageSession } = await realTime.getStageSession({ stageArn, sessionId });
      expect(stageSession?.endTime).toBeDefined();
      const copy = await copyBucket(second.root.s3, bucketName);
      const ended = JSON.parse(copy.text(`${prefix}/events/recording-ended.json`));
      const folder = `${prefix}/media/hls/high`;
      const playlist = copy.text(`${folder}/playlist.m3u8`);
      const named = playlist.split("\n").filter((line) => /^\d+\.mp4$/.test(line));
      expect(named.length).toBeGreaterThan(1);
      expect(named.map((name) => `${folder}/${name}`).sort()).toEqual(
        copy.keys.filter((key) => /high\/\d+\.mp4$/.test(key)).sort(),
      );
      const file = join(copy.folder, `${prefix}/media/hls/multivariant.m3u8`);
      const fields = ["-show_entries", "format=duration", "-of", "csv=p=0"];
      const probed = await run("ffprobe", ["-v", "error", ...fields, file]);
      expect(Math.abs(Number(probed.stdout) * 1_000 - ended.media.hls.duration_ms)).toBeLessThan(
        200,
      );
      await copy.remove();
      await second.stop();
      await rm(data, { recursive: true });
    },
  );
});

describe.skipIf(!hasAiortc || !hasPostgres)("a node that is killed while it records", () => {
  test("leaves a participant's recording to another node of its database", async () => {
    const data = await mkdtemp(join(tmpdir(), "rolecast-recording-nodes-"));
    const ROLECAST_DATABASE = await makeSharedSchema();
    const start = () => startServerProcess(["--data", data], { ROLECAST_DATABASE });
    const first = await start();
    const second = await start();
    const bucketName = "taken-over-recordings";
    const of = await makeRecordedStage(first, bucketName);
    const publisher = publishTo(first, of);
    const { recordingS3Prefix: prefix } = await recordedAs(realTimeOf(second), of, "ACTIVE");
    await hasFile(second.root, bucketName, 2);
    await first.stop("SIGKILL");
    await leave(publisher, "SIGKILL");
    // The dead node's lease ends 10 seconds after it was last heard of.
    const taken = await recordedAs(realTimeOf(second), of, "STOPPED");
    expect(taken).toMatchObject({ recordingS3Prefix: prefix, state: "DISCONNECTED" });
    const copy = await copyBucket(second.root.s3, bucketName);
    const folder = `${prefix}/media/hls/high`;
    const playlist = copy.text(`${folder}/playlist.m3u8`);
    expect(playlist).toMatch(/#EXT-X-PLAYLIST-TYPE:VOD[\s\S]*2\.mp4[\s\S]*#EXT-X-ENDLIST/);
    const ended = JSON.parse(copy.text(`${prefix}/events/recording-ended.json`));
    const file = join(copy.folder, `${prefix}/media/hls/multivariant.m3u8`);
    const fields = ["-show_entries", "format=duration", "-of", "csv=p=0"];
    const probed = await run("ffprobe", ["-v", "error", ...fields, file]);
    const difference = Math.abs(Number(probed.stdout) * 1_000 - ended.media.hls.duration_ms);
    expect(difference).toBeLessThan(200);
    await copy.remove();
    const again = publishTo(second, of);
    const back = await recordedAs(realTimeOf(second), of, "ACTIVE");
    expect(back.recordingS3Prefix).not.toBe(prefix);
    await leave(again);
    await second.stop();
    await rm(data, { recursive: true });
  });
});
