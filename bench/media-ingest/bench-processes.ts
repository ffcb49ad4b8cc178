/**
 * The parts that ingest benchmarks share: processes of their own, their CPU time, and a film to
 * publish.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { withParent } from "../../packages/server/src/kernel/testing/with-parent.ts";

/** Linux reports CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

export const folder = mkdtempSync(join(tmpdir(), "rolecast-bench-"));
const children: ChildProcess[] = [];

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** A process that is ended with the benchmark, held to one core if its number is given. */
export function start(command: string, args: readonly string[], core?: number): ChildProcess {
  const [program = "", ...all] =
    core === undefined ? [command, ...args] : ["taskset", "-c", String(core), command, ...args];
  const child = spawn(...withParent(program, all), { stdio: ["ignore", "pipe", "inherit"] });
  endWithBench(child);
  return child;
}

/** All threads of a process that runs. */
export function holdToCore(pid: number, core: number): void {
  execFileSync("taskset", ["-a", "-p", "-c", String(core), String(pid)]);
}

export function endWithBench(...processes: readonly ChildProcess[]): void {
  children.push(...processes);
}

/** Runs a script of this folder. */
export function script(name: string, args: readonly string[], core?: number): ChildProcess {
  const file = fileURLToPath(new URL(name, import.meta.url));
  return start(process.execPath, ["--import", "tsx", file, ...args], core);
}

export interface EngineProcess {
  readonly main: ChildProcess;
  readonly rtmpPort: number;
  readonly httpPort: number;
  /** Process ids of its workers. */
  readonly workers: readonly number[];
}

/**
 * `engine.ts`, bundled as it is shipped: the loader of the sources makes functions that cost more.
 */
export async function startEngine(
  mode: "live" | "record" | "ladder" | "ladder-low",
  { workers = 0, core }: { readonly workers?: number; readonly core?: number } = {},
): Promise<EngineProcess> {
  const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const bundle = await rolldown({
    input: {
      engine: path("./engine.ts"),
      "worker-main": path("../../packages/media/src/workers/worker-main.ts"),
    },
    platform: "node",
  });
  const dir = join(folder, "built");
  await bundle.write({ dir, entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" });
  await bundle.close();
  const args = [mode, String(workers), join(folder, "objects")];
  const main = start(process.execPath, [join(dir, "engine.mjs"), ...args], core);
  return { main, ...JSON.parse(await nextLine(main)) };
}

/** Rejects when the process ends without one. */
export async function nextLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = "";
    const read = (bytes: Buffer): void => {
      line += String(bytes);
      if (line.endsWith("\n")) {
        child.stdout?.off("data", read);
        resolve(line);
      }
    };
    child.stdout?.on("data", read);
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

/** Resolves when it writes nothing more. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill();
    await once(child, "exit");
  }
}

/** Ends what was started, also after a failure. */
export async function bench(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } finally {
    await Promise.all(children.map(end));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
