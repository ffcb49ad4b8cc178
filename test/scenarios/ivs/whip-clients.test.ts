import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateChannelCommand, ListStreamsCommand } from "@aws-sdk/client-ivs";
import { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const run = promisify(execFile);
// Debian's, which has the module.
const PYTHON = "/usr/bin/python3";
const hasAiortc = spawnSync(PYTHON, ["-c", "import aiortc"]).status === 0;
const hasWhipClient = spawnSync("whip-client", ["--help"]).status === 0;
/** GStreamer's ICE has no candidates on loopback. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

/** A server that other addresses than loopback reach has a root key of its own. */
const KEY = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: `root-${"x".repeat(35)}` };
let server: TestServer;
let root: Clients;
beforeAll(async () => {
  const { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey } = KEY;
  const accounts = [{ id: "000000000000", rootAccessKeyId, rootSecretAccessKey }];
  server = await startTestServer({ host: "0.0.0.0", accounts });
  root = server.clients(KEY);
});
afterAll(async () => {
  await server.close();
});

/** Resolves to what plays, once the program's stream does; then the program is stopped. */
async function playsWhile(
  command: string,
  argsOf: (url: string, key: string) => string[],
  watch = async (_whep: string): Promise<void> => {},
) {
  const { channel, streamKey } = await root.ivs.send(new CreateChannelCommand({}));
  const { arn = "", playbackUrl = "" } = channel ?? {};
  const args = argsOf(`${server.endpoint}/whip`, streamKey?.value ?? "");
  const client = spawn(command, args, { stdio: "ignore" });
  const closed = once(client, "close");
  await until(async () => {
    const answer = await fetch(playbackUrl);
    return answer.ok;
  }, `a stream of ${command}`);
  const fields = "stream=codec_name,width,height";
  const probed = await run("ffprobe", ["-v", "error", "-show_entries", fields, playbackUrl]);
  const name = new URL(playbackUrl).pathname.replace(/^.*\/(.*)\.m3u8$/, "$1");
  await watch(`${server.endpoint}/whep/${name}`);
  client.kill("SIGINT");
  await until(async () => {
    const { streams = [] } = await root.ivs.send(new ListStreamsCommand({}));
    return streams.every(({ channelArn }) => channelArn !== arn);
  }, `the end of ${command}`);
  client.kill("SIGKILL");
  await closed;
  return probed.stdout;
}

/** Resolves to what AWS says of the participant, once the program publishes to a stage. */
async function isOnStageWhile(command: string, argsOf: (url: string, token: string) => string[]) {
  const region = "us-east-1";
  const realTime = new IVSRealTime({ endpoint: server.endpoint, region, credentials: KEY });
  const made = await realTime.createStage({ participantTokenConfigurations: [{ userId: "e" }] });
  const { token = "", participantId = "" } = made.participantTokens?.[0] ?? {};
  const stageArn = made.stage?.arn ?? "";
  const url = `${server.endpoint}/ivs-realtime/whip`;
  const client = spawn(command, argsOf(url, token), { stdio: "ignore" });
  const closed = once(client, "close");
  let sessionId = "";
  const there = await until(async () => {
    const { stage } = await realTime.getStage({ arn: stageArn });
    sessionId = stage?.activeSessionId ?? "";
    const { participant } = await realTime.getParticipant({ stageArn, sessionId, participantId });
    return participant?.published && participant;
  }, `${command} on a stage`);
  client.kill("SIGINT");
  await until(async () => {
    const { stageSession } = await realTime.getStageSession({ stageArn, sessionId });
    return stageSession?.endTime;
  }, `the end of ${command}`);
  client.kill("SIGKILL");
  await closed;
  const events = await realTime.listParticipantEvents({ stageArn, sessionId, participantId });
  return { participant: there, events: events.events?.map(({ name }) => name) };
}

const ON_STAGE = {
  participant: { userId: "e", state: "CONNECTED", protocol: "WHIP", published: true },
  events: ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"],
};
const PLAYS = /codec_name=h264\nwidth=640\nheight=360[\s\S]*codec_name=aac/;

describe("programs that publish by WHIP, or play by WHEP", () => {
  it.skipIf(!hasAiortc)("aiortc, which another one watches by WHEP", async () => {
    const [script, viewer] = ["whip_aiortc.py", "whep_aiortc.py"].map((name) =>
      join(import.meta.dirname, name),
    );
    const watch = async (whep: string): Promise<void> => {
      const { stdout } = await run(PYTHON, [viewer ?? "", whep]);
      expect(stdout).toBe("audio 48000\nvideo 640x360\n");
    };
    const args = (url: string, key: string): string[] => [script ?? "", url, key];
    expect(await playsWhile(PYTHON, args, watch)).toMatch(PLAYS);
    expect(await isOnStageWhile(PYTHON, args)).toMatchObject(ON_STAGE);
  });

  it.skipIf(!hasWhipClient || outside === undefined)("GStreamer", async () => {
    const video = [
      "videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1,format=I420",
      "x264enc tune=zerolatency speed-preset=ultrafast bitrate=600 key-int-max=600",
      "video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1",
      "application/x-rtp,media=video,encoding-name=H264,payload=96",
    ].join(" ! ");
    const audio = [
      "audiotestsrc is-live=true ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=100",
      "application/x-rtp,media=audio,encoding-name=OPUS,payload=100",
    ].join(" ! ");
    const args = ["-n", "-l", "2", "-V", video, "-A", audio];
    const argsOf = (url: string, key: string) => ["-u", url, "-t", key, ...args];
    expect(await playsWhile("whip-client", argsOf)).toMatch(PLAYS);
    expect(await isOnStageWhile("whip-client", argsOf)).toMatchObject(ON_STAGE);
  });
});
