/** What the ingest benchmarks share: processes of their own, their CPU time, and a film to publish. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Linux reports CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

export const folder = mkdtempSync(join(tmpdir(), "rolecast-bench-"));
const children: ChildProcess[] = [];

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

export function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return child;
}

/** Runs a script of this folder. */
export function script(name: string, ...args: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(name, import.meta.url));
  return start(process.execPath, ["--import", "tsx", file, ...args]);
}

export async function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", (bytes) => resolve(String(bytes)));
    child.once("exit", (status) => reject(new Error(`a process ended with ${status}`)));
  });
}

/** User and system time of a process so far. */
export function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** 20 s of 720p30 at a constant 2.5 Mb/s, a keyframe every 2 s. */
export function makeSource(): string {
  const file = join(folder, "source.flv");
  execFileSync("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=20"],
    ...["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=20"],
    ...["-vf", "noise=alls=12:allf=t", "-c:v", "libx264", "-preset", "ultrafast"],
    ...["-profile:v", "high", "-pix_fmt", "yuv420p", "-g", "60", "-sc_threshold", "0", "-b:v"],
    ...["2500k", "-minrate", "2500k", "-maxrate", "2500k", "-bufsize", "2500k"],
    ...["-x264-params", "nal-hrd=cbr", "-c:a", "aac", "-b:a", "128k", file],
  ]);
  return file;
}

/** Ends what was started, also after a failure. */
export async function bench(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } finally {
    for (const child of children) {
      child.kill();
    }
    await pause(300);
    rmSync(folder, { recursive: true, force: true });
  }
}
