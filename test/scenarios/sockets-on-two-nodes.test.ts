import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { SendMessageRequest } from "amazon-ivs-chat-messaging";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  hasPostgres,
  makeSchema,
  type PostgresServer,
  startPostgres,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import {
  type AmazonClient,
  chatOf,
  connect,
  socketUrl,
  tokenOf,
} from "../contract/ivs-chat/support.ts";
import { joinStage, realTimeOf, type StagePayload } from "../contract/ivs-realtime/support.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";
import { until } from "../support/until.ts";
import { copyBucket } from "./ivs/bucket-copy.ts";
import { makeFilm, publish } from "./ivs/encoder.ts";

// Debian's, which has the module.
const PYTHON = "/usr/bin/python3";
const hasAiortc = spawnSync(PYTHON, ["-c", "import aiortc"]).status === 0;

/* A chat room and a stage whose clients are connected to two nodes on one PostgreSQL. */

let postgres: PostgresServer;
let data: string;
let database: string;
let nodes: readonly [TestServer, TestServer];
const open: AmazonClient[] = [];

async function roomWithMembers() {
  const [one, other] = nodes;
  const { arn = "" } = await chatOf(one).createRoom({ maximumMessageRatePerSecond: 100 });
  const join = async (node: TestServer, userId: string) => {
    const client = await connect(socketUrl(node), () => tokenOf(chatOf(one), arn, userId));
    open.push(client);
    return client;
  };
  return { arn, here: await join(one, "here"), there: await join(other, "there"), join };
}

const textsOf = ({ seen }: AmazonClient) =>
  seen.filter(({ kind }) => kind !== "connect").map(({ kind, text }) => `${kind} ${text}`);

describe.skipIf(!hasPostgres)("on two nodes", () => {
  beforeAll(async () => {
    postgres = await startPostgres();
    data = await mkdtemp(join(tmpdir(), "rolecast-chat-"));
    database = await makeSchema(postgres.url);
    const start = (ingestWorkers: number) =>
      startTestServer({ data, database, ingestWorkers, logLevel: "silent" });
    nodes = await Promise.all([start(0), start(1)]);
  });
  afterAll(async () => {
    for (const client of open) client.disconnect();
    for (const node of nodes ?? []) await node.close();
    await postgres?.remove();
    if (data) await rm(data, { recursive: true });
  });

  test("a room has one order of messages for all members, and loses none", async () => {
    const { here, there } = await roomWithMembers();
    const count = 10;
    const numbers = Array.from({ length: count }, (_, index) => index);
    // Longer than one notification of PostgreSQL's, in characters of two and three units' length.
    const long = `${"𝄞€".repeat(250)}`;
    const send = (client: AmazonClient, name: string) =>
      Promise.all(
        numbers.map((number) =>
          client.room.sendMessage(
            new SendMessageRequest(number === 5 ? long : `${name} ${number}`, {
              v: "\u0001".repeat(900),
            }),
          ),
        ),
      );
    await Promise.all([send(here, "here"), send(there, "there")]);
    await until(() => textsOf(here).length === 2 * count, "all messages here");
    await until(() => textsOf(there).length === 2 * count, "all messages there");
    expect(textsOf(there)).toEqual(textsOf(here));
    expect(textsOf(here).filter((text) => text === `message ${long}`)).toHaveLength(2);
  });

  test("a room is moderated by the API of any node", async () => {
    const { arn, here, there } = await roomWithMembers();
    const [, other] = nodes;
    const chat = chatOf(other);
    await chat.sendEvent({ roomIdentifier: arn, eventName: "goal" });
    await chat.deleteMessage({ roomIdentifier: arn, id: "abcdefABCDEF" });
    await chat.disconnectUser({ roomIdentifier: arn, userId: "here" });
    await until(() => here.seen.at(-1)?.kind === "disconnect", "the end of the connection");
    const events = ["event goal", "deleted abcdefABCDEF", "disconnected-user here"];
    expect(textsOf(here)).toEqual([...events, "disconnect serverDisconnect"]);
    await until(() => textsOf(there).length === events.length, "the events there");
    expect(textsOf(there)).toEqual(events);
  });

  test("a room shares its settings and its rate", async () => {
    const { arn, here, there } = await roomWithMembers();
    await chatOf(nodes[1]).updateRoom({ identifier: arn, maximumMessageRatePerSecond: 1 });
    const send = (client: AmazonClient, text: string) =>
      client.room.sendMessage(new SendMessageRequest(text)).then(
        () => "sent",
        ({ errorCode }: { errorCode: number }) => errorCode,
      );
    await until(async () => {
      const first = await send(here, "one");
      const second = await send(there, "two");
      return first === "sent" && second === 429;
    }, "the other node's refusal");
  });

  test("a stage is one node's: the other one hands its participants on", async () => {
    const [one, other] = nodes;
    const realTime = realTimeOf(one);
    const stageArn = (await realTime.createStage({})).stage?.arn ?? "";
    const join = async (node: TestServer) => {
      const { participantToken } = await realTimeOf(node).createParticipantToken({ stageArn });
      const { participantId = "", token = "" } = participantToken ?? {};
      const socket = await joinStage(token);
      await socket.seen("aws:ivs:STAGE_STATE");
      return { socket, participantId, token };
    };
    const here = await join(one);
    const there = await join(other);
    const { stage } = await realTimeOf(other).getStage({ arn: stageArn });
    const sessionId = stage?.activeSessionId ?? "";
    const stateOf = async ({ participantId }: typeof here) =>
      (await realTime.getParticipant({ stageArn, sessionId, participantId })).participant?.state;
    expect([await stateOf(here), await stateOf(there)]).toEqual(["CONNECTED", "CONNECTED"]);
    there.socket.send({ type: "PING" });
    await there.socket.seen("PONG");
    // This is no offer that any node could take: the one that has the stage says so.
    const offer = await fetch(`${other.endpoint}/ivs-realtime/whip`, {
      ...{ method: "POST", body: "v=0" },
      headers: { "content-type": "application/sdp", authorization: `Bearer ${here.token}` },
    });
    expect([offer.status, (await offer.json()).code]).toEqual([400, 2014]);
    const { participantId } = here;
    const of = { stageArn, sessionId, participantId };
    const { events } = await realTime.listParticipantEvents(of);
    expect(events?.map(({ name }) => name)).toEqual(["JOINED", "PUBLISH_ERROR"]);
    await realTimeOf(other).disconnectParticipant({ stageArn, participantId, reason: "out" });
    await here.socket.seen("aws:ivs:DISCONNECT", ({ reason }) => reason === "out");
    there.socket.close();
    await until(async () => (await stateOf(there)) === "DISCONNECTED", "the other's end");
    const over = await realTime.getStageSession({ stageArn, sessionId });
    expect(over.stageSession?.endTime).toBeInstanceOf(Date);
  });

  test("a stage's node is handed the encoders that come to another one", async () => {
    const [one, other] = nodes;
    const realTime = realTimeOf(one);
    const stageArn = (await realTime.createStage({})).stage?.arn ?? "";
    const { participantToken } = await realTime.createParticipantToken({ stageArn });
    const token = participantToken?.token ?? "";
    const viewer = await joinStage(token);
    await viewer.seen("aws:ivs:STAGE_STATE");
    const made = await realTimeOf(other).createIngestConfiguration({
      ...{ stageArn, ingestProtocol: "RTMPS", userId: "encoder" },
    });
    const { streamKey, participantId = "", arn } = made.ingestConfiguration ?? {};
    const film = await makeFilm(6);
    const start = (protocol: "rtmp" | "rtmps", key = streamKey) => {
      const port = other.server.ports[protocol];
      const encoder = publish(film, `${protocol}://localhost:${port}/app/${key}`, 1, true);
      onTestFinished(() => encoder.kill());
      return encoder;
    };
    const encoder = start("rtmps");
    const sees = (ids: string) =>
      viewer.seen(
        "aws:ivs:STAGE_STATE",
        ({ participants }) => `${participants?.map(({ id }) => id)}` === ids,
      );
    await sees(participantId);
    const { stage } = await realTime.getStage({ arn: stageArn });
    const of = { stageArn, sessionId: stage?.activeSessionId ?? "", participantId };
    const { participant } = await realTime.getParticipant(of);
    const shown = { state: "CONNECTED", protocol: "RTMPS", published: true, userId: "encoder" };
    expect(participant).toMatchObject({ ...shown, ingestConfigurationArn: arn });
    if (hasAiortc) {
      const script = join(import.meta.dirname, "ivs", "whep_aiortc.py");
      const whep = `${other.endpoint}/ivs-realtime/whip/subscribe/${participantId}`;
      const { stdout } = await promisify(execFile)(PYTHON, [script, whep, token]);
      expect(stdout).toBe("audio 48000\nvideo 320x180\n");
    }
    // The stage's node judges them as its own.
    for (const refused of [start("rtmps"), start("rtmp")])
      expect((await refused.ended).code).not.toBe(0);
    const expected = ["INVALID_PROTOCOL", "REUSE_OF_STREAM_KEY"];
    if (hasAiortc) {
      const script = join(import.meta.dirname, "ivs", "whip_aiortc.py");
      const whip = promisify(execFile)(PYTHON, [script, `${other.endpoint}/whip`, streamKey ?? ""]);
      await expect(whip).rejects.toThrow("HTTP Error 403");
      expected.unshift("INVALID_PROTOCOL");
    }
    const errorsOf = async () =>
      (await realTime.listParticipantEvents(of)).events?.map(({ errorCode }) => errorCode);
    await until(
      async () => `${(await errorsOf())?.filter(Boolean).sort()}` === `${expected}`,
      "the errors of the refused encoders",
    );
    await realTimeOf(other).disconnectParticipant({ stageArn, participantId });
    expect((await encoder.ended).code).not.toBe(0);
    await sees("");
    viewer.close();
  });

  test.skipIf(!hasAiortc)("a participant is shown on a stage of the other node", async () => {
    const scripts = join(import.meta.dirname, "ivs");
    const { s3 } = nodes[0].clients();
    const make = async (node: TestServer, bucketName: string) => {
      const realTime = realTimeOf(node);
      await s3.send(new CreateBucketCommand({ Bucket: bucketName }));
      const storage = await realTime.createStorageConfiguration({ s3: { bucketName } });
      const made = await realTime.createStage({
        participantTokenConfigurations: [{ userId: "ann", attributes: { team: "a" } }],
        autoParticipantRecordingConfiguration: {
          storageConfigurationArn: storage.storageConfiguration?.arn,
          hlsConfiguration: { targetSegmentDurationSeconds: 2 },
        },
      });
      const { token = "", participantId = "" } = made.participantTokens?.[0] ?? {};
      const socket = await joinStage(token);
      await socket.seen("aws:ivs:STAGE_STATE");
      onTestFinished(() => socket.close());
      const { stage } = await realTime.getStage({ arn: made.stage?.arn });
      const { arn: stageArn = "", activeSessionId: sessionId = "" } = stage ?? {};
      const state = () =>
        socket.messages.findLast(({ type }) => type === "aws:ivs:STAGE_STATE")?.payload;
      return { stageArn, sessionId, socket, token, participantId, state };
    };
    // Once from the node without a worker to the one with, and once back.
    for (const [from, to] of [nodes, nodes.toReversed()] as [TestServer, TestServer][]) {
      const bucketName = `replicas-${to === nodes[0]}`;
      const [source, there] = [await make(from, `own-${bucketName}`), await make(to, bucketName)];
      const { participantId, sessionId: sourceSessionId, stageArn: sourceStageArn } = source;
      const whip = [join(scripts, "whip_aiortc.py"), `${to.endpoint}/ivs-realtime/whip`];
      const publisher = spawn(PYTHON, [...whip, source.token], { stdio: "ignore" });
      onTestFinished(() => void publisher.kill("SIGKILL"));
      const pair = { sourceStageArn, participantId, destinationStageArn: there.stageArn };
      const realTime = realTimeOf(to);
      const shows = ({ participants }: StagePayload = {}) =>
        participants?.some(({ id }) => id === participantId) === true;
      await source.socket.seen("aws:ivs:STAGE_STATE", shows);
      await realTime.startParticipantReplication({ ...pair, attributes: { role: "star" } });
      const { payload } = await there.socket.seen("aws:ivs:STAGE_STATE", shows);
      const shown = { userId: "ann", attributes: { team: "a", role: "star" } };
      expect(payload.participants).toMatchObject([{ ...shown, audioMuted: false }]);
      const whep = `${from.endpoint}/ivs-realtime/whip/subscribe/${participantId}`;
      const watch = [join(scripts, "whep_aiortc.py"), whep, there.token];
      const { stdout } = await promisify(execFile)(PYTHON, watch);
      expect(stdout).toBe("audio 48000\nvideo 640x360\n");
      source.socket.send({ type: "SET_STATE", audioMuted: true, videoStopped: false });
      await until(() => {
        const [replica] = there.state()?.participants ?? [];
        return replica && "audioMuted" in replica && replica.audioMuted;
      }, "a muted replica");
      const at = { stageArn: there.stageArn, sessionId: there.sessionId, participantId };
      const recorded = (state: string) =>
        until(async () => {
          const { participant } = await realTime.getParticipant(at);
          return participant?.recordingState === state && participant;
        }, `a recording that is ${state}`);
      expect(await recorded("ACTIVE")).toMatchObject({
        ...{ replicationType: "REPLICA", sourceStageArn, sourceSessionId, published: true },
      });
      await until(async () => {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucketName }));
        return Contents.some(({ Key }) => Key?.endsWith("high/1.mp4"));
      }, "files of the replica");
      await realTimeOf(from).stopParticipantReplication(pair);
      await until(() => !shows(there.state()), "the replica's end");
      expect(shows(source.state())).toBe(true);
      const { recordingS3Prefix = "" } = await recorded("STOPPED");
      const copy = await copyBucket(s3, bucketName);
      const film = join(copy.folder, recordingS3Prefix, "media/hls/multivariant.m3u8");
      const fields = ["-show_entries", "stream=codec_name", "-of", "csv=p=0"];
      const probed = await promisify(execFile)("ffprobe", ["-v", "error", ...fields, film]);
      await copy.remove();
      // The playlist's streams are listed once for each of its programs, too.
      expect([...new Set(probed.stdout.match(/\w+/g))].sort()).toEqual(["aac", "h264"]);
      const own = { stageArn: sourceStageArn, sessionId: sourceSessionId, participantId };
      const { events } = await until(async () => {
        const read = await realTime.listParticipantEvents(own);
        return read.events?.at(-1)?.name === "REPLICATION_STOPPED" && read;
      }, "the source's last event");
      const names = events?.map(({ name }) => name).slice(-3);
      const replicated = ["REPLICATION_STARTED", "REPLICATION_STOPPED"];
      expect(names).toEqual(["PUBLISH_STARTED", ...replicated]);
    }
  });

  test("a stage's node is asked for a proof before it is shown a token", async () => {
    const [one, other] = nodes;
    const { stage } = await realTimeOf(one).createStage({});
    const stageArn = stage?.arn ?? "";
    const { participantToken } = await realTimeOf(one).createParticipantToken({ stageArn });
    const here = await joinStage(participantToken?.token ?? "");
    await here.seen("aws:ivs:STAGE_STATE");
    const seen: string[] = [];
    const stranger = createServer(async (request, response) => {
      const body = (await request.toArray()).join("");
      seen.push(`${request.url} ${JSON.stringify(request.rawHeaders)} ${body}`);
      response.writeHead(200).end("[]");
    });
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    const { port } = stranger.address() as AddressInfo;
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    onTestFinished(async () => {
      stranger.close();
      await client.end();
    });
    const nodesNow = await client.query("select node_id, url from ivs_nodes");
    const moved = nodesNow.rows.find(({ url }) => url === one.endpoint);
    const move = (url: string) =>
      client.query("update ivs_nodes set url = $1 where node_id = $2", [url, moved.node_id]);
    await move(`http://127.0.0.1:${port}`);
    const { participantToken: second } = await realTimeOf(other).createParticipantToken({
      stageArn,
    });
    const token = second?.token ?? "";
    await expect(joinStage(token)).rejects.toThrow("503");
    const offer = await fetch(`${other.endpoint}/ivs-realtime/whip`, {
      ...{ method: "POST", body: "v=0" },
      headers: { "content-type": "application/sdp", authorization: `Bearer ${token}` },
    });
    expect(offer.status).toBe(503);
    const made = await realTimeOf(other).createIngestConfiguration({
      ...{ stageArn, ingestProtocol: "RTMPS" },
    });
    const streamKey = made.ingestConfiguration?.streamKey ?? "";
    const url = `rtmps://localhost:${other.server.ports.rtmps}/app/${streamKey}`;
    expect((await publish(await makeFilm(6), url).ended).code).not.toBe(0);
    expect(seen.length).toBeGreaterThan(0);
    for (const secret of [token, streamKey])
      expect(seen.filter((request) => request.includes(secret))).toEqual([]);
    await move(moved.url);
    here.close();
  });

  test.skipIf(!hasAiortc)("a channel is watched by WebRTC through any node", async () => {
    const [one, other] = nodes;
    const { ivs } = one.clients();
    const made = await ivs.send(new CreateChannelCommand({ type: "BASIC", insecureIngest: true }));
    const { playbackUrl = "" } = made.channel ?? {};
    const url = `rtmp://localhost:${one.server.ports.rtmp}/app/${made.streamKey?.value}`;
    const encoder = publish(await makeFilm(6), url, 1, true);
    const name = new URL(playbackUrl).pathname.replace(/^.*\/(.*)\.m3u8$/, "$1");
    const viewer = join(import.meta.dirname, "ivs", "whep_aiortc.py");
    const played = await until(async () => {
      const { stdout } = await promisify(execFile)(PYTHON, [
        viewer,
        `${other.endpoint}/whep/${name}`,
      ]);
      return stdout;
    }, "a viewer on the other node");
    expect(played).toBe("audio 48000\nvideo 320x180\n");
    encoder.kill();
  });

  test("a room lets go of members who could miss messages, who then come back", async () => {
    const { here } = await roomWithMembers();
    const admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
    // Every session of the servers, those that listen among them.
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rolecast'",
    );
    await admin.end();
    await until(() => here.seen.filter(({ kind }) => kind === "connect").length === 2, "a return");
    // An attempt that finds the database still cut off takes a token, too.
    expect(here.tokens()).toBeGreaterThan(1);
    const { content } = await here.room.sendMessage(new SendMessageRequest("back"));
    expect(content).toBe("back");
  });
});
