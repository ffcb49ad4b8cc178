import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateChannelCommand,
  GetStreamCommand,
  GetStreamSessionCommand,
  UpdateChannelCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { type BucketCopy, copyBucket, firstRecordedFile } from "./bucket-copy.ts";
import { decodedSeconds, type Film, makeFilm, publish } from "./encoder.ts";
import { EventReader, type ReadEvent } from "./event-reader.ts";

/** Long enough that a 10 s file is written and another one is under way. */
const FILM_SECONDS = 60;
const FILE_SECONDS = 10;
/**
 * Media of a stream that is sent faster than it plays ends in the future: the window is longer for
 * it.
 */
const RECONNECT_SECONDS = 3;
const SHORT_FILM_SECONDS = 12;

let film: Film;
let shortFilm: Film;
let dataDir: string;
beforeAll(async () => {
  film = await makeFilm(FILM_SECONDS);
  shortFilm = await makeFilm(SHORT_FILM_SECONDS);
  dataDir = await mkdtemp(join(tmpdir(), "rolecast-data-"));
});
afterAll(async () => {
  await rm(dataDir, { recursive: true });
});

/** Publishes until the first file of the recording is in the bucket. */
async function record(server: ServerProcess, recordingReconnectWindowSeconds = 0) {
  const { root } = server;
  const bucket = await makeBucket(root);
  const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(root, bucket, {
    recordingReconnectWindowSeconds,
  });
  const { channel, streamKey } = await root.ivs.send(
    new CreateChannelCommand({ recordingConfigurationArn }),
  );
  const url = `rtmps://localhost:${server.rtmpsPort}/app/${streamKey?.value}`;
  // However long a busy machine takes, the film isn't over before the server is.
  const encoder = publish(film, url, 8, true);
  await firstRecordedFile(root, bucket);
  return { bucket, channelArn: channel?.arn ?? "", encoder, streamKey: streamKey?.value ?? "" };
}

interface Finished {
  readonly copy: BucketCopy;
  readonly prefix: string;
  readonly metadata: { media: { hls: { duration_ms: number } } };
  readonly event: ReadEvent;
}

/** Reads what a server made of the recording after its start. */
async function inspect(
  { root, endpoint }: ServerProcess,
  bucket: string,
  channelArn: string,
): Promise<Finished> {
  const events = new EventReader(endpoint);
  const event = await events.wait(channelArn, "Recording End");
  events.close();
  const copy = await copyBucket(root.s3, bucket);
  const prefix = String(event.detail.recording_s3_key_prefix);
  const metadata = JSON.parse(copy.text(`${prefix}/events/recording-ended.json`));
  await expect(root.ivs.send(new GetStreamCommand({ channelArn }))).rejects.toMatchObject({
    name: "ChannelNotBroadcasting",
  });
  const { streamSession } = await root.ivs.send(new GetStreamSessionCommand({ channelArn }));
  expect(streamSession?.endTime).toBeInstanceOf(Date);
  // Nothing holds the channel any more.
  await root.ivs.send(new UpdateChannelCommand({ arn: channelArn, recordingConfigurationArn: "" }));
  return { copy, prefix, metadata, event };
}

describe("a recording in progress", () => {
  it("is finished at the next start from what was stored, when the server is killed", async () => {
    const first = await startServerProcess(["--data", dataDir]);
    const { bucket, channelArn, encoder } = await record(first);
    expect(await first.stop("SIGKILL")).toBeNull();
    await encoder.ended;
    const second = await startServerProcess(["--data", dataDir]);
    const { copy, prefix, metadata, event } = await inspect(second, bucket, channelArn);
    const { duration_ms: durationMs } = metadata.media.hls;
    expect(event.detail.recording_duration_ms).toBe(durationMs);
    expect(durationMs).toBeGreaterThanOrEqual(FILE_SECONDS * 1_000);
    const seconds = await decodedSeconds(`${copy.folder}/${prefix}/media/hls/master.m3u8`);
    expect(Math.abs(seconds * 1_000 - durationMs)).toBeLessThan(100);
    expect(copy.keys.filter((key) => key.endsWith("failed.json"))).toEqual([]);
    await copy.remove();
    expect(await second.stop("SIGTERM")).toBe(0);
  });

  it("goes on under its prefix when the encoder comes back to a server that was killed", async () => {
    const first = await startServerProcess(["--data", dataDir]);
    const { bucket, channelArn, encoder, streamKey } = await record(first, RECONNECT_SECONDS);
    expect(await first.stop("SIGKILL")).toBeNull();
    await encoder.ended;
    // At the first one's port: among several nodes, only that shows that the first one is gone.
    const { port } = new URL(first.endpoint);
    const second = await startServerProcess(["--data", dataDir, "--port", port]);
    const url = `rtmps://localhost:${second.rtmpsPort}/app/${streamKey}`;
    expect(await publish(shortFilm, url, 8).ended).toMatchObject({ code: 0 });
    const { copy, prefix, metadata, event } = await inspect(second, bucket, channelArn);
    expect(event.detail.recording_session_stream_ids).toHaveLength(2);
    const playlist = copy.text(`${prefix}/media/hls/180p30/playlist.m3u8`);
    expect(playlist.match(/#EXT-X-DISCONTINUITY$/gm)).toHaveLength(1);
    const { duration_ms: durationMs } = metadata.media.hls;
    const seconds = await decodedSeconds(`${copy.folder}/${prefix}/media/hls/master.m3u8`, true);
    expect(Math.abs(seconds * 1_000 - durationMs)).toBeLessThan(200);
    // Both began in one folder: there is no other recording.
    expect(copy.keys.filter((key) => key.endsWith("recording-started.json"))).toHaveLength(1);
    await copy.remove();
    await second.stop("SIGTERM");
  });

  it("is ended properly, with all that was sent, when the server is asked to stop", async () => {
    const first = await startServerProcess(["--data", dataDir]);
    const { bucket, channelArn, encoder } = await record(first);
    const events = new EventReader(first.endpoint);
    const exit = first.stop("SIGTERM");
    await events.wait(channelArn, "Recording End");
    events.close();
    expect(await exit).toBe(0);
    await encoder.ended;
    const second = await startServerProcess(["--data", dataDir]);
    const copy = await copyBucket(second.root.s3, bucket);
    const key = copy.keys.find((each) => each.endsWith("recording-ended.json")) ?? "";
    const durationMs = JSON.parse(copy.text(key)).media.hls.duration_ms;
    // The file that was under way is in it.
    expect(durationMs % (FILE_SECONDS * 1_000)).not.toBeLessThan(100);
    const master = key.replace("events/recording-ended.json", "media/hls/master.m3u8");
    const seconds = await decodedSeconds(`${copy.folder}/${master}`);
    expect(Math.abs(seconds * 1_000 - durationMs)).toBeLessThan(100);
    await copy.remove();
    await second.stop("SIGTERM");
  });
});
