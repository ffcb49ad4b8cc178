import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withParent } from "../../packages/server/src/kernel/testing/with-parent.ts";

/** A server under measurement. */
export interface Peer {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly startMs: number;
}

/** Time on a processor, in microseconds. */
export interface ProcessorTime {
  readonly mainUs: number;
  readonly allUs: number;
}

const COMMAND = "packages/cli/bin/rolecast.js";

/** Starts the built command of a checkout; `flags` are node's own. */
export function startRolecast(
  name: string,
  tree: string,
  data: string,
  config?: string,
  flags: readonly string[] = [],
): Promise<Peer> {
  const ports = ["--port", "0", "--rtmp-port", "0", "--rtmps-port", "0", "--srt-port", "0"];
  return startPeer(name, [
    ...flags,
    join(tree, COMMAND),
    "start",
    ...(config === undefined ? [] : ["--config", config]),
    "--data",
    data,
    ...ports,
  ]);
}

/** Starts the bare server, which keeps its files in `folder`. */
export function startBare(folder: string): Promise<Peer> {
  const script = join(import.meta.dirname, "bare-server.ts");
  return startPeer("bare node:http", [...process.execArgv, script, folder]);
}

/** Starts a node process, and waits until it has printed a URL and `Ready.`. */
function startPeer(name: string, args: readonly string[]): Promise<Peer> {
  const startedMs = performance.now();
  const child = spawn(...withParent(process.execPath, args), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let printed = "";
    child.once("exit", () => reject(new Error(`${name} ended:\n${printed}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const port = Number(/http:\/\/[^:]+:(\d+)/.exec(printed)?.[1] ?? 0);
      if (port === 0 || !printed.includes("Ready.")) return;
      resolve({ name, port, process: child, startMs: performance.now() - startedMs });
    });
  });
}

export async function end({ process: child }: Pick<Peer, "process">): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

/** The time that a process's threads have run, from Linux's `/proc`, in nanoseconds there. */
export function processorTime(pid: number | undefined): ProcessorTime {
  let [mainUs, allUs] = [0, 0];
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
    const us = Number(stat.split(" ", 1)[0]) / 1000;
    allUs += us;
    if (thread === String(pid)) mainUs = us;
  }
  return { mainUs, allUs };
}

/** Resident memory in MB. */
export function residentMb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}
