import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { download, keysBelow } from "./download.ts";
import { decode, Encoder } from "./encoder.ts";
import type { EventReader } from "./event-reader.ts";
import { expect } from "./report.ts";
import { at, BUCKET, ROLE_ARN, ROOT, type Stage, textAt } from "./stage.ts";

const PUBLISHED_SECONDS = 25;
/** IVS records in files of about 10 s; live segments here last 2 s. */
const SEGMENT_SECONDS = 2;

export interface Channel {
  readonly arn: string;
  readonly playbackUrl: string;
  readonly publishUrl: string;
}

/** 2. A real stream over RTMPS, played live. Returns the channel and the stream's id. */
export async function streamLive(stage: Stage, recordingConfigurationArn: string) {
  const { report, ffmpeg } = stage;
  report.section(`2. ${PUBLISHED_SECONDS} s of H.264 and AAC over RTMPS, played live over HLS`);
  let channel: Channel | undefined;
  await report.show("a channel with that recording configuration", async () => {
    channel = await createChannel(stage, recordingConfigurationArn);
    return channel.arn;
  });
  expect(channel !== undefined, "no channel");
  const { arn, playbackUrl, publishUrl } = channel;
  const encoder = new Encoder(ffmpeg, publishUrl, PUBLISHED_SECONDS);
  let streamId = "";
  await report.show("GetStream says LIVE", async () => {
    const stream = await waitLive(stage, arn, encoder);
    streamId = textAt(stream, "stream.streamId");
    return `${textAt(stream, "stream.state")}, ${textAt(stream, "stream.health")}, ${streamId}`;
  });
  await report.show("the playback URL decodes while the stream runs", async () => {
    const { durationSeconds } = await decode(ffmpeg, playbackUrl, 4);
    expect(durationSeconds >= 3.5, `only ${durationSeconds} s of live video decoded`);
    return `${durationSeconds.toFixed(1)} s of live video and sound from ${playbackUrl}`;
  });
  await report.show("the encoder publishes to its end", async () => {
    const code = await encoder.ended();
    expect(code === 0, `ffmpeg ended with ${code}: ${encoder.log}`);
    await stage.until("stream ended", 20_000, async () => {
      const answer = await stage.ask("ivs", "GetStream", { channelArn: arn });
      return answer.ok ? undefined : answer;
    });
    return "ffmpeg exit 0, then ChannelNotBroadcasting";
  });
  return { channel, streamId };
}

/** 3. The recording in the bucket, exactly as IVS lays it out. */
export async function checkRecording(stage: Stage, events: EventReader, streamId: string) {
  const { report } = stage;
  report.section("3. The recording is in the bucket");
  let prefix = "";
  await report.show("the Recording End event gives prefix and duration", async () => {
    const { detail } = await stage.until("Recording End", 30_000, async () =>
      events.recording("Recording End", streamId),
    );
    prefix = String(detail.recording_s3_key_prefix);
    const durationMs = Number(detail.recording_duration_ms);
    const difference = Math.abs(durationMs / 1000 - PUBLISHED_SECONDS);
    expect(difference <= SEGMENT_SECONDS, `recording_duration_ms is ${durationMs}`);
    return `${durationMs} ms in ${prefix}`;
  });
  let keys: string[] = [];
  await report.show("its objects are IVS's layout", async () => {
    keys = await keysBelow(stage, BUCKET, prefix);
    checkLayout(keys.map((key) => key.slice(prefix.length + 1)));
    return `${keys.length} objects`;
  });
  for (const playlist of ["master.m3u8", "byte-range-multivariant.m3u8"]) {
    await report.show(`${playlist}, fetched with signed GETs, decodes to its length`, async () => {
      await download(stage, BUCKET, keys);
      const file = join(stage.workDir, prefix, "media/hls", playlist);
      const { durationSeconds, warnings } = await decode(stage.ffmpeg, file);
      const difference = Math.abs(durationSeconds - PUBLISHED_SECONDS);
      expect(difference <= SEGMENT_SECONDS, `it decodes to ${durationSeconds} s`);
      expect(warnings === "", `the decoder complains: ${warnings}`);
      return `${durationSeconds.toFixed(2)} s of ${PUBLISHED_SECONDS} s`;
    });
  }
  await report.show("its thumbnail is a picture", async () => {
    const file = await readFile(join(stage.workDir, prefix, THUMBNAIL));
    expect(file.readUInt16BE(0) === JPEG_START, "it isn't a JPEG");
    return `${THUMBNAIL}, ${file.length} bytes of JPEG`;
  });
  await report.show("recording-ended.json says how it ended", async () => {
    const text = await readFile(join(stage.workDir, prefix, "events/recording-ended.json"), "utf8");
    const status = at(JSON.parse(text), "recording_status");
    expect(status === "RECORDING_ENDED", `recording_status is ${String(status)}`);
    return `RECORDING_ENDED, ${String(at(JSON.parse(text), "media.hls.duration_ms"))} ms`;
  });
}

/** 4b. A bucket policy that denies the role stops the recording, not the stream. */
export async function denyRecording(stage: Stage, events: EventReader, channel: Channel) {
  const { report, ffmpeg } = stage;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Principal: { AWS: ROLE_ARN },
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${BUCKET}/*`,
      },
    ],
  });
  await stage.call("s3", "PutBucketPolicy", { Bucket: BUCKET, Policy }, ROOT);
  const encoder = new Encoder(ffmpeg, channel.publishUrl, 60);
  try {
    await report.show(
      "denied by the bucket policy, the next recording fails to start",
      async () => {
        const stream = await waitLive(stage, channel.arn, encoder);
        const streamId = textAt(stream, "stream.streamId");
        const { detail } = await stage.until("Recording Start Failure", 20_000, async () =>
          events.recording("Recording Start Failure", streamId),
        );
        expect(
          detail.recording_s3_key_prefix === "",
          `prefix: ${String(detail.recording_s3_key_prefix)}`,
        );
        return `Recording Start Failure, reason "${String(detail.recording_status_reason)}"`;
      },
    );
    await report.show("while the live stream goes on", async () => {
      const { durationSeconds } = await decode(ffmpeg, channel.playbackUrl, 3);
      const stream = await stage.call("ivs", "GetStream", { channelArn: channel.arn });
      expect(durationSeconds >= 2.5, `only ${durationSeconds} s decoded`);
      return `${textAt(stream, "stream.state")}, ${durationSeconds.toFixed(1)} s decoded`;
    });
    await report.show("StopStream ends it", async () => {
      await stage.call("ivs", "StopStream", { channelArn: channel.arn });
      const code = await encoder.ended();
      expect(code !== 0, "the encoder didn't notice");
      return "the encoder was disconnected";
    });
  } finally {
    encoder.stop();
    await encoder.ended();
  }
}

async function createChannel(stage: Stage, recordingConfigurationArn: string): Promise<Channel> {
  const output = await stage.call("ivs", "CreateChannel", {
    name: "demo",
    type: "BASIC",
    recordingConfigurationArn,
  });
  const host = textAt(output, "channel.ingestEndpoint");
  return {
    arn: textAt(output, "channel.arn"),
    playbackUrl: textAt(output, "channel.playbackUrl"),
    publishUrl: `rtmps://${host}:${stage.server.rtmpsPort}/app/${textAt(output, "streamKey.value")}`,
  };
}

async function waitLive(stage: Stage, channelArn: string, encoder: Encoder): Promise<unknown> {
  const ended = encoder.ended().then((code) => `ffmpeg ended with ${code}: ${encoder.log}`);
  const live = stage.until("stream LIVE", 20_000, async () => {
    const answer = await stage.ask("ivs", "GetStream", { channelArn });
    return answer.ok && at(answer.output, "stream.state") === "LIVE" ? answer.output : undefined;
  });
  const first = await Promise.race([live, ended]);
  expect(typeof first !== "string", String(first));
  return first;
}

/** The first one; the next is due a minute later. */
const THUMBNAIL = "media/thumbnails/thumb0.jpg";
const JPEG_START = 0xffd8;

/** Exactly the keys that IVS writes: nothing missing, nothing else. */
function checkLayout(paths: readonly string[]): void {
  const rendition = paths.map((path) => /^media\/hls\/([^/]+)\/playlist\.m3u8$/.exec(path)?.[1]);
  const folder = rendition.find((name) => name !== undefined);
  expect(folder !== undefined, `no rendition among ${paths.join(", ")}`);
  const wanted = new Set([
    "events/recording-started.json",
    "events/recording-ended.json",
    "media/hls/master.m3u8",
    "media/hls/byte-range-multivariant.m3u8",
    `media/hls/${folder}/playlist.m3u8`,
    `media/hls/${folder}/byte-range-variant.m3u8`,
    ...[0, 1, 2].map((index) => `media/hls/${folder}/${index}.ts`),
    THUMBNAIL,
  ]);
  for (const path of paths) expect(wanted.delete(path), `unexpected object ${path}`);
  expect(wanted.size === 0, `missing: ${[...wanted].join(", ")}`);
}
