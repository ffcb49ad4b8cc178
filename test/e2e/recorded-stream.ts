import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { encodedFilm } from "../../packages/media/src/testing/encoded-film.ts";

const SECONDS = 6;
const MASTER = `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=320x180,CODECS="avc1.64001F,mp4a.40.2"
180p30/playlist.m3u8
`;

/** Puts a recording of six seconds where IVS would have, without a stream; returns its prefix. */
export async function putRecording(s3: S3Client, Bucket: string, channel: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "rolecast-recorded-"));
  const source = await encodedFilm([
    ...["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=30:duration=${SECONDS}`],
    ...["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "60"],
    ...["-pix_fmt", "yuv420p", "-c:a", "aac"],
  ]);
  const hls = ["-f", "hls", "-hls_time", "2", "-hls_list_size", "0"];
  const args = ["-v", "error", "-i", source, "-c", "copy", ...hls, join(dir, "playlist.m3u8")];
  await promisify(execFile)("ffmpeg", args);
  const prefix = `ivs/v1/000000000000/${channel}/2026/2/7/9/5/AbCdEf/`;
  const put = (key: string, Body: string | Buffer) =>
    s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}${key}`, Body }));
  for (const name of await readdir(dir)) {
    await put(`media/hls/180p30/${name}`, await readFile(join(dir, name)));
  }
  await put("media/hls/master.m3u8", MASTER);
  await put("events/recording-ended.json", JSON.stringify(DOCUMENT));
  await rm(dir, { recursive: true, force: true });
  return prefix;
}

const DOCUMENT = {
  version: "v1",
  recording_started_at: "2026-02-07T09:05:10Z",
  recording_ended_at: "2026-02-07T09:05:16Z",
  recording_status: "RECORDING_ENDED",
  media: {
    hls: {
      duration_ms: SECONDS * 1_000,
      path: "media/hls",
      playlist: "master.m3u8",
      renditions: [{ path: "180p30", resolution_width: 320, resolution_height: 180 }],
    },
  },
};
