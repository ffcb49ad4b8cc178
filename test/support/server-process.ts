import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startForFile } from "./started-processes.ts";
import { testDatabase } from "./test-database.ts";
import { TEST_INLINE_BYTES, testObjects } from "./test-objects.ts";
import { type Clients, clientsAt, type Key } from "./test-server.ts";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/rolecast.js", import.meta.url));
export const FREE_PORTS = [
  "--port",
  "0",
  "--rtmp-port",
  "0",
  "--rtmps-port",
  "0",
  "--srt-port",
  "0",
];
/** Encoding renditions costs more than all the rest of a test. */
const PASSTHROUGH = ["--transcode-cores", "0"];

/** `rolecast start`, as built, in a process of its own, which can be killed. */
export interface ServerProcess {
  readonly pid: number;
  /** Everything that it printed before it was ready. */
  readonly banner: string;
  readonly endpoint: string;
  readonly rtmpsPort: number;
  /** Everything that it printed, once `pattern` is in it. */
  said(pattern: RegExp): Promise<string>;
  /** The root user's clients in us-east-1. */
  readonly root: Clients;
  clients(key?: Key, region?: string): Clients;
  /** Sends the signal; resolves to the exit code, null after SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const INLINE = { ROLECAST_INLINE_OBJECT_BYTES: String(TEST_INLINE_BYTES) };

/** A process that was started, whether or not it is ready yet. */
export interface LaunchedServer {
  readonly pid: number;
  /** Resolves when the server is ready; rejects with what it said when it ends instead. */
  readonly ready: Promise<ServerProcess>;
  /** Resolves to the exit code, null after a signal. */
  readonly exited: Promise<number | null>;
  /** Everything that it has printed so far. */
  printed(): string;
  /** Sends the signal; resolves to the exit code, null after SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Resolves when the server is ready; rejects with what it said when it ends instead. `within` are
 * words before the command: a program that starts it. `program`: another build's command.
 */
export async function startServerProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
  program = COMMAND,
): Promise<ServerProcess> {
  return (await launchServerProcess(args, environment, within, program)).ready;
}

/** As `startServerProcess`, for those who end a server before it is ready. */
export async function launchServerProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
  program = COMMAND,
): Promise<LaunchedServer> {
  const { ROLECAST_TEST_DATABASE: _, ...inherited } = process.env;
  const ROLECAST_DATABASE =
    environment.ROLECAST_DATABASE ??
    (await testDatabase(args[args.indexOf("--data") + 1] ?? "memory"));
  const objects =
    environment.ROLECAST_OBJECTS === undefined
      ? await testObjects(args[args.indexOf("--data") + 1] ?? "memory")
      : undefined;
  const command = [...within, process.execPath, program, "start"];
  const [file = "", ...words] = [...command, ...FREE_PORTS, ...PASSTHROUGH, ...args];
  const child = startForFile(file, words, {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...inherited,
      ...(ROLECAST_DATABASE === undefined ? {} : { ROLECAST_DATABASE }),
      ...(objects === undefined ? {} : { ROLECAST_OBJECTS: JSON.stringify(objects), ...INLINE }),
      ...environment,
    },
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const stop = (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    return exited;
  };
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  const ready = readyProcess(child, stop);
  // Whoever ends it before it is ready needn't wait for this.
  ready.catch(() => {});
  return { pid: child.pid ?? 0, ready, exited, printed: () => text, stop };
}

async function readyProcess(
  child: ChildProcess,
  stop: ServerProcess["stop"],
): Promise<ServerProcess> {
  const output = collectOutput(child);
  const banner = await readBanner(child);
  const endpoint = /AWS APIs and HLS +(http:\/\/\S+)/.exec(banner)?.[1] ?? "";
  const clients = clientsAt(endpoint);
  return {
    pid: child.pid ?? 0,
    banner,
    endpoint,
    rtmpsPort: Number(/rtmps:\/\/[^:]+:(\d+)/.exec(banner)?.[1]),
    said: output,
    root: clients(),
    clients,
    stop,
  };
}

/** The port of RTMP, which the banner leaves to `status`. */
export async function rtmpPortOf({ endpoint }: ServerProcess): Promise<number> {
  const health = await fetch(`${endpoint}/_rolecast/health`);
  const { ivs } = (await health.json()) as { readonly ivs: { readonly rtmpPort: number } };
  return ivs.rtmpPort;
}

function readBanner(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("Ready.\n")) resolve(text);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`rolecast start ended with ${code}: ${text}`)));
  });
}

/** Rejects when the process ends without having said it. */
function collectOutput(child: ChildProcess): (pattern: RegExp) => Promise<string> {
  let text = "";
  const read = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  return (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => pattern.test(text) && resolve(text);
      child.stdout?.on("data", look);
      child.stderr?.on("data", look);
      child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${text}`)));
      look();
    });
}
