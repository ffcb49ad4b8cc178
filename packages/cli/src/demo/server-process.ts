import { type ChildProcess, spawn } from "node:child_process";

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 20_000;

/** `rolecast start` as a process of its own, on free ports. */
export class ServerProcess {
  readonly endpoint: string;
  readonly rtmpsPort: number;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, banner: string) {
    this.#process = process;
    this.endpoint = match(banner, /AWS APIs and HLS\s+(\S+)/);
    this.rtmpsPort = Number(match(banner, /rtmps:\/\/[^:]+:(\d+)/));
  }

  /** Resolves when it says `Ready.`; rejects with what it printed instead. */
  static async start(dataDir: string): Promise<ServerProcess> {
    // The command that runs the demo serves as well.
    const [, command = ""] = process.argv;
    const ports = ["port", "rtmp-port", "rtmps-port", "srt-port", "webrtc-port"].flatMap((name) => [
      `--${name}`,
      "0",
    ]);
    const child = spawn(process.execPath, [command, "start", "--data", dataDir, ...ports], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    await new Promise<void>((resolve, reject) => {
      const fail = () => reject(new Error(`the server ended or hung:\n${printed}`));
      const timer = setTimeout(fail, START_TIMEOUT_MS);
      const read = (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes("Ready.")) {
          clearTimeout(timer);
          child.off("exit", fail);
          resolve();
        }
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.once("exit", fail);
    });
    return new ServerProcess(child, printed);
  }

  /** SIGTERM, as an operator would; kills what doesn't end. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#process.once("exit", () => resolve()));
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }
}

function match(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`the server didn't print ${pattern}:\n${text}`);
  return found.trim();
}
