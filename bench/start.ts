import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "./exit-by-signal.ts";
import { startMoto } from "./iam-requests/moto-server.ts";
import { Recorder } from "./recording/recorder.ts";

/*
 * Method: starts the built command several times on one data folder (made by a first start that
 * isn't counted) and on a new one, and takes the wall time from spawn to `Ready.`; with it the
 * time that the same node needs to run an empty script, and moto's server (as in
 * `iam-requests.ts`) to answer. Idle memory is the resident set 5 s later.
 * In-process: a new node process each time imports `rolecast/testing` and awaits
 * createTestServer(); the import, which a suite pays once, is given with it, and the processor
 * time of the start, which other programs on the machine change less. What each service adds once
 * it is asked for, which no server pays that nobody asks: `start-services.ts`.
 */
const RUNS = 10;
const IDLE_MS = 5_000;
const LIMIT_MS = 700;
const LIMIT_MIB = 150;
const IN_PROCESS_LIMIT_MS = 300;
const bin = join(import.meta.dirname, "../packages/cli/bin/rolecast.js");

async function startOnce(dataDir: string): Promise<{ readyMs: number; child: ChildProcess }> {
  const startedMs = performance.now();
  const ports = ["--port", "0", "--rtmp-port", "0", "--rtmps-port", "0", "--srt-port", "0"];
  const child = spawn(process.execPath, [bin, "start", "--data", dataDir, ...ports], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes("Ready.")) resolve();
    });
    child.once("exit", () => reject(new Error(`it ended:\n${printed}`)));
  });
  return { readyMs: performance.now() - startedMs, child };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

async function emptyNodeMs(): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await new Promise((resolve) => child.once("exit", resolve));
  return performance.now() - startedMs;
}

const IN_PROCESS = `
  const begin = performance.now();
  const { createTestServer } = await import(process.argv[1]);
  const imported = performance.now();
  const before = process.cpuUsage();
  const server = await createTestServer();
  const used = process.cpuUsage(before);
  const started = performance.now();
  await server.reset();
  const reset = performance.now();
  console.log(JSON.stringify([
    imported - begin, started - imported, reset - started, (used.user + used.system) / 1000]));
  await server.close();`;

/** Milliseconds of the import, the start and a reset, and of the processor for the start. */
function inProcessMs(): readonly [number, number, number, number] {
  const module = join(import.meta.dirname, "../packages/cli/dist/testing.js");
  const args = ["--input-type=module", "-e", IN_PROCESS, module];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function motoMs(): Promise<number | undefined> {
  const moto = await startMoto(5_599);
  if (moto) await end(moto.process);
  return moto?.startMs;
}

const record = await Recorder.begin("start");
const root = mkdtempSync(join(tmpdir(), "rolecast-bench-start-"));
const warm: number[] = [];
const fresh: number[] = [];
const node: number[] = [];
const moto: number[] = [];
await end((await startOnce(join(root, "warm"))).child);
for (let run = 0; run < RUNS; run++) {
  for (const [name, times] of [
    ["warm", warm],
    [`fresh-${run}`, fresh],
  ] as const) {
    const { readyMs, child } = await startOnce(join(root, name));
    times.push(readyMs);
    await end(child);
  }
  node.push(await emptyNodeMs());
  moto.push((await motoMs()) ?? Number.NaN);
}
const { child } = await startOnce(join(root, "warm"));
await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
const idleMib = residentMib(child.pid ?? 0);
await end(child);
rmSync(root, { recursive: true, force: true });

const ratio = (ms: number) => `${(median(warm) / ms).toFixed(2)}×`;
console.log(
  `start to Ready., known folder  median ${median(warm).toFixed(0)} ms, ${ratio(LIMIT_MS)} of the limit of ${LIMIT_MS} ms`,
);
console.log(`start to Ready., new folder    median ${median(fresh).toFixed(0)} ms`);
console.log(
  `node -e ""                     median ${median(node).toFixed(0)} ms; the start takes ${ratio(median(node))}`,
);
console.log(`moto's server to its answer     median ${median(moto).toFixed(0)} ms`);
const inside = Array.from({ length: RUNS }, inProcessMs);
const part = (index: 0 | 1 | 2 | 3) => median(inside.map((times) => times[index]));
console.log(
  `createTestServer() in-process  median ${part(1).toFixed(0)} ms, ${(part(1) / IN_PROCESS_LIMIT_MS).toFixed(2)}× of the limit of ${IN_PROCESS_LIMIT_MS} ms; ${part(3).toFixed(0)} ms of processor time; import ${part(0).toFixed(0)} ms, reset() ${part(2).toFixed(0)} ms`,
);
console.log(
  `idle resident memory           ${idleMib.toFixed(0)} MiB, ${(idleMib / LIMIT_MIB).toFixed(2)}× of the limit of ${LIMIT_MIB} MiB`,
);
record.add({
  ...{ name: "start to ready", value: median(warm), unit: "ms" },
  beside: { name: "moto's server", value: median(moto) },
});
record.add({ name: "createTestServer()", value: part(1), unit: "ms" });
record.add({ name: "idle memory", value: idleMib, unit: "MiB" });
await record.write();
