import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";

const run = promisify(execFile);
const FRAMES_PER_SECOND = 30;
const DURATION_TOLERANCE_MS = 200;

/** The content of a recording's event. */
export interface EndedRecording {
  readonly bucket: string;
  readonly prefix: string;
  readonly durationMs: number;
  readonly failed: boolean;
  /** The number of its streams; the clock begins again after each but the last. */
  readonly streams: number;
  /** Everything that was sent for it was in order, so that it decodes without a warning. */
  readonly clean: boolean;
}

/**
 * Takes a recording out of the bucket and looks at it. Resolves to everything that is wrong with
 * it.
 */
export async function checkRecording(s3: S3Client, announced: EndedRecording): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "rolecast-soak-recording-"));
  try {
    const paths = await takeOut(s3, announced, folder);
    return [...checkFiles(folder, paths, announced), ...(await checkMedia(folder, announced))].map(
      (wrong) => `${announced.prefix}: ${wrong}`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Moves a recording's objects into a folder; resolves to their paths. */
export async function takeOut(
  s3: S3Client,
  { bucket: Bucket, prefix }: Pick<EndedRecording, "bucket" | "prefix">,
  folder: string,
): Promise<string[]> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: `${prefix}/` }),
  );
  const keys = Contents.map(({ Key = "" }) => Key);
  for (const Key of keys) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const file = join(folder, Key.slice(prefix.length + 1));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, (await Body?.transformToByteArray()) ?? "");
  }
  if (keys.length > 0) {
    const Objects = keys.map((Key) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
  return keys.map((key) => key.slice(prefix.length + 1));
}

function checkFiles(folder: string, paths: readonly string[], announced: EndedRecording): string[] {
  const wrong: string[] = [];
  const has = (name: string) => paths.includes(`events/recording-${name}.json`);
  if (has("ended") === announced.failed) wrong.push("its last JSON file isn't what the event said");
  if (has("ended") && has("failed")) wrong.push("it has ended and failed");
  if (announced.failed) return wrong;
  const { media } = JSON.parse(readFileSync(join(folder, "events/recording-ended.json"), "utf8"));
  if (media.hls.duration_ms !== announced.durationMs)
    wrong.push(`${media.hls.duration_ms} ms in JSON, ${announced.durationMs} ms in the event`);
  for (const { path } of media.hls.renditions)
    wrong.push(
      ...checkPlaylist(join(folder, "media/hls", path), paths, path, announced.durationMs),
    );
  return wrong;
}

function checkPlaylist(
  folder: string,
  paths: readonly string[],
  rendition: string,
  durationMs: number,
): string[] {
  const playlist = join(folder, "playlist.m3u8");
  if (!existsSync(playlist)) return ["it has no playlist"];
  const wrong: string[] = [];
  const text = readFileSync(playlist, "utf8");
  const listed = text.match(/^\d+\.ts$/gm) ?? [];
  const stored = paths.filter((path) => path.startsWith(`media/hls/${rendition}/`));
  const files = stored.filter((path) => path.endsWith(".ts"));
  if (listed.length !== files.length)
    wrong.push(`${listed.length} files listed, ${files.length} stored`);
  for (const file of listed) {
    const size = existsSync(join(folder, file)) ? statSync(join(folder, file)).size : 0;
    if (size === 0 || size % 188 !== 0) wrong.push(`${file} has ${size} bytes`);
  }
  if (!text.endsWith("#EXT-X-ENDLIST\n")) wrong.push("its playlist doesn't end");
  const seconds = [...text.matchAll(/^#EXTINF:([\d.]+)/gm)].map(([, value]) => Number(value));
  const totalMs = seconds.reduce((sum, value) => sum + value, 0) * 1_000;
  if (Math.abs(totalMs - durationMs) > DURATION_TOLERANCE_MS)
    wrong.push(`its files last ${totalMs} ms, the event said ${durationMs}`);
  return wrong;
}

async function checkMedia(folder: string, announced: EndedRecording): Promise<string[]> {
  if (!announced.clean || announced.failed) return [];
  const entries = ["-count_frames", "-show_entries", "stream=codec_type,nb_read_frames"];
  const master = join(folder, "media/hls/master.m3u8");
  const args = ["-v", "warning", ...entries, "-of", "json", master];
  const { stdout, stderr } = await run("ffprobe", args).catch((error: Error) => ({
    stdout: "{}",
    stderr: error.message,
  }));
  // After an EXT-X-DISCONTINUITY the clock begins again (RFC 8216, 4.3.2.3), which ffprobe reports.
  const restart = /.* DTS \d+ < \d+ out of order\n/g;
  const said = (announced.streams > 1 ? stderr.replaceAll(restart, "") : stderr).trim();
  const wrong = said === "" ? [] : [`ffprobe: ${said.split("\n").slice(0, 3).join(" / ")}`];
  const { streams = [] } = JSON.parse(stdout) as {
    streams?: { codec_type: string; nb_read_frames: string }[];
  };
  const video = streams.find(({ codec_type: type }) => type === "video");
  const decodedMs = (Number(video?.nb_read_frames ?? 0) / FRAMES_PER_SECOND) * 1_000;
  if (Math.abs(decodedMs - announced.durationMs) > DURATION_TOLERANCE_MS)
    wrong.push(`${decodedMs} ms decode, the event said ${announced.durationMs}`);
  if (streams.length !== 2) wrong.push(`${streams.length} tracks decode`);
  return wrong;
}
