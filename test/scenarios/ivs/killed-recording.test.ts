import { randomInt } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { CreateChannelCommand, type CreateChannelCommandInput } from "@aws-sdk/client-ivs";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../../contract/ivs/recording-bucket.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { type BucketCopy, copyBucket } from "./bucket-copy.ts";
import { decodedSeconds, type Encoder, type Film, makeFilm, publish } from "./encoder.ts";
import { listedSegments } from "./live-playlist.ts";
import type { RecordedHls } from "./recorded-hls.ts";

/**
 * One segment of a film with a keyframe every two seconds: it may be under way when the server is
 * killed.
 */
const SEGMENT_MS = 2_000;
const FILM_SECONDS = 60;

let film: Film;
let folder: string;
beforeAll(async () => {
  film = await makeFilm(FILM_SECONDS);
  folder = await mkdtemp(join(tmpdir(), "rolecast-killed-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Recorded {
  readonly encoder: Encoder;
  readonly playbackUrl: string;
  readonly bucket: string;
  /** Media that was listed before the server was killed. */
  listedMs: number;
}

async function record(
  { root, rtmpsPort }: ServerProcess,
  channelInput: Partial<CreateChannelCommandInput>,
): Promise<Recorded> {
  const bucket = await makeBucket(root);
  const { arn: recordingConfigurationArn } = await makeRecordingConfiguration(root, bucket, {
    thumbnailConfiguration: {
      ...{ recordingMode: "INTERVAL", targetIntervalSeconds: 60 },
      storage: ["SEQUENTIAL", "LATEST"],
    },
  });
  const { channel, streamKey } = await root.ivs.send(
    new CreateChannelCommand({ type: "BASIC", recordingConfigurationArn, ...channelInput }),
  );
  const url = `rtmps://localhost:${rtmpsPort}/app/${streamKey?.value}`;
  const encoder = publish(film, url);
  return { encoder, playbackUrl: channel?.playbackUrl ?? "", bucket, listedMs: 0 };
}

interface Metadata {
  readonly media: {
    readonly hls?: RecordedHls;
    readonly thumbnails?: { readonly path: string };
    readonly latest_thumbnail?: { readonly path: string };
  };
}

/** Every key that the metadata names; of numbered thumbnails the first one. */
function namedKeys({ media }: Metadata): string[] {
  const { hls, thumbnails, latest_thumbnail: latest } = media;
  const of = (folderName: string | undefined, ...names: readonly (string | undefined)[]) =>
    names.flatMap((name) => (name === undefined ? [] : [`${folderName}/${name}`]));
  return [
    ...of(hls?.path, hls?.playlist, hls?.byte_range_playlist),
    ...(hls?.renditions ?? []).flatMap(({ path, playlist, byte_range_playlist: ranges }) =>
      of(`${hls?.path}/${path}`, playlist, ranges),
    ),
    ...(thumbnails ? [`${thumbnails.path}/thumb0.jpg`] : []),
    ...(latest ? [latest.path] : []),
  ];
}

/** The keys that a playlist leads to, its own folder's. */
function keysOf(copy: BucketCopy, playlist: string): string[] {
  const at = playlist.slice(0, playlist.lastIndexOf("/") + 1);
  return copy
    .text(playlist)
    .split("\n")
    .flatMap((line) => /URI="([^"]+)"/.exec(line)?.[1] ?? (/^[^#\s]/.test(line) ? [line] : []))
    .map((name) => at + name);
}

/** The number of media files that became objects as they lay on the disk, with a true checksum. */
async function linkedFiles({ root }: ServerProcess, { bucket }: Recorded): Promise<number> {
  const copy = await copyBucket(root.s3, bucket);
  let linked = 0;
  for (const Key of copy.keys.filter((key) => /\/\d+\.(?:ts|mp4)$/.test(key))) {
    const head = { Bucket: bucket, Key, ChecksumMode: "ENABLED" } as const;
    const { ETag, ChecksumCRC32 } = await root.s3.send(new HeadObjectCommand(head));
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(await readFile(join(copy.folder, Key))));
    expect(ChecksumCRC32).toBe(sum.toString("base64"));
    linked += Number(/^"[0-9a-f]{32}-1"$/.test(ETag ?? ""));
  }
  await copy.remove();
  return linked;
}

/** Checks what the next server made of it. */
async function inspect(server: ServerProcess, { bucket, listedMs: sentMs }: Recorded) {
  const copy = await copyBucket(server.root.s3, bucket);
  const ends = copy.keys.filter((key) => /recording-(?:ended|failed)\.json$/.test(key));
  // A stream that wasn't playable yet has no recording.
  if (!copy.keys.some((key) => key.endsWith("recording-started.json"))) {
    expect([ends, sentMs]).toEqual([[], 0]);
    return copy.remove();
  }
  expect(ends).toHaveLength(1);
  const [end = ""] = ends;
  const prefix = end.slice(0, end.indexOf("events/"));
  const metadata: Metadata = JSON.parse(copy.text(end));
  for (const key of namedKeys(metadata)) expect(copy.keys).toContain(prefix + key);
  for (const key of copy.keys.filter((name) => name.endsWith(".m3u8")))
    for (const named of keysOf(copy, key)) expect(copy.keys).toContain(named);
  const durationMs = metadata.media.hls?.duration_ms ?? 0;
  expect(durationMs).toBeGreaterThanOrEqual(sentMs - SEGMENT_MS);
  expect(end.endsWith("recording-failed.json")).toBe(durationMs === 0);
  if (durationMs > 0) {
    const seconds = await decodedSeconds(`${copy.folder}/${prefix}media/hls/master.m3u8`);
    expect(Math.abs(seconds * 1_000 - durationMs)).toBeLessThan(150);
  }
  await copy.remove();
}

const FRAGMENTED: Partial<CreateChannelCommandInput> = {
  ...{ type: "STANDARD", containerFormat: "FRAGMENTED_MP4" },
  multitrackInputConfiguration: { enabled: true, policy: "ALLOW", maximumResolution: "FULL_HD" },
};

test.each([[[]], [["--ingest-workers", "2"]]])(
  "what was streamed to a server until it was killed is recorded by the next one (%j)",
  async (workers) => {
    const data = join(folder, workers.length === 0 ? "one" : "workers");
    const first = await startServerProcess(["--data", data, ...workers]);
    const recorded: Recorded[] = [];
    // The recordings are at different moments: some have a file in the bucket, others don't.
    for (const channel of [{}, FRAGMENTED, { latencyMode: "NORMAL" } as const, {}, FRAGMENTED]) {
      recorded.push(await record(first, channel));
      await sleep(randomInt(1_500, 4_500));
    }
    for (const one of recorded) one.listedMs = (await listedSegments(one.playbackUrl)) * SEGMENT_MS;
    await first.stop("SIGKILL");
    for (const { encoder } of recorded) await encoder.ended;
    const left = join(data, "ivs", "segments");
    const kept = await readdir(left).catch((): string[] => []);
    for (const name of kept) expect((await stat(join(left, name))).mode & 0o077).toBe(0);
    const second = await startServerProcess(["--data", data, ...workers]);
    let linked = 0;
    for (const one of recorded) linked += await linkedFiles(second, one);
    expect(linked).toBeGreaterThan(0);
    for (const one of recorded) await inspect(second, one);
    expect(recorded.some(({ listedMs: sent }) => sent > 0)).toBe(true);
    expect(kept).not.toEqual([]);
    expect(await readdir(left)).toEqual([]);
    expect(await second.stop("SIGTERM")).toBe(0);
  },
);
