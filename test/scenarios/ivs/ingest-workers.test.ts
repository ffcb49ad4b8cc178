import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { until } from "../../support/until.ts";
import { copyBucket, firstRecordedFile } from "./bucket-copy.ts";
import { decodedSeconds, type Film, makeFilm, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

const FILM_SECONDS = 60;
const FILE_SECONDS = 10;

interface Worker {
  readonly pid: number;
  readonly streams: number;
}

let film: Film;
let server: ServerProcess;
let events: EventReader;
beforeAll(async () => {
  film = await makeFilm(FILM_SECONDS);
  server = await startServerProcess(["--data", "memory", "--ingest-workers", "2"]);
  events = new EventReader(server.endpoint);
});
afterAll(async () => {
  events.close();
  await server.stop("SIGKILL");
});

async function workers(): Promise<readonly Worker[]> {
  const response = await fetch(`${server.endpoint}/_rolecast/health`);
  const { ivs } = (await response.json()) as { ivs: { workers: readonly Worker[] } };
  return ivs.workers;
}

/** A channel that records, and its encoder, which is live. */
async function goLive(speed: number) {
  const bucket = await makeBucket(server.root);
  const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(server.root, bucket);
  const { channel, streamKey } = await server.root.ivs.send(
    new CreateChannelCommand({ recordingConfigurationArn }),
  );
  const url = `rtmps://localhost:${server.rtmpsPort}/app/${streamKey?.value}`;
  const encoder = publish(film, url, speed);
  const channelArn = channel?.arn ?? "";
  await events.wait(channelArn, "Stream Start");
  return { bucket, channelArn, encoder, url, playbackUrl: channel?.playbackUrl ?? "" };
}

/** Bytes of the first segment that a player of this channel is led to. */
async function playedBytes(playbackUrl: string): Promise<number> {
  const follow = async (url: string): Promise<string> => {
    const text = await (await fetch(url)).text();
    const line = text.split("\n").find((each) => each !== "" && !each.startsWith("#"));
    return new URL(line ?? "", url).href;
  };
  const segment = await fetch(await follow(await follow(playbackUrl)));
  expect(segment.headers.get("content-type")).toBe("video/mp2t");
  return (await segment.arrayBuffer()).byteLength;
}

describe("ingest workers", () => {
  it("one that is killed takes its own streams along, whose recordings are finished from what is stored", async () => {
    const victim = await goLive(4);
    const carrier = (await workers()).find(({ streams }) => streams > 0);
    const survivor = await goLive(8);
    expect((await workers()).map(({ streams }) => streams)).toEqual([1, 1]);
    for (const { playbackUrl } of [victim, survivor])
      expect(await playedBytes(playbackUrl)).toBeGreaterThan(10_000);
    await firstRecordedFile(server.root, victim.bucket);
    process.kill(carrier?.pid ?? 0, "SIGKILL");
    await victim.encoder.ended;
    await events.wait(victim.channelArn, "Session Ended");
    const { channelArn } = victim;
    await expect(server.root.ivs.send(new GetStreamCommand({ channelArn }))).rejects.toMatchObject({
      name: "ChannelNotBroadcasting",
    });

    const { detail } = await events.wait(channelArn, "Recording End");
    const copy = await copyBucket(server.root.s3, victim.bucket);
    const master = `${copy.folder}/${detail.recording_s3_key_prefix}/media/hls/master.m3u8`;
    const milliseconds = (await decodedSeconds(master)) * 1_000;
    await copy.remove();
    expect(Math.abs(milliseconds - Number(detail.recording_duration_ms))).toBeLessThan(100);
    expect(milliseconds).toBeGreaterThanOrEqual(FILE_SECONDS * 1_000 - 100);

    expect(await survivor.encoder.ended).toMatchObject({ code: 0 });
    const whole = await events.wait(survivor.channelArn, "Recording End");
    expect(whole.detail.recording_duration_ms).toBeGreaterThan(FILM_SECONDS * 1_000 - 500);
  });

  it("another one takes the place of one that died, and a drain out of time ends what all of them carry", async () => {
    await until(async () => (await workers()).length === 2, "the second worker");
    const lives = [await goLive(2), await goLive(2)];
    const carriers = await workers();
    expect(carriers.map(({ streams }) => streams)).toEqual([1, 1]);
    const drain = async (query: string) => {
      const url = `${server.endpoint}/_rolecast/state/drain${query}`;
      expect((await fetch(url, { method: "POST" })).status).toBe(200);
    };
    await drain("");
    const { streamKey } = await server.root.ivs.send(new CreateChannelCommand({}));
    const third = `rtmps://localhost:${server.rtmpsPort}/app/${streamKey?.value}`;
    expect((await publish(film, third).ended).code).not.toBe(0);
    expect((await workers()).map(({ streams }) => streams)).toEqual([1, 1]);
    // The newest time limit counts, and this one is over.
    await drain("?timeout=0");
    const exit = server.stop("SIGUSR2");
    for (const { channelArn } of lives) {
      await events.wait(channelArn, "Session Ended");
      const { detail } = await events.wait(channelArn, "Recording End");
      expect(detail.recording_duration_ms).toBeGreaterThan(0);
    }
    expect(await exit).toBe(0);
    for (const { pid } of carriers) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await Promise.all(lives.map(({ encoder }) => encoder.ended));
  });
});
