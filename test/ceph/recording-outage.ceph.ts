import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateChannelCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBucket, makeRecordingConfiguration } from "../contract/ivs/recording-bucket.ts";
import { type BucketCopy, copyBucket, firstRecordedFile } from "../scenarios/ivs/bucket-copy.ts";
import {
  decodedSeconds,
  type Encoder,
  makeFilm,
  pictureHashes,
  publish,
} from "../scenarios/ivs/encoder.ts";
import { Ceph } from "../support/ceph.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { until } from "../support/until.ts";

/** A stream has so much in memory before it needs the disk: 40 seconds at the rate below. */
const MEMORY_BYTES = 32 * 1024 * 1024;
const RATE = ["-b:v", "7M", "-minrate", "7M", "-maxrate", "7M", "-bufsize", "7M"];
const FULL_RATE = [...RATE, "-x264-params", "nal-hrd=cbr"];
const FILM_SECONDS = 110;
const FRAMES_PER_SECOND = 30;
const LOST = /A file of a recording was lost/;
const WAIT = { withinMs: 120_000 };

let ceph: Ceph;
let folder: string;
const servers: ServerProcess[] = [];
beforeAll(async () => {
  ceph = await Ceph.start();
  folder = await mkdtemp(join(tmpdir(), "rolecast-outage-"));
}, 180_000);
afterAll(async () => {
  for (const server of servers) await server.stop("SIGKILL");
  await ceph?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Recorded {
  readonly server: ServerProcess;
  readonly bucket: string;
  readonly encoder: Encoder;
}

/** Begins a recording of a server that may keep so much on its disk, until it has a first file. */
async function record(name: string, spillBytes: string, film: Parameters<typeof publish>[0]) {
  const objects = JSON.stringify(ceph.objects(await ceph.createBucket()));
  const args = ["--data", join(folder, name), "--recording-spill-bytes", spillBytes];
  const server = await startServerProcess(args, { ROLECAST_OBJECTS: objects });
  servers.push(server);
  const bucket = await makeBucket(server.root);
  const { arn } = await makeRecordingConfiguration(server.root, bucket);
  const input = { type: "STANDARD", recordingConfigurationArn: arn } as const;
  const { streamKey } = await server.root.ivs.send(new CreateChannelCommand(input));
  const url = `rtmps://localhost:${server.rtmpsPort}/app/${streamKey?.value}`;
  return { server, bucket, encoder: publish(film, url) };
}

async function pendingBytes({ endpoint }: ServerProcess): Promise<number> {
  const answer = await fetch(`${endpoint}/_rolecast/health`);
  const { ivs } = (await answer.json()) as { ivs: { recordingPendingBytes: number } };
  return ivs.recordingPendingBytes;
}

interface Film {
  readonly seconds: number;
  readonly discontinuities: number;
}

/** Checks what a finished recording says of itself by what decodes. */
async function filmOf({ server, bucket }: Recorded, isWhole: boolean): Promise<Film> {
  let copy: BucketCopy | undefined;
  try {
    const end = await until(
      async () => {
        await copy?.remove();
        copy = await copyBucket(server.root.s3, bucket);
        return copy.keys.find((key) => key.endsWith("recording-ended.json"));
      },
      "the end of the recording",
      { withinMs: 60_000, everyMs: 2_000 },
    );
    const prefix = end.slice(0, end.indexOf("events/"));
    const { media } = JSON.parse(copy?.text(end) ?? "{}");
    const playlists = copy?.keys.filter((key) => /\/playlist\.m3u8$/.test(key)) ?? [];
    const texts = playlists.map((key) => copy?.text(key) ?? "");
    const master = `${copy?.folder}/${prefix}media/hls/master.m3u8`;
    // Beyond a gap, ffprobe takes the counters of MPEG-TS's packets for damage.
    const seconds = isWhole
      ? await decodedSeconds(master)
      : (await pictureHashes(master)).length / FRAMES_PER_SECOND;
    expect(Math.abs(seconds * 1_000 - media.hls.duration_ms)).toBeLessThan(200);
    return { seconds, discontinuities: texts.join().match(/EXT-X-DISCONTINUITY\n/g)?.length ?? 0 };
  } finally {
    await copy?.remove();
  }
}

test("a recording outlives an outage, whole if the disk has room, else with a gap", async () => {
  const film = await makeFilm(FILM_SECONDS, FULL_RATE);
  const roomy = await record("roomy", "1000000000", film);
  const tight = await record("tight", "0", film);
  for (const { server, bucket } of [roomy, tight]) await firstRecordedFile(server.root, bucket);
  await ceph.killGateway();
  const isOnDisk = async () => (await pendingBytes(roomy.server)) > MEMORY_BYTES;
  await until(isOnDisk, "more than fits into memory", WAIT);
  await tight.server.said(LOST);
  await ceph.startGateway();
  for (const { encoder } of [roomy, tight]) expect(await encoder.ended).toMatchObject({ code: 0 });
  const whole = await filmOf(roomy, true);
  expect(whole).toEqual({ seconds: expect.closeTo(FILM_SECONDS, 0), discontinuities: 0 });
  expect(await pendingBytes(roomy.server)).toBe(0);
  const cut = await filmOf(tight, false);
  expect(cut.discontinuities).toBeGreaterThan(0);
  expect(cut.seconds).toBeGreaterThan(FILM_SECONDS / 3);
  expect(cut.seconds).toBeLessThan(FILM_SECONDS - 5);
}, 400_000);
