import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LossyLink } from "../../../packages/media/src/testing/lossy-link.ts";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import {
  type BroadcastOutcome,
  type BroadcastPage,
  hasCamera,
  openBroadcastPage,
} from "../../support/broadcast-page.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { copyBucket } from "./bucket-copy.ts";
import { decodedSeconds } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

const run = promisify(execFile);

let server: TestServer;
let root: Clients;
let events: EventReader;
let browser: BroadcastPage | undefined;
beforeAll(async () => {
  [server, browser] = await Promise.all([
    startTestServer(),
    hasCamera ? openBroadcastPage() : undefined,
  ]);
  root = server.clients();
  events = new EventReader(server.endpoint);
});
afterAll(async () => {
  events.close();
  await browser?.close();
  await server.close();
});

async function makeChannel(recordingConfigurationArn?: string) {
  const input = { type: "BASIC", recordingConfigurationArn } as const;
  const { channel, streamKey } = await root.ivs.send(new CreateChannelCommand(input));
  const { arn = "", playbackUrl = "" } = channel ?? {};
  return { channelArn: arn, playbackUrl, streamKey: streamKey?.value ?? "" };
}

/** Seconds in the source's playlist. */
async function listedSeconds(playbackUrl: string): Promise<number> {
  const variants = await (await fetch(playbackUrl)).text();
  const [path = ""] = variants.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const playlist = await (await fetch(new URL(path, playbackUrl))).text();
  const lengths = [...playlist.matchAll(/#EXTINF:([\d.]+)/g)].map(([, seconds]) => Number(seconds));
  return lengths.reduce((sum, seconds) => sum + seconds, 0);
}

const whip = () => `${server.endpoint}/whip`;

/** The pictures that a browser sent, by the headers of its packets, which aren't encrypted. */
class SentPictures {
  /** RTP timestamps, of 90 kHz, by payload type. */
  readonly #timestamps = new Map<number, Set<number>>();

  add(datagram: Buffer): void {
    const [first = 0, second = 0] = datagram;
    // Version 2, and no RTCP (RFC 5761).
    if (first >> 6 !== 2 || datagram.length < 12 || (second >= 192 && second <= 223)) return;
    const type = second & 0x7f;
    const known = this.#timestamps.get(type) ?? new Set();
    this.#timestamps.set(type, known.add(datagram.readUInt32BE(4)));
  }

  /** How many of them are missing in a row between pictures that were shown at these seconds. */
  longestLossIn(times: readonly number[], payloadType: number): number {
    const all = [...(this.#timestamps.get(payloadType) ?? [])];
    const sentMs = all.map((ticks) => ((ticks - (all[0] ?? 0)) | 0) / 90).sort((a, b) => a - b);
    const shownMs = times.map((time) => (time - (times[0] ?? 0)) * 1_000);
    const indexOf = (ms: number) => sentMs.findIndex((sent) => Math.abs(sent - ms) < 5);
    for (const beganMs of sentMs) {
      const indices = shownMs.map((ms) => indexOf(ms + beganMs));
      if (indices.includes(-1)) continue;
      return Math.max(...indices.slice(1).map((at, index) => at - (indices[index] ?? 0) - 1));
    }
    throw new Error("The pictures that were shown aren't those that were sent.");
  }
}

describe.skipIf(!hasCamera)("a browser that publishes by WHIP", () => {
  it("is live with picture and sound, and recorded by the role", async () => {
    const bucket = await makeBucket(root);
    const { arn } = await makeRecordingConfiguration(root, bucket);
    const { channelArn, playbackUrl, streamKey } = await makeChannel(arn);
    const outcome = await browser?.publish(whip(), streamKey);
    expect(outcome).toMatchObject({ status: 201 });
    await events.wait(channelArn, "Stream Start");
    const fields = "stream=codec_name,profile,sample_rate";
    const probed = await run("ffprobe", ["-v", "error", "-show_entries", fields, playbackUrl]);
    expect(probed.stdout).toMatch(/codec_name=h264\nprofile=Constrained Baseline/);
    expect(probed.stdout).toMatch(/codec_name=aac\nprofile=LC\nsample_rate=48000/);
    await browser?.hangUp();
    const { detail } = await events.wait(channelArn, "Recording End");
    const copy = await copyBucket(root.s3, bucket);
    const master = `${copy.folder}/${detail.recording_s3_key_prefix}/media/hls/master.m3u8`;
    const seconds = await decodedSeconds(master);
    await copy.remove();
    // A camera that a busy machine serves gives fewer pictures than it should, but never more.
    expect(seconds).toBeGreaterThan(1);
    expect(seconds).toBeLessThan(Number(detail.recording_duration_ms) / 1_000 + 0.25);
  });

  it("is refused with the reason: a wrong key, another codec, sound alone", async () => {
    const { streamKey } = await makeChannel();
    expect(await browser?.publish(whip(), "sk_us-east-1_wrong")).toMatchObject({
      status: 403,
      text: "Invalid stream key",
    });
    expect(await browser?.publish(whip(), streamKey, { videoCodec: "VP8" })).toMatchObject({
      status: 403,
      text: "the offer's video has VP8: H.264 in packetization mode 1 is needed",
    });
    expect(await browser?.publish(whip(), streamKey, { kinds: ["audio"] })).toMatchObject({
      status: 403,
      text: "the offer sends no video: input of sound alone is not supported",
    });
  });

  it("loses a packet in twenty, and no more than fifteen pictures of it in a row", async () => {
    const link = new LossyLink();
    const sent = new SentPictures();
    link.onSent = (datagram) => sent.add(datagram);
    const faults = { dropEach: 20, duplicateEach: 41, reorderEach: 31 };
    const mediaPort = await link.open(server.server.ports.webrtc, faults);
    const { channelArn, playbackUrl, streamKey } = await makeChannel();
    const outcome = await browser?.publish(whip(), streamKey, { mediaPort, transport: "udp" });
    expect(outcome?.status).toBe(201);
    const payloadType = Number(/m=video \d+ \S+ (\d+)/.exec(outcome?.text ?? "")?.[1]);
    await events.wait(channelArn, "Stream Start");
    await until(async () => (await listedSeconds(playbackUrl)) >= 8, "eight seconds");
    await browser?.hangUp();
    await events.wait(channelArn, "Stream End");
    link.close();
    const fields = ["-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0"];
    const { stdout } = await run("ffprobe", ["-v", "error", ...fields, playbackUrl]);
    const times = stdout.trim().split("\n").map(Number.parseFloat);
    expect(link.dropped).toBeGreaterThan(20);
    expect(times.length).toBeGreaterThan(60);
    // Half a second of them. A busy machine's browser makes fewer than thirty a second.
    expect(sent.longestLossIn(times, payloadType)).toBeLessThanOrEqual(15);
  });

  it("sends by TCP where UDP doesn't get through", async () => {
    const { channelArn, playbackUrl, streamKey } = await makeChannel();
    const outcome = await browser?.publish(whip(), streamKey, { transport: "tcp" });
    expect(outcome?.text).not.toContain(" udp ");
    await events.wait(channelArn, "Stream Start");
    expect(await listedSeconds(playbackUrl)).toBeGreaterThan(1);
    await browser?.hangUp();
    await events.wait(channelArn, "Stream End");
  });

  it("leaves by DELETE of its session, once", async () => {
    const { channelArn, streamKey } = await makeChannel();
    const outcome = await browser?.publish(whip(), streamKey);
    const session = new URL(outcome?.location ?? "", server.endpoint);
    await events.wait(channelArn, "Stream Start");
    expect((await fetch(session, { method: "PATCH" })).status).toBe(405);
    expect((await fetch(session, { method: "DELETE" })).status).toBe(200);
    await events.wait(channelArn, "Stream End");
    expect((await fetch(session, { method: "DELETE" })).status).not.toBe(200);
  });
});

describe.skipIf(!hasCamera)("browsers that publish to a server with workers", () => {
  it("send to the port of the worker that has their stream, and leave it by DELETE", async () => {
    const several = await startTestServer({ ingestWorkers: 2 });
    const pages = await Promise.all([openBroadcastPage(), openBroadcastPage()]);
    const told = new EventReader(several.endpoint);
    const { ivs } = several.clients();
    const streams: (BroadcastOutcome & { channelArn: string; playbackUrl: string })[] = [];
    for (const { publish } of pages) {
      const { channel, streamKey } = await ivs.send(new CreateChannelCommand({}));
      const outcome = await publish(`${several.endpoint}/whip`, streamKey?.value ?? "");
      const { arn: channelArn = "", playbackUrl = "" } = channel ?? {};
      streams.push({ ...outcome, channelArn, playbackUrl });
    }
    for (const { channelArn, playbackUrl } of streams) {
      await told.wait(channelArn, "Stream Start");
      expect((await fetch(playbackUrl)).status).toBe(200);
    }
    const ports = streams.map(({ text }) => / (\d+) typ host/.exec(text)?.[1]);
    expect(new Set(ports).size).toBe(2);
    for (const { channelArn, location } of streams) {
      const session = new URL(location ?? "", several.endpoint);
      expect((await fetch(session, { method: "DELETE" })).status).toBe(200);
      await told.wait(channelArn, "Stream End");
    }
    told.close();
    await Promise.all(pages.map((page) => page.close()));
    await several.close();
  });
});
