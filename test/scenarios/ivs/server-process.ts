import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Clients, clientsOf, ROOT } from "../../support/test-server.ts";

const MAIN = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));

/** `rolecast start` in a process of its own, which can be killed. */
export interface ServerProcess {
  readonly endpoint: string;
  readonly rtmpsPort: number;
  readonly clients: Clients;
  /** Sends the signal; resolves to the exit code, null after SIGKILL. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

export async function startServerProcess(dataDir: string): Promise<ServerProcess> {
  const ports = ["--port", "0", "--rtmp-port", "0", "--rtmps-port", "0"];
  const args = ["--import", "tsx", MAIN, "start", "--data", dataDir, ...ports];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const banner = await readBanner(child);
  const endpoint = /http:\/\/\S+/.exec(banner)?.[0] ?? "";
  const rtmpsPort = Number(/rtmps:\/\/[^:]+:(\d+)/.exec(banner)?.[1]);
  return {
    endpoint,
    rtmpsPort,
    clients: clientsOf(endpoint, ROOT, "us-east-1"),
    stop(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Everything up to the line `Ready.`; rejects with what the process said when it ends instead. */
function readBanner(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    let errors = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4_096);
    });
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("Ready.")) resolve(text);
    });
    child.on("exit", () => reject(new Error(`rolecast start ended: ${text}${errors}`)));
  });
}
