import { type ChildProcess, execFile, spawn } from "node:child_process";
import { publishFlv } from "@rolecast/server";

const DECODE_TIMEOUT_MS = 60_000;

/** A statically linked ffmpeg, as npm's optional package has it, can't look up names. */
function byAddress(source: string): string {
  return source.replace("//localhost:", "//127.0.0.1:");
}

/** ffmpeg, publishing generated video and sound at real time. */
export class Encoder {
  readonly #process: ChildProcess;
  readonly #ended: Promise<number>;
  #log = "";

  /** 640×360, 30 fps, H.264 with a keyframe every 2 s, AAC. */
  constructor(ffmpeg: string, url: string, durationSeconds: number) {
    const size = "640x360";
    const child = spawn(
      ffmpeg,
      [
        ["-hide_banner", "-loglevel", "warning", "-nostdin"],
        ["-re", "-f", "lavfi", "-i", `testsrc=size=${size}:rate=30`],
        ["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"],
        ["-t", String(durationSeconds)],
        ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"],
        ["-b:v", "800k", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0"],
        ["-c:a", "aac", "-b:a", "96k"],
        ["-flvflags", "no_duration_filesize", "-f", "flv", "pipe:1"],
      ].flat(),
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    // The stream key is no argument of ffmpeg's, since any user may list those.
    const published = publishFlv(byAddress(url), child.stdout).catch((error: Error) => {
      this.#log += error.message;
    });
    this.#process = child;
    this.#process.stderr?.on("data", (chunk: Buffer) => {
      this.#log = `${this.#log}${chunk.toString()}`.slice(-4_000);
    });
    this.#ended = new Promise((resolve, reject) => {
      child.once("exit", (code) => {
        published.then(() => resolve(code ?? -1)).catch(reject);
      });
    });
  }

  get log(): string {
    return this.#log;
  }

  /** ffmpeg's exit code, once it has ended. */
  ended(): Promise<number> {
    return this.#ended;
  }

  stop(): void {
    this.#process.kill("SIGTERM");
  }
}

export interface Decoded {
  readonly durationSeconds: number;
  /** Everything the decoder complained about; empty for a clean stream. */
  readonly warnings: string;
}

/** Decodes a whole HLS playlist or file; `maxSeconds` ends a live one. */
export function decode(ffmpeg: string, source: string, maxSeconds?: number): Promise<Decoded> {
  const limit = maxSeconds === undefined ? [] : ["-t", String(maxSeconds)];
  const args = [
    ["-hide_banner", "-nostdin", "-v", "info", "-i", byAddress(source), ...limit],
    ["-map", "0:v:0", "-map", "0:a:0", "-f", "null", "-"],
  ].flat();
  return new Promise((resolve, reject) => {
    execFile(ffmpeg, args, { timeout: DECODE_TIMEOUT_MS }, (error, _stdout, stderr) => {
      const times = [...stderr.matchAll(/time=(\d+):(\d+):(\d+\.\d+)/g)];
      const last = times.at(-1);
      if (error || !last) return void reject(new Error(stderr.slice(-2_000)));
      const durationSeconds = Number(last[1]) * 3600 + Number(last[2]) * 60 + Number(last[3]);
      const warnings = stderr
        .split("\n")
        .filter((line) => /error|invalid|corrupt|discontinuity|non-monoton/i.test(line))
        .join("\n");
      resolve({ durationSeconds, warnings });
    });
  });
}
