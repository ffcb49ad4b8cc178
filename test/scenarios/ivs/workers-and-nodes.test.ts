import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateAdConfigurationCommand,
  CreateChannelCommand,
  type CreateChannelRequest,
  GetStreamSessionCommand,
  InsertAdBreakCommand,
  PutMetadataCommand,
  StopStreamCommand,
} from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  hasPostgres,
  makeSharedSchema,
} from "../../../packages/server/src/storage/testing/postgres-server.ts";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { until } from "../../support/until.ts";
import { copyBucket } from "./bucket-copy.ts";
import { decodedSeconds, type Film, makeFilm, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

/*
 * Everything at once: two nodes on one PostgreSQL, each with an ingest worker that encodes ladders.
 * What a worker of one node carries is played and steered through the other node.
 */

/** Longer than anything here: streams are stopped. */
const FILM_SECONDS = 120;
const ARGUMENTS = ["--ingest-workers", "1", "--transcode-cores", "16"];

let film: Film;
let data: string;
let owner: ServerProcess;
let other: ServerProcess;
let events: EventReader;

describe.skipIf(!hasPostgres).concurrent("workers of several nodes", () => {
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "rolecast-nodes-"));
    film = await makeFilm(FILM_SECONDS);
    const ROLECAST_DATABASE = await makeSharedSchema();
    const start = () => startServerProcess(["--data", data, ...ARGUMENTS], { ROLECAST_DATABASE });
    owner = await start();
    other = await start();
    events = new EventReader(owner.endpoint);
  });
  afterAll(async () => {
    events?.close();
    await Promise.all([owner, other].map((node) => node?.stop("SIGKILL")));
    if (data) await rm(data, { recursive: true });
  });

  async function goLive(input: CreateChannelRequest) {
    const bucket = await makeBucket(owner.root);
    const configuration = await makeRecordingConfiguration(owner.root, bucket);
    const recordingConfigurationArn = configuration.arn;
    const { channel, streamKey } = await owner.root.ivs.send(
      new CreateChannelCommand({ ...input, recordingConfigurationArn }),
    );
    const url = `rtmps://localhost:${owner.rtmpsPort}/app/${streamKey?.value}`;
    const encoder = publish(film, url, 2);
    const channelArn = channel?.arn ?? "";
    await events.wait(channelArn, "Stream Start");
    const playbackUrl = `${other.endpoint}${new URL(channel?.playbackUrl ?? "").pathname}`;
    return { bucket, channelArn, encoder, playbackUrl };
  }

  /** Through the node that doesn't have the stream. */
  async function stop({ channelArn, encoder, bucket }: Awaited<ReturnType<typeof goLive>>) {
    await other.root.ivs.send(new StopStreamCommand({ channelArn }));
    await encoder.ended;
    const { detail } = await events.wait(channelArn, "Recording End");
    return { detail, copy: await copyBucket(owner.root.s3, bucket) };
  }

  /** The media playlist that a player of the other node reads first. */
  async function mediaPlaylist(playbackUrl: string): Promise<string> {
    const multivariant = await (await fetch(playbackUrl)).text();
    const [variant = ""] = /^.*playlist\.m3u8$/m.exec(multivariant) ?? [];
    return (await fetch(new URL(variant, playbackUrl))).text();
  }

  it.each([
    ["TS", "ts"],
    ["FRAGMENTED_MP4", "mp4"],
  ] as const)("make, record and show a ladder in %s", async (containerFormat, extension) => {
    const live = await goLive({ containerFormat });
    const { channelArn, playbackUrl } = live;
    await other.root.ivs.send(new PutMetadataCommand({ channelArn, metadata: "from-afar" }));
    const multivariant = await (await fetch(playbackUrl)).text();
    expect(multivariant.match(/NAME="\w+"/g)).toEqual(['NAME="180p30"', 'NAME="160p30"']);
    const variants = multivariant.split("\n").filter((line) => line.endsWith("playlist.m3u8"));
    for (const variant of variants) {
      const playlist = new URL(variant, playbackUrl);
      // The first segment of a stream is whole: what comes in parts is listed with the next one's
      // first.
      const text = await until(async () => {
        const listed = await (await fetch(playlist)).text();
        return listed.includes("#EXT-X-PREFETCH:") && listed;
      }, `parts in ${playlist}`);
      const [name] = new RegExp(`^\\d+\\.${extension}$`, "m").exec(text) ?? [];
      // Amazon's player asks for segments before they are complete.
      const ahead = [...text.matchAll(/^#EXT-X-PREFETCH:(.+)$/gm)].map(([, next]) => next);
      expect(ahead).toHaveLength(2);
      const read = async (file = "none") =>
        Buffer.from(await (await fetch(new URL(file, playlist))).arrayBuffer());
      expect((await read(name)).length).toBeGreaterThan(1_000);
      const growing = await read(ahead[1]);
      expect(growing.length).toBeGreaterThan(1_000);
      expect(growing.equals(await read(ahead[1]))).toBe(true);
    }
    const { detail, copy } = await stop(live);
    const hls = `${copy.folder}/${detail.recording_s3_key_prefix}/media/hls`;
    const seconds = Number(detail.recording_duration_ms) / 1_000;
    for (const rendition of ["180p30", "160p30"]) {
      expect(await decodedSeconds(`${hls}/${rendition}/playlist.m3u8`)).toBeCloseTo(seconds, 0);
    }
    await copy.remove();
  });

  it("report a break in what is recorded, as an event and in the session", async () => {
    const playbackConfigurationArn =
      "arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/a";
    const { adConfiguration } = await other.root.ivs.send(
      new CreateAdConfigurationCommand({
        mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn }],
      }),
    );
    const adConfigurationArn = adConfiguration?.arn;
    const live = await goLive({ type: "BASIC", adConfigurationArn });
    const { channelArn } = live;
    const { adBreakId } = await other.root.ivs.send(
      new InsertAdBreakCommand({ channelArn, durationSeconds: 2 }),
    );
    const inserted = await events.wait(channelArn, "Ad Break Inserted");
    const { detail } = inserted;
    expect(inserted).toMatchObject({
      "detail-type": "IVS Ad Break State Change",
      source: "aws.ivs",
      detail: { channel_name: "", ad_break_id: adBreakId, duration_seconds: 2 },
    });
    // It is over when what comes after it is listed.
    const afterMs = Date.parse(String(detail.target_start_time)) + 4_000;
    await until(async () => {
      const dates = (await mediaPlaylist(live.playbackUrl)).matchAll(/DATE-TIME:(.*)/g);
      return Math.max(...[...dates].map(([, date]) => Date.parse(date ?? ""))) > afterMs;
    }, "what comes after the break");
    const { detail: recording, copy } = await stop(live);
    const prefix = recording.recording_s3_key_prefix;
    const range = `#EXT-X-DATERANGE:ID="${adBreakId}",START-DATE="${detail.target_start_time}"`;
    for (const name of ["playlist.m3u8", "byte-range-variant.m3u8"]) {
      const text = copy.text(`${prefix}/media/hls/180p30/${name}`);
      expect(text).toContain(`${range},PLANNED-DURATION=2.0,SCTE35-OUT=0xFC30`);
      expect(text).toContain(`${range},END-DATE="`);
    }
    await copy.remove();
    const { streamSession } = await other.root.ivs.send(
      new GetStreamSessionCommand({ channelArn }),
    );
    expect(streamSession?.truncatedEvents?.map(({ name }) => name)).toContain("Ad Break Inserted");
  });
});
