import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateUserCommand, ListUsersCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateChannelCommand,
  GetStreamCommand,
  ImportPlaybackKeyPairCommand,
  StartViewerSessionRevocationCommand,
  StopStreamCommand,
} from "@aws-sdk/client-ivs";
import {
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  makeSchema,
  type PostgresServer,
  startPostgres,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import { makeBucket, makeRecordingConfiguration } from "../contract/ivs/recording-bucket.ts";
import { outcomeOf, realTimeOf } from "../contract/ivs-realtime/support.ts";
import {
  hasMachinePrograms,
  Link,
  Machine,
  machineRefusal,
  mayMakeMachines,
} from "../support/machines.ts";
import { playbackToken } from "../support/playback-token.ts";
import { allow, createUser, policyOf } from "../support/principals.ts";
import { startServerProcess } from "../support/server-process.ts";
import { sign } from "../support/signed-request.ts";
import { type Clients, clientsAt, type Key } from "../support/test-server.ts";
import { until } from "../support/until.ts";
import { firstRecordedFile } from "./ivs/bucket-copy.ts";
import { type Encoder, type Film, makeFilm, publish } from "./ivs/encoder.ts";
import { EventReader } from "./ivs/event-reader.ts";
import { playedSegment } from "./ivs/played-segment.ts";

/*
 * Two nodes and PostgreSQL, each node in a network of its own, with a cable to the other, one to
 * the database, and one to the tests. A cable that is cut loses packets, and closes no connection.
 */

const ROOT = { accessKeyId: "partitions", secretAccessKey: "partitions-secret" };
const ACCOUNT = "000000000000";
const PORT = "4566";
const FILM_SECONDS = 60;
const DENIED = policyOf([{ Effect: "Deny", Action: "*", Resource: "*" }]);
/** A lease ends after 10 seconds, and a statement that hangs after 25. */
const TIMEOUT_MS = 120_000;
const WRITES = 20;

interface Node {
  readonly endpoint: string;
  readonly root: Clients;
  clients(key: Key): Clients;
  rtmps(streamKey: string): string;
  said(pattern: RegExp): Promise<string>;
  stop(): Promise<number | null>;
}

interface Place {
  readonly machine: Machine;
  readonly toDatabase: Link;
  readonly toTests: Link;
}

let data: string;
let database: string;
let postgres: PostgresServer;
let film: Film;
let places: readonly [Place, Place];
let between: Link;
let nodes: readonly [Node, Node];
const encoders: Encoder[] = [];

const isSkipped = !hasPostgres || !hasMachinePrograms;
// A program that is missing is a test that is skipped; any other reason than these is a failure.
if (!isSkipped && !mayMakeMachines)
  test("no network can be cut where the system lets nobody make one", () => {
    expect(machineRefusal).toMatch(/not (?:permitted|supported|implemented)|Unknown device type/);
  });
else
  describe.skipIf(isSkipped)("nodes of a network", { timeout: TIMEOUT_MS }, () => {
    beforeAll(async () => {
      data = await mkdtemp(join(tmpdir(), "rolecast-partitions-"));
      [postgres, film] = await Promise.all([
        startPostgres({ everywhere: true }),
        makeFilm(FILM_SECONDS),
      ]);
      database = await makeSchema(postgres.url);
      places = [await takePlace(), await takePlace()];
      between = await Link.lay(places[0].machine, places[1].machine);
      nodes = [await startNode(places[0], between.near), await startNode(places[1], between.far)];
    }, TIMEOUT_MS);
    afterAll(async () => {
      for (const encoder of encoders) encoder.kill();
      for (const node of nodes ?? []) await node.stop();
      for (const { machine } of places ?? []) machine.close();
      await postgres?.remove();
      if (data) await rm(data, { recursive: true, force: true });
    });

    // A test that fails halfway leaves the others a whole network.
    afterEach(async () => {
      for (const link of [between, ...places.map(({ toDatabase }) => toDatabase)])
        await link.mend();
    });

    test("that can't reach each other show their own streams, and later all", async () => {
      const [owner, other] = nodes;
      const { channelArn, path, streamKey, bucket, encoder, streamId } = await recordOn(owner);
      const user = await createUser(owner.root.iam, "of-cut-nodes", [allow("iam:ListUsers")]);
      await list(owner, user);
      expect(await statusOf(other, path)).toBe(200);
      await between.cut();
      await until(async () => (await statusOf(other, path)) === 503, "a refused viewer");
      const stop = new StopStreamCommand({ channelArn });
      await expect(other.root.ivs.send(stop)).rejects.toMatchObject({ name: "StreamUnavailable" });
      // One publisher, whatever the other's priority: nobody could end the running stream.
      for (const more of ["", "?priority=2"])
        expect(await encode(other, `${streamKey}${more}`).ended).not.toMatchObject({ code: 0 });
      await denyAll(other, "of-cut-nodes");
      await expect(list(owner, user)).rejects.toMatchObject({ name: "AccessDenied" });
      const seen = await playedSegment(`${owner.endpoint}${path}`);
      await playedSegment(`${owner.endpoint}${path}`, seen);
      for (const node of nodes) {
        await untilReady(node);
        const { stream } = await node.root.ivs.send(new GetStreamCommand({ channelArn }));
        expect(stream?.streamId).toBe(streamId);
      }
      await between.mend();
      await until(async () => (await statusOf(other, path)) === 200, "an admitted viewer");
      await other.root.ivs.send(stop);
      expect(await encoder.ended).not.toMatchObject({ code: 0 });
      await expectOneEnd(channelArn);
      expect(await failures(bucket)).toEqual([]);
    });

    test("that can't reach each other show a replica again, or end it on both", {
      timeout: 3 * TIMEOUT_MS,
    }, async () => {
      const [here, there] = nodes;
      const [source, shows] = [await makeStage(here), await makeStage(there)];
      const { participantId } = source;
      const become = (node: Node, { stageArn }: typeof source, end: string) =>
        until(
          async () => (await participantEvents(node, stageArn, participantId)).endsWith(end),
          `events ${end}`,
          { withinMs: TIMEOUT_MS },
        );
      await until(
        async () => (await activeSession(there, shows.stageArn)) !== undefined,
        "a session",
      );
      await become(here, source, "PUBLISH_STARTED");
      const realTime = realTimeOf(here, ROOT);
      const wanted = {
        ...{ sourceStageArn: source.stageArn, destinationStageArn: shows.stageArn },
        ...{ participantId, reconnectWindowSeconds: 0 },
      };
      await realTime.startParticipantReplication(wanted);
      await become(there, shows, "JOINED,PUBLISH_STARTED");

      // A node that has been silent for ten seconds is sent nothing more.
      await between.cut();
      await here.said(/isn't sent its source's media/);
      await between.mend();
      await become(there, shows, "PUBLISH_STARTED,PUBLISH_STOPPED,PUBLISH_STARTED");
      expect(await participantEvents(here, source.stageArn, participantId)).toMatch(
        /PUBLISH_STARTED,REPLICATION_STARTED$/,
      );

      // No media for 30 seconds, and none for 30 more.
      await between.cut();
      await become(there, shows, "PUBLISH_STARTED,PUBLISH_STOPPED,LEFT");
      await become(here, source, "REPLICATION_STARTED,REPLICATION_STOPPED");
      const states = nodes.map(async (node) => {
        const listed = { sourceStageArn: source.stageArn, participantId };
        const { replicas = [] } = await realTimeOf(node, ROOT).listParticipantReplicas(listed);
        return replicas.map(({ replicationState }) => replicationState);
      });
      expect(await Promise.all(states)).toEqual([["STOPPED"], ["STOPPED"]]);
      await between.mend();
      const again = () => outcomeOf(realTime.startParticipantReplication(wanted));
      await until(async () => (await again()) === "done", "another replica");
      await become(there, shows, "LEFT,JOINED,PUBLISH_STARTED");
    });

    test.each([
      ["the database", () => [places[0].toDatabase]],
      ["the database and the other node", () => [places[0].toDatabase, between]],
    ])(
      "one of which is cut off from %s decides nothing and loses its streams",
      async (from, links) => {
        const [cut, other] = nodes;
        const name = `cut-off-from-${from.replaceAll(" ", "-")}`;
        const leasesLost = (await cut.said(/^/)).split("lost its lease").length - 1;
        const user = await createUser(cut.root.iam, name, [allow("iam:ListUsers")]);
        const { channelArn, path, streamKey, bucket, encoder, streamId } = await recordOn(cut);
        const watched = await watchPrivately(cut);
        await list(cut, user);
        expect(await statusOf(cut, watched.path)).toBe(200);
        const writes = await beginWrites(cut, name);
        for (const link of links()) await link.cut();

        await denyAll(other, name);
        await other.root.ivs.send(new StartViewerSessionRevocationCommand(watched.viewer));
        await expect(list(cut, user)).rejects.toMatchObject({ name: "ServiceUnavailable" });
        await until(async () => (await statusOf(cut, watched.path)) === 503, "a viewer in doubt");
        await until(
          async () => (await statusOf(cut, "/_rolecast/health/ready")) === 503,
          "an unready node",
        );
        // Viewers about whom there is nothing to ask go on, until the encoder is taken away.
        const seen = await playedSegment(`${cut.endpoint}${path}`);
        await playedSegment(`${cut.endpoint}${path}`, seen);

        // Another node ends the recording, and the channel is free there.
        const events = new EventReader(other.endpoint, ROOT);
        const end = await events.wait(channelArn, "Recording End");
        await events.wait(channelArn, "Session Ended");
        events.close();
        const prefix = String(end.detail.recording_s3_key_prefix);
        const recorded = await objectsBelow(other, bucket, prefix);
        const next = encode(other, streamKey);
        const ids = async (node: Node) =>
          (await node.root.ivs.send(new GetStreamCommand({ channelArn }))).stream?.streamId;
        const nextId = await until(() => ids(other), "the next stream");
        expect(nextId).not.toBe(streamId);

        for (const link of links()) await link.mend();
        await cut.said(new RegExp(`(lost its lease[^]*){${leasesLost + 1}}`));
        expect(await encoder.ended).not.toMatchObject({ code: 0 });
        await untilReady(cut);
        await expect(list(cut, user)).rejects.toMatchObject({ name: "AccessDenied" });
        // Revoked, or the stream that it watched is forgotten already.
        expect([403, 404]).toContain(await statusOf(cut, watched.path));
        expect(await ids(cut)).toBe(nextId);
        await until(async () => {
          const playlist = await fetch(`${cut.endpoint}${path}`);
          return (await playlist.text()).includes(nextId);
        }, "the next stream's playlist");
        await until(async () => {
          const { ivs } = await health(cut);
          return ivs.streams === 0 && ivs.recordingPendingBytes === 0;
        }, "the end of the streams that were lost");
        expect(await objectsBelow(other, bucket, prefix)).toEqual(recorded);
        await expectWrittenOnce(writes);
        await cut.root.iam.send(new CreateUserCommand({ UserName: `${name}-later` }));
        await list(other, ROOT);
        await other.root.ivs.send(new StopStreamCommand({ channelArn }));
        expect(await next.ended).not.toMatchObject({ code: 0 });
        watched.encoder.kill();
        await expectOneEnd(channelArn, 2);
        expect(await failures(bucket)).toEqual([]);
      },
    );
  });

async function takePlace(): Promise<Place> {
  const machine = await Machine.start();
  const toDatabase = await Link.lay(undefined, machine);
  return { machine, toDatabase, toTests: await Link.lay(undefined, machine) };
}

async function startNode({ machine, toDatabase, toTests }: Place, address: string): Promise<Node> {
  const url = new URL(database);
  url.hostname = toDatabase.near;
  const endpoint = `http://${toTests.far}:${PORT}`;
  const { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey } = ROOT;
  const accounts = [{ id: ACCOUNT, rootAccessKeyId, rootSecretAccessKey }];
  const names = ["--node-url", `http://${address}:${PORT}`, "--public-base-url", endpoint];
  const node = await startServerProcess(
    ["--data", data, "--host", "0.0.0.0", "--port", PORT, ...names],
    { ROLECAST_DATABASE: url.href, ROLECAST_ACCOUNTS: JSON.stringify(accounts) },
    machine.within,
  );
  const clients = clientsAt(endpoint);
  return {
    endpoint,
    root: clients(ROOT),
    clients,
    rtmps: (streamKey) => `rtmps://${toTests.far}:${node.rtmpsPort}/app/${streamKey}`,
    said: node.said,
    stop: () => node.stop("SIGKILL"),
  };
}

function encode(node: Node, streamKey: string): Encoder {
  const encoder = publish(film, node.rtmps(streamKey), 4, true);
  encoders.push(encoder);
  return encoder;
}

/** Has an encoder on a stage, by RTMPS to `node`. */
async function makeStage(node: Node) {
  const realTime = realTimeOf(node, ROOT);
  const { stage } = await realTime.createStage({});
  const stageArn = stage?.arn ?? "";
  const { ingestConfiguration } = await realTime.createIngestConfiguration({
    ...{ stageArn, ingestProtocol: "RTMPS" },
  });
  const { participantId = "", streamKey = "" } = ingestConfiguration ?? {};
  encoders.push(publish(film, node.rtmps(streamKey), 1, true));
  return { stageArn, participantId };
}

async function activeSession(node: Node, arn: string): Promise<string | undefined> {
  const { stage } = await realTimeOf(node, ROOT).getStage({ arn });
  return stage?.activeSessionId;
}

/** A participant's events in the newest session of a stage. */
async function participantEvents(node: Node, stageArn: string, participantId: string) {
  const realTime = realTimeOf(node, ROOT);
  const { stageSessions = [] } = await realTime.listStageSessions({ stageArn });
  const sessionId = stageSessions[0]?.sessionId;
  const { events = [] } = await realTime.listParticipantEvents({
    ...{ stageArn, sessionId, participantId },
  });
  return `${events.map(({ name }) => name)}`;
}

/** Publishes to `node` until the first file of the recording is in a bucket. */
async function recordOn(node: Node) {
  const bucket = await makeBucket(node.root);
  const { arn } = await makeRecordingConfiguration(node.root, bucket);
  const { channel, streamKey } = await node.root.ivs.send(
    new CreateChannelCommand({ recordingConfigurationArn: arn }),
  );
  const { arn: channelArn = "", playbackUrl = "" } = channel ?? {};
  const encoder = encode(node, streamKey?.value ?? "");
  await firstRecordedFile(node.root, bucket);
  const { stream } = await node.root.ivs.send(new GetStreamCommand({ channelArn }));
  return {
    ...{ bucket, channelArn, encoder, streamKey: streamKey?.value ?? "" },
    ...{ path: new URL(playbackUrl).pathname, streamId: stream?.streamId },
  };
}

/** Has a viewer of a private channel on `node`: the path of a playlist that was given to it. */
async function watchPrivately(node: Node) {
  const keys = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  const publicKeyMaterial = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  await node.root.ivs.send(new ImportPlaybackKeyPairCommand({ publicKeyMaterial }));
  const { channel, streamKey } = await node.root.ivs.send(
    new CreateChannelCommand({ authorized: true }),
  );
  const { arn: channelArn = "", playbackUrl = "" } = channel ?? {};
  const encoder = encode(node, streamKey?.value ?? "");
  const viewer = { channelArn, viewerId: "viewer" };
  const claims = { "aws:channel-arn": channelArn, "aws:viewer-id": viewer.viewerId };
  const { pathname } = new URL(playbackUrl);
  const token = playbackToken(claims, keys.privateKey);
  const path = await until(async () => {
    const answer = await fetch(`${node.endpoint}${pathname}?token=${token}`);
    const text = answer.ok ? await answer.text() : "";
    const line = text.split("\n").find((each) => each.endsWith("playlist.m3u8"));
    return line && new URL(line, answer.url).pathname;
  }, "a private channel's playlist");
  return { path, viewer, encoder };
}

interface Writes {
  readonly bucket: string;
  readonly keys: readonly string[];
  readonly outcomes: Promise<readonly PromiseSettledResult<unknown>[]>;
}

/** Begins to write objects one beside the other, each once: some are under way afterwards. */
async function beginWrites({ root: { s3 } }: Node, name: string): Promise<Writes> {
  const bucket = name;
  const Bucket = await makeBucket({ s3 } as Clients);
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const keys = Array.from({ length: WRITES }, (_, index) => `${bucket}-${index}`);
  const puts = keys.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: Key })));
  await Promise.any(puts);
  return { bucket: Bucket, keys, outcomes: Promise.allSettled(puts) };
}

/** Acknowledged writes are there, and none is there twice. */
async function expectWrittenOnce({ bucket: Bucket, keys, outcomes }: Writes): Promise<void> {
  const settled = await outcomes;
  const { Versions = [] } = await nodes[1].root.s3.send(new ListObjectVersionsCommand({ Bucket }));
  const counts = keys.map((key) => Versions.filter(({ Key }) => Key === key).length);
  const wanted = settled.map(({ status }) => (status === "fulfilled" ? [1] : [0, 1]));
  for (const [index, count] of counts.entries()) expect(wanted[index]).toContain(count);
}

function list(node: Node, key: Key) {
  return node.clients(key).iam.send(new ListUsersCommand({}));
}

function denyAll({ root }: Node, UserName: string) {
  const PolicyName = "no";
  return root.iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: DENIED }));
}

async function statusOf({ endpoint }: Node, path: string): Promise<number> {
  const answer = await fetch(`${endpoint}${path}`);
  await answer.arrayBuffer();
  return answer.status;
}

/** On a busy machine the database's answer may come too late once. */
async function untilReady(node: Node): Promise<void> {
  const ready = async () => (await statusOf(node, "/_rolecast/health/ready")) === 200;
  await until(ready, "a node that is ready");
}

/** Callers from elsewhere get the details for a signature. */
async function health({ endpoint }: Node) {
  const path = "/_rolecast/health";
  const headers = await sign(endpoint, { method: "GET", path }, { service: "rolecast", key: ROOT });
  const answer = await fetch(`${endpoint}${path}`, { headers });
  return (await answer.json()) as { ivs: Record<string, number> };
}

/** Each stream of the channel, and each recording, ended once, whichever node did it. */
async function expectOneEnd(channelArn: string, streams = 1): Promise<void> {
  const readers = nodes.map(({ endpoint }) => new EventReader(endpoint, ROOT));
  const ends = (name: string) =>
    readers
      .flatMap(({ seen }) => seen)
      .filter((event) => event.resources.includes(channelArn))
      .filter((event) => EventReader.nameOf(event) === name).length;
  for (const name of ["Recording End", "Stream End", "Session Ended"]) {
    await until(() => ends(name) >= streams, `${name} of each stream`);
    expect([name, ends(name)]).toEqual([name, streams]);
  }
  for (const reader of readers) reader.close();
}

/** Every object as it is: one that is written again has a later time, or another ETag. */
async function objectsBelow({ root }: Node, Bucket: string, Prefix = "") {
  const { Contents = [] } = await root.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return Contents.map(({ Key = "", ETag, LastModified }) => ({ key: Key, ETag, LastModified }));
}

async function failures(bucket: string) {
  const objects = await objectsBelow(nodes[1], bucket);
  return objects.filter(({ key }) => key.endsWith("failed.json"));
}
