import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../../packages/cli/bin/rolecast.js", import.meta.url));
const BUNDLE = fileURLToPath(new URL("../../../packages/cli/dist/rolecast.js", import.meta.url));

/** Whether `npm run build` has made the command that `npx rolecast` runs. */
export const isBuilt = existsSync(BUNDLE);

/** A server in a process of its own, which can be killed. */
export interface SpawnedServer {
  readonly endpoint: string;
  readonly pid: number;
  /** Ends the process as a power cut would end it, and waits until it is gone. */
  kill(): Promise<void>;
}

export async function spawnServer(dataDir: string): Promise<SpawnedServer> {
  const ports = ["--port", "0", "--rtmp-port", "0", "--rtmps-port", "0"];
  const child = spawn(process.execPath, [COMMAND, "start", "--data", dataDir, ...ports], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const endpoint = await readEndpoint(child);
  const { pid } = child;
  if (pid === undefined) throw new Error("the server has no process id");
  return {
    endpoint,
    pid,
    kill: async () => {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function readEndpoint({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error("the server's output isn't readable");
  let endpoint: string | undefined;
  for await (const line of createInterface({ input: stdout })) {
    endpoint ??= /https?:\/\/\S+/.exec(line)?.[0];
    if (line.startsWith("Ready.") && endpoint !== undefined) return endpoint;
  }
  throw new Error("the server ended before it was ready");
}
