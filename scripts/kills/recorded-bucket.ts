import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { S3 } from "@aws-sdk/client-s3";
import { decodedSeconds } from "../../test/scenarios/ivs/encoder.ts";
import type { RecordedHls } from "../../test/scenarios/ivs/recorded-hls.ts";
import { allPages } from "./pages.ts";

/* Recordings as their bucket has them: whole, in agreement with their JSON files, and over once. */

const STARTED = "/events/recording-started.json";
const ENDED = "/events/recording-ended.json";
const FAILED = "/events/recording-failed.json";
/** The films' pictures are counted; sound ends a little before or after them. */
const DURATION_TOLERANCE_MS = 200;
const FILM_FRAMES_PER_SECOND = 30;

/** ETag and size by key. */
export type Objects = ReadonlyMap<string, string>;

interface Metadata {
  readonly recording_started_at: string;
  readonly recording_ended_at?: string;
  readonly recording_status: string;
  readonly media: { readonly hls?: RecordedHls };
}

/** A recording that is over. */
export interface Recording {
  readonly prefix: string;
  readonly startedAtMs: number;
  readonly isFailed: boolean;
  readonly durationMs: number;
  /** Sentences about what doesn't fit. */
  readonly wrong: readonly string[];
}

export async function listObjects(s3: S3, Bucket: string): Promise<Objects> {
  const objects = await allPages(
    (ContinuationToken) => s3.listObjectsV2({ Bucket, ContinuationToken }),
    ({ Contents }) => Contents,
    ({ NextContinuationToken }) => NextContinuationToken,
  );
  return new Map(objects.map(({ Key = "", ETag, Size }) => [Key, `${ETag} ${Size}`]));
}

/** The prefixes of all recordings that have begun, and whether each is over. */
export function recordingsIn(objects: Objects): ReadonlyMap<string, boolean> {
  const begun = [...objects.keys()].filter((key) => key.endsWith(STARTED));
  return new Map(
    begun.map((key) => {
      const prefix = key.slice(0, -STARTED.length);
      return [prefix, objects.has(prefix + ENDED) || objects.has(prefix + FAILED)];
    }),
  );
}

/** Objects that belong to no recording. */
export function strangeIn(objects: Objects): readonly string[] {
  const prefixes = [...recordingsIn(objects).keys()];
  return [...objects.keys()].filter((key) => !prefixes.some((one) => key.startsWith(`${one}/`)));
}

/** Objects that are written once and for all: an object that was there stays as it was. */
export function isWrittenOnce(key: string): boolean {
  return /\/\d+\.(?:ts|mp4|jpg)$/.test(key) || key.endsWith(STARTED);
}

/** Reads a recording that is over, of so many pictures a second, and compares its parts. */
export async function readRecording(
  s3: S3,
  Bucket: string,
  prefix: string,
  objects: Objects,
  framesPerSecond = FILM_FRAMES_PER_SECOND,
): Promise<Recording> {
  const folder = await mkdtemp(join(tmpdir(), "rolecast-kills-recording-"));
  try {
    const texts = new Map<string, string>();
    for (const Key of objects.keys()) {
      if (!Key.startsWith(`${prefix}/`)) continue;
      const { Body } = await s3.getObject({ Bucket, Key });
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const path = Key.slice(prefix.length + 1);
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
      if (/\.(?:json|m3u8)$/.test(path)) texts.set(path, Buffer.from(bytes).toString());
      else texts.set(path, "");
    }
    return await compareParts(prefix, folder, texts, framesPerSecond);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compareParts(
  prefix: string,
  folder: string,
  texts: ReadonlyMap<string, string>,
  framesPerSecond: number,
): Promise<Recording> {
  const metadata = (path: string) => JSON.parse(texts.get(path.slice(1)) ?? "{}") as Metadata;
  const isFailed = texts.has(FAILED.slice(1));
  const wrong: string[] = [];
  if (isFailed && texts.has(ENDED.slice(1))) wrong.push("it has ended and failed");
  const started = metadata(STARTED);
  const over = metadata(isFailed ? FAILED : ENDED);
  const status = isFailed ? "RECORDING_ENDED_WITH_FAILURE" : "RECORDING_ENDED";
  if (over.recording_status !== status) wrong.push(`its last JSON says ${over.recording_status}`);
  if (over.recording_started_at !== started.recording_started_at)
    wrong.push(`it began ${started.recording_started_at} and ${over.recording_started_at}`);
  const startedAtMs = Date.parse(over.recording_started_at);
  if (!(Date.parse(over.recording_ended_at ?? "") >= startedAtMs))
    wrong.push(`it ended ${over.recording_ended_at}, and began ${over.recording_started_at}`);
  const hls = over.media.hls ?? { duration_ms: 0 };
  const { duration_ms: durationMs } = hls;
  const media = [...texts.keys()].filter((path) => /\.(?:ts|mp4)$/.test(path));
  if (isFailed !== (durationMs === 0) || isFailed !== (media.length === 0))
    wrong.push(`${status} with ${durationMs} ms, files ${media}`);
  if (!isFailed) wrong.push(...playlistFaults(texts, hls, media));
  if (wrong.length === 0 && !isFailed) {
    const decodedMs = await decodedMsOf(folder, hls, framesPerSecond).catch(
      (error: Error) => error.message,
    );
    if (!(Math.abs(Number(decodedMs) - durationMs) < DURATION_TOLERANCE_MS))
      wrong.push(`${durationMs} ms in JSON, decoded ${decodedMs}`);
  }
  return {
    ...{ prefix, startedAtMs, isFailed, durationMs },
    wrong: wrong.map((one) => `${prefix}: ${one}`),
  };
}

/**
 * The pictures that decode of the first rendition, in milliseconds. The clock begins again after a
 * discontinuity, where ffprobe leaves pictures out: what lies between two is decoded by itself.
 */
async function decodedMsOf(
  folder: string,
  { path: place = "", renditions: [rendition] = [] }: RecordedHls,
  framesPerSecond: number,
): Promise<number> {
  const at = join(folder, place, rendition?.path ?? "");
  const text = await readFile(join(at, rendition?.playlist ?? ""), "utf8");
  let init = Buffer.alloc(0);
  let seconds = 0;
  for (const part of text.split("#EXT-X-DISCONTINUITY\n")) {
    const [, map] = /#EXT-X-MAP:URI="([^"]+)"/.exec(part) ?? [];
    if (map !== undefined) init = await readFile(join(at, map));
    const names = part.match(/^[^#\s].*$/gm) ?? [];
    const files = await Promise.all(names.map((name) => readFile(join(at, name))));
    const whole = join(folder, "part.media");
    await writeFile(whole, Buffer.concat([init, ...files]));
    seconds += await decodedSeconds(whole);
  }
  return (seconds * 1_000 * FILM_FRAMES_PER_SECOND) / framesPerSecond;
}

/**
 * Playlists lead to all files, and to nothing else. The recording is as long as its longest
 * rendition: a killed process was behind with those that it encoded.
 */
function playlistFaults(
  texts: ReadonlyMap<string, string>,
  { path: place = "", duration_ms: durationMs, renditions = [], ...master }: RecordedHls,
  media: readonly string[],
): string[] {
  const wrong: string[] = [];
  const named = new Set<string>();
  const totals: number[] = [];
  for (const name of [master.playlist, master.byte_range_playlist])
    if (name !== undefined && !texts.has(`${place}/${name}`)) wrong.push(`${name} is missing`);
  for (const rendition of renditions) {
    const folder = `${place}/${rendition.path}`;
    const own: number[] = [];
    for (const name of [rendition.playlist, rendition.byte_range_playlist]) {
      if (name === undefined) continue;
      const text = texts.get(`${folder}/${name}`) ?? "";
      if (!text.endsWith("#EXT-X-ENDLIST\n")) wrong.push(`${folder}/${name} doesn't end`);
      const seconds = [...text.matchAll(/^#EXTINF:([\d.]+)/gm)].map(([, value]) => Number(value));
      own.push(seconds.reduce((sum, value) => sum + value, 0) * 1_000);
      for (const [file] of text.matchAll(/^[^#\s].*$/gm)) named.add(`${folder}/${file}`);
      for (const [, file] of text.matchAll(/URI="([^"]+)"/g)) named.add(`${folder}/${file}`);
    }
    if (Math.max(...own) - Math.min(...own) > DURATION_TOLERANCE_MS)
      wrong.push(`the playlists of ${folder} have ${own} ms`);
    totals.push(...own);
  }
  if (Math.abs(Math.max(...totals) - durationMs) > DURATION_TOLERANCE_MS)
    wrong.push(`the playlists have ${totals} ms, their JSON ${durationMs}`);
  const missing = [...named].filter((path) => !texts.has(path));
  if (missing.length > 0) wrong.push(`named and not there: ${missing}`);
  const nameless = media.filter((path) => !named.has(path));
  if (nameless.length > 0) wrong.push(`there and not named: ${nameless}`);
  return wrong;
}
