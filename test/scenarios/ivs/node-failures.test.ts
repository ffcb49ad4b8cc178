import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateChannelCommand,
  GetStreamCommand,
  GetStreamSessionCommand,
  ImportPlaybackKeyPairCommand,
  ListStreamsCommand,
  PutMetadataCommand,
  StopStreamCommand,
} from "@aws-sdk/client-ivs";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { realTimeOf } from "../../contract/ivs-realtime/support.ts";
import { playbackToken } from "../../support/playback-token.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { until } from "../../support/until.ts";
import { copyBucket, firstRecordedFile } from "./bucket-copy.ts";
import {
  decodedSeconds,
  type Encoder,
  type Film,
  makeFilm,
  pictureHashes,
  publish,
} from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

/*
 * Two processes on one PostgreSQL and one data folder. A node's lease ends 10 seconds after it was
 * last heard of; only then another one may take what it had.
 */

const FILM_SECONDS = 60;

let film: Film;
let sent: Promise<readonly string[]> | undefined;
const started: ServerProcess[] = [];
let starting: Promise<unknown> = Promise.resolve();
const encoders: Encoder[] = [];
const folders: string[] = [];

/** Most of the time they wait for a lease to end: side by side, each with encoders. */
const TIMEOUT_MS = 120_000;

describe
  .skipIf(!hasPostgres)
  .concurrent("several nodes with streams", { timeout: TIMEOUT_MS }, () => {
    beforeAll(async () => {
      film = await makeFilm(FILM_SECONDS);
    });
    afterAll(async () => {
      for (const encoder of encoders) encoder.kill();
      await Promise.all(started.map((node) => node.stop("SIGKILL")));
      for (const folder of folders) await rm(folder, { recursive: true });
    });

    /** Starts nodes that have a database and a data folder of their own together. */
    async function installation(): Promise<() => Promise<ServerProcess>> {
      const data = await mkdtemp(join(tmpdir(), "rolecast-nodes-"));
      folders.push(data);
      const ROLECAST_DATABASE = await makeSharedSchema();
      return () => {
        // One after the other: together they would take the machine for seconds.
        const start = () => startServerProcess(["--data", data], { ROLECAST_DATABASE });
        const node = starting.then(start);
        starting = node.then((process) => started.push(process));
        return node;
      };
    }

    function encode(node: ServerProcess, streamKey: string, speed = 1): Encoder {
      const url = `rtmps://localhost:${node.rtmpsPort}/app/${streamKey}`;
      // However long a busy machine takes, the film isn't over before.
      const encoder = publish(film, url, speed, true);
      encoders.push(encoder);
      return encoder;
    }

    test("judge viewers where they ask; a single-use token is good once among all of them", async () => {
      const startNode = await installation();
      const [owner, other] = await Promise.all([startNode(), startNode()]);
      const keys = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
      const publicKeyMaterial = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
      await other.root.ivs.send(new ImportPlaybackKeyPairCommand({ publicKeyMaterial }));
      const { channel, streamKey } = await owner.root.ivs.send(
        new CreateChannelCommand({ authorized: true }),
      );
      const path = new URL(channel?.playbackUrl ?? "").pathname;
      const encoder = encode(owner, streamKey?.value ?? "", 2);
      const claims = { "aws:channel-arn": channel?.arn, "aws:single-use-uuid": randomUUID() };
      const query = `?token=${playbackToken(claims, keys.privateKey)}`;
      // Offline it is 404 for everybody; only a stream asks for a token.
      await until(
        async () => (await fetch(`${other.endpoint}${path}`)).status === 403,
        "the stream on the other node",
      );
      const multivariant = await until(() => textAt(other, `${path}${query}`), "its playlist");
      for (const node of [owner, other])
        expect((await fetch(`${node.endpoint}${path}${query}`)).status).toBe(403);
      // A viewer that one node admitted can continue on the other.
      const variant = multivariant.split("\n").find((line) => line.endsWith("playlist.m3u8")) ?? "";
      for (const node of [owner, other])
        expect(await textAt(node, new URL(variant, `http://x${path}`).pathname)).toContain(
          "#EXTM3U",
        );
      encoder.kill();
      for (const node of [owner, other]) expect(await node.stop()).toBe(0);
    });

    test("have a stream once, which can be played and steered from each of them", async () => {
      const startNode = await installation();
      const [owner, other] = await Promise.all([startNode(), startNode()]);
      const created = await owner.root.ivs.send(
        new CreateChannelCommand({ latencyMode: "NORMAL" }),
      );
      const channelArn = created.channel?.arn ?? "";
      const streamKey = created.streamKey?.value ?? "";
      const path = new URL(created.channel?.playbackUrl ?? "").pathname;
      const first = encode(owner, streamKey, 2);
      const streamOn = async (node: ServerProcess) =>
        (await node.root.ivs.send(new GetStreamCommand({ channelArn }))).stream;
      const { streamId } = (await until(() => streamOn(other), "the stream")) ?? {};

      // A second encoder is refused there too, and disturbs nothing.
      expect(await encode(other, streamKey).ended).not.toMatchObject({ code: 0 });
      expect((await streamOn(owner))?.streamId).toBe(streamId);

      // Both nodes serve the same bytes. A segment may be gone by the time that it is asked for.
      const [there, here] = await until(async () => {
        const segments = (await play(other, path))?.segments ?? [];
        const from = (node: ServerProcess) =>
          Promise.all(segments.map((segment) => bytesOf(node, segment)));
        return segments.length > 0 ? Promise.all([from(other), from(owner)]) : undefined;
      }, "segments that both nodes still have");
      expect(Buffer.concat(there).equals(Buffer.concat(here))).toBe(true);
      expect(
        await (await fetch(`${other.endpoint}${path.replace(".m3u8", "x.m3u8")}`)).status,
      ).toBe(404);

      // A viewer on one node counts on both.
      for (const node of [owner, other])
        await until(async () => (await streamOn(node))?.viewerCount === 1, "the viewer's count");
      const listed = await other.root.ivs.send(new ListStreamsCommand({}));
      expect(listed.streams).toMatchObject([{ channelArn, streamId, viewerCount: 1 }]);

      await other.root.ivs.send(new PutMetadataCommand({ channelArn, metadata: "said-elsewhere" }));
      await until(async () => {
        for (const segment of (await play(owner, path))?.segments ?? [])
          if ((await bytesOf(owner, segment)).includes("said-elsewhere")) return true;
        return undefined;
      }, "the metadata in a segment");

      // A higher priority takes the channel over to its own node.
      const second = encode(other, `${streamKey}?priority=2`, 2);
      expect(await first.ended).not.toMatchObject({ code: 0 });
      const next = await until(async () => {
        const stream = await streamOn(owner).catch(() => undefined);
        return stream?.streamId === streamId ? undefined : stream;
      }, "the stream that took over");
      expect(await encode(owner, `${streamKey}?priority=1`).ended).not.toMatchObject({ code: 0 });
      const moved = await until(() => play(owner, path), "its segments");
      expect(moved?.segments[0]).toContain(next?.streamId);

      await owner.root.ivs.send(new StopStreamCommand({ channelArn }));
      expect(await second.ended).not.toMatchObject({ code: 0 });
      await expect(streamOn(other)).rejects.toMatchObject({ name: "ChannelNotBroadcasting" });
      await expect(
        owner.root.ivs.send(new StopStreamCommand({ channelArn })),
      ).rejects.toMatchObject({
        name: "ChannelNotBroadcasting",
      });
      for (const node of [owner, other]) expect(await node.stop()).toBe(0);
    });

    /** Publishes to `node` until the first file of the recording is in the bucket. */
    async function record(node: ServerProcess) {
      const bucket = await makeBucket(node.root);
      const { arn } = await makeRecordingConfiguration(node.root, bucket);
      const { channel, streamKey } = await node.root.ivs.send(
        new CreateChannelCommand({ recordingConfigurationArn: arn }),
      );
      const encoder = encode(node, streamKey?.value ?? "", 6);
      await firstRecordedFile(node.root, bucket);
      return { bucket, channelArn: channel?.arn ?? "", encoder, streamKey: streamKey?.value ?? "" };
    }

    /** The recording is what was sent, as long as the event says, and ended once. */
    async function expectFinished(node: ServerProcess, bucket: string, channelArn: string) {
      const events = new EventReader(node.endpoint);
      const event = await events.wait(channelArn, "Recording End");
      events.close();
      const copy = await copyBucket(node.root.s3, bucket);
      const prefix = String(event.detail.recording_s3_key_prefix);
      const master = `${copy.folder}/${prefix}/media/hls/master.m3u8`;
      sent ??= pictureHashes(film.file);
      const recorded = await pictureHashes(master);
      const pictures = await sent;
      expect(recorded).toEqual(recorded.map((_, index) => pictures[index % pictures.length]));
      const seconds = await decodedSeconds(master);
      expect(Math.abs(seconds * 1_000 - Number(event.detail.recording_duration_ms))).toBeLessThan(
        100,
      );
      expect(copy.keys.filter((key) => key.endsWith("failed.json"))).toEqual([]);
      await copy.remove();
      await until(async () => {
        const { streamSession } = await node.root.ivs.send(
          new GetStreamSessionCommand({ channelArn }),
        );
        return streamSession?.endTime;
      }, "the session's end");
      return event;
    }

    test("finish the recording of one that was killed, once", async () => {
      const startNode = await installation();
      const [dying, ...others] = await Promise.all([startNode(), startNode(), startNode()]);
      const { bucket, channelArn, encoder } = await record(dying);
      const readers = others.map((node) => new EventReader(node.endpoint));
      await dying.stop("SIGKILL");
      await encoder.ended;
      await Promise.any(readers.map((reader) => reader.wait(channelArn, "Session Ended")));
      const names = readers.flatMap((reader) => reader.seen.map(EventReader.nameOf));
      for (const name of ["Recording End", "Stream End", "Session Ended"])
        expect(names.filter((each) => each === name)).toHaveLength(1);
      for (const reader of readers) reader.close();
      const finisher = readers[0]?.seen.length ? others[0] : others[1];
      if (finisher) await expectFinished(finisher, bucket, channelArn);
      for (const node of others) expect(await node.stop()).toBe(0);
    });

    test("hand encoders on to a stage's node, until one of both is killed", async () => {
      const startNode = await installation();
      const [owner, other] = await Promise.all([startNode(), startNode()]);
      const realTime = realTimeOf(other);
      const { stage } = await realTime.createStage({});
      const stageArn = stage?.arn ?? "";
      const makeKey = async () => {
        const made = await realTime.createIngestConfiguration({
          ...{ stageArn, ingestProtocol: "RTMPS" },
        });
        const { participantId = "", streamKey = "" } = made.ingestConfiguration ?? {};
        return { participantId, streamKey };
      };
      const [own, handedOn] = [await makeKey(), await makeKey()];
      /** The state of each on its newest session, the stage's newest. */
      const states = async (at = realTime) => {
        const { stageSessions = [] } = await at.listStageSessions({ stageArn });
        const sessionId = stageSessions[0]?.sessionId ?? "";
        const shown = await Promise.all(
          [own, handedOn].map(({ participantId }) =>
            at.getParticipant({ stageArn, sessionId, participantId }).then(
              ({ participant }) => (participant?.published ? participant.state : "silent"),
              () => "none",
            ),
          ),
        );
        return { sessionId, shown: shown.join() };
      };
      const become = (shown: string, at = realTime) =>
        until(async () => {
          const now = await states(at);
          return now.shown === shown ? now.sessionId : undefined;
        }, `participants ${shown}`);
      const first = encode(owner, own.streamKey);
      const before = await become("CONNECTED,none");
      const second = encode(other, handedOn.streamKey);
      await become("CONNECTED,CONNECTED");
      await other.stop("SIGKILL");
      expect(await second.ended).not.toMatchObject({ code: 0 });
      await become("CONNECTED,DISCONNECTED", realTimeOf(owner));

      const next = await startNode();
      const third = encode(next, handedOn.streamKey);
      expect(await become("CONNECTED,CONNECTED", realTimeOf(next))).toBe(before);
      await owner.stop("SIGKILL");
      for (const { ended } of [first, third]) expect(await ended).not.toMatchObject({ code: 0 });
      // It is refused until the owner's lease has ended.
      const isBack = async () => {
        let outcome: "refused" | "back" | undefined;
        encode(next, handedOn.streamKey).ended.then(() => {
          outcome = "refused";
        });
        return until(async () => {
          const { shown } = await states(realTimeOf(next));
          return outcome ?? (shown === "none,CONNECTED" && "back");
        }, "a decision on the encoder");
      };
      await until(async () => (await isBack()) === "back", "the encoder's return");
      expect((await states(realTimeOf(next))).sessionId).not.toBe(before);
      expect(await next.stop()).toBe(0);
    });

    test("show a replica of another's participant, until its node is killed", async () => {
      const startNode = await installation();
      const [first, shows] = await Promise.all([startNode(), startNode()]);
      const makeSource = async () => {
        const realTime = realTimeOf(shows);
        const { stage } = await realTime.createStage({});
        const stageArn = stage?.arn ?? "";
        const { ingestConfiguration: made } = await realTime.createIngestConfiguration({
          ...{ stageArn, ingestProtocol: "RTMPS" },
        });
        const { participantId = "", streamKey = "" } = made ?? {};
        return { stageArn, participantId, streamKey };
      };
      const [source, there] = [await makeSource(), await makeSource()];
      const { participantId } = source;
      /** A participant's events in the newest session of a stage. */
      const eventsOf = async (node: ServerProcess, stageArn: string) => {
        const realTime = realTimeOf(node);
        const { stageSessions = [] } = await realTime.listStageSessions({ stageArn });
        const sessionId = stageSessions[0]?.sessionId;
        const of = { stageArn, sessionId, participantId };
        const { events = [] } = await realTime.listParticipantEvents(of);
        return `${events.map(({ name }) => name)}`;
      };
      const become = (node: ServerProcess, stageArn: string, end: string) =>
        until(async () => (await eventsOf(node, stageArn)).endsWith(end), `events ${end}`);
      encode(shows, there.streamKey);
      await until(async () => {
        const { stage } = await realTimeOf(shows).getStage({ arn: there.stageArn });
        return stage?.activeSessionId;
      }, "a session of the other stage");
      encode(first, source.streamKey);
      await become(first, source.stageArn, "PUBLISH_STARTED");
      await realTimeOf(first).startParticipantReplication({
        ...{ sourceStageArn: source.stageArn, destinationStageArn: there.stageArn },
        ...{ participantId, reconnectWindowSeconds: 60 },
      });
      await become(shows, there.stageArn, "JOINED,PUBLISH_STARTED");
      await first.stop("SIGKILL");
      await become(shows, there.stageArn, "PUBLISH_STARTED,PUBLISH_STOPPED");
      // It is refused until the lease of the node that was killed has ended.
      const next = await startNode();
      let isOver = false;
      const comeBack = async (): Promise<void> => {
        if (isOver) return;
        await encode(next, source.streamKey).ended;
        return comeBack();
      };
      void comeBack();
      await become(shows, there.stageArn, "PUBLISH_STOPPED,PUBLISH_STARTED");
      await become(next, source.stageArn, "PUBLISH_STARTED,REPLICATION_STARTED");
      await shows.stop("SIGKILL");
      await become(next, source.stageArn, "REPLICATION_STARTED,REPLICATION_STOPPED");
      isOver = true;
      const listed = { sourceStageArn: source.stageArn, participantId };
      const { replicas } = await realTimeOf(next).listParticipantReplicas(listed);
      expect(replicas).toMatchObject([{ replicationState: "STOPPED" }]);
      expect(await next.stop()).toBe(0);
    });

    test("let one that was paused write nothing more once another has taken its streams", async () => {
      const startNode = await installation();
      const [paused, other] = await Promise.all([startNode(), startNode()]);
      const { bucket, channelArn, encoder, streamKey } = await record(paused);
      process.kill(paused.pid, "SIGSTOP");
      await expectFinished(other, bucket, channelArn);
      const before = await objectsIn(other, bucket);

      // The encoder's bytes wait in its socket: on waking up there is more to record.
      process.kill(paused.pid, "SIGCONT");
      await paused.said(/lost its lease/);
      await encoder.ended;
      await until(async () => {
        const response = await fetch(`${paused.endpoint}/_rolecast/health`);
        const { ivs } = (await response.json()) as { ivs: Record<string, number> };
        return ivs.streams === 0 && ivs.recordingPendingBytes === 0;
      }, "the end of the paused node's streams");
      // Also not when it is asked to end everything properly.
      const late = new EventReader(paused.endpoint);
      expect(await paused.stop()).toBe(0);
      expect(late.seen.map(EventReader.nameOf)).not.toContain("Recording End");
      expect(await objectsIn(other, bucket)).toEqual(before);

      // The channel is free for the next stream.
      const again = encode(other, streamKey, 6);
      await until(() => other.root.ivs.send(new GetStreamCommand({ channelArn })), "the stream");
      again.kill();
      expect(await other.stop()).toBe(0);
    });
  });

/** Paths of the segments that a channel's first media playlist lists, once there are any. */
async function play(node: ServerProcess, path: string) {
  const multivariant = await textAt(node, path);
  const variant = multivariant?.split("\n").find((line) => line.endsWith("playlist.m3u8"));
  if (variant === undefined) return undefined;
  const playlist = new URL(variant, `${node.endpoint}${path}`);
  const media = await textAt(node, playlist.pathname);
  const names = media?.split("\n").filter((line) => line.endsWith(".ts")) ?? [];
  const segments = names.map((name) => new URL(name, playlist).pathname);
  return segments.length === 0 ? undefined : { segments };
}

async function textAt(node: ServerProcess, path: string): Promise<string | undefined> {
  const response = await fetch(`${node.endpoint}${path}`);
  return response.ok ? response.text() : undefined;
}

async function bytesOf(node: ServerProcess, path: string): Promise<Buffer> {
  const response = await fetch(`${node.endpoint}${path}`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

/** Every object as it is: one that is written again has a later time, or another ETag. */
async function objectsIn({ root }: ServerProcess, Bucket: string) {
  const { Contents = [] } = await root.s3.send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key = "", ETag, LastModified }) => ({ key: Key, ETag, LastModified }));
}
