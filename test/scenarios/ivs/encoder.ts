import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { encodedFilm } from "../../../packages/media/src/testing/encoded-film.ts";

const run = promisify(execFile);

/** A short film to publish: 320x180, 30 frames a second, a keyframe every 2 s, H.264 and AAC. */
export interface Film {
  readonly file: string;
  readonly durationSeconds: number;
}

export async function makeFilm(
  durationSeconds: number,
  rate: readonly string[] = ["-b:v", "300k"],
): Promise<Film> {
  const video = ["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=30:duration=${durationSeconds}`];
  const audio = ["-f", "lavfi", "-i", `sine=frequency=440:duration=${durationSeconds}`];
  const h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60"];
  const closed = ["-keyint_min", "60", "-sc_threshold", "0", ...rate];
  const aac = ["-c:a", "aac", "-b:a", "64k", "-ar", "44100", "-ac", "2"];
  const file = await encodedFilm([...video, ...audio, ...h264, ...closed, ...aac]);
  return { file, durationSeconds };
}

/** An ffmpeg that publishes. */
export interface Encoder {
  /** Resolves to the exit code and what ffmpeg said. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
  /** Ends it as if the plug were pulled. */
  kill(): void;
}

/**
 * Publishes a film, `speed` times as fast as it plays; `endless`: over and over, until it is killed
 * or refused.
 */
export function publish(film: Film, url: string, speed = 1, endless = false): Encoder {
  const loop = endless ? ["-stream_loop", "-1"] : [];
  const input = ["-readrate", String(speed), ...loop, "-i", film.file];
  const container = url.startsWith("srt:") ? "mpegts" : "flv";
  const args = ["-v", "error", "-nostdin", ...input, "-c", "copy", "-f", container, url];
  const child = spawn("ffmpeg", args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_096);
  });
  const ended = new Promise<{ code: number | null; said: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, said }));
  });
  return { ended, kill: () => child.kill("SIGKILL") };
}

/** Publishes endlessly and connects again when it is refused, as OBS and hardware encoders do. */
export function persistent(film: Film, url: string): Pick<Encoder, "kill"> {
  let isOver = false;
  let encoder = publish(film, url, 1, true);
  const again = async () => {
    await encoder.ended;
    if (isOver) return;
    encoder = publish(film, url, 1, true);
    void again();
  };
  void again();
  return {
    kill() {
      isOver = true;
      encoder.kill();
    },
  };
}

/**
 * Seconds of video that ffmpeg decodes from a URL, without a warning. `clockRestarts`: after an
 * EXT-X-DISCONTINUITY the clock begins again (RFC 8216, 4.3.2.3), which ffprobe reports once where
 * pictures have no B-frames.
 */
export async function decodedSeconds(url: string, clockRestarts = false): Promise<number> {
  const count = ["-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames"];
  const args = ["-v", "warning", ...count, "-of", "default=nokey=1:noprint_wrappers=1", url];
  const { stdout, stderr } = await run("ffprobe", args);
  const warnings = clockRestarts
    ? stderr.replaceAll(/.* DTS \d+ < \d+ out of order\n/g, "")
    : stderr;
  if (warnings.trim() !== "") throw new Error(`ffprobe: ${warnings}`);
  return Number(stdout.trim().split("\n")[0]) / 30;
}

/** Returns a hash of each picture that decodes, in order. */
export async function pictureHashes(url: string): Promise<readonly string[]> {
  const args = ["-v", "error", "-i", url, "-map", "0:v:0", "-fps_mode", "passthrough"];
  const { stdout } = await run("ffmpeg", [...args, "-f", "framemd5", "-"], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => line.split(",").at(-1)?.trim() ?? "");
}

/** Codec, width and height of a picture that decodes without a warning: `mjpeg,320,180`. */
export async function pictureSize(file: string): Promise<string> {
  const size = ["-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0"];
  const { stdout, stderr } = await run("ffprobe", ["-v", "warning", ...size, file]);
  if (stderr.trim() !== "") throw new Error(`ffprobe: ${stderr}`);
  return stdout.trim();
}
