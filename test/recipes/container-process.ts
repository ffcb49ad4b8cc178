import assert from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Writable } from "node:stream";
import type { Image } from "./image.ts";

/** The part of the body of `POST /containers/create` that is read here. */
export interface ContainerOptions {
  readonly Image: string;
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly HostConfig?: {
    readonly PortBindings?: Readonly<Record<string, readonly { HostPort: string }[]>>;
  };
  /** A script that is started instead of the entrypoint; an engine would have it copied in. */
  readonly Script?: string;
}

/** The setting of the port that a container would have mapped. */
const PORT_VARIABLES: Readonly<Record<string, string>> = {
  4566: "ROLECAST_PORT",
  1935: "ROLECAST_RTMP_PORT",
  4443: "ROLECAST_RTMPS_PORT",
};

/**
 * Instead of the image's user, whom this machine doesn't have; only root can become somebody else.
 */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534, cwd: "/" } : {};

/**
 * A "container": the image's process, run plainly. Its mapped ports are those on which it listens.
 */
export class ContainerProcess {
  readonly options: ContainerOptions;
  readonly ports = new Map<string, string>();
  startedAt = new Date(0);
  #image: Image;
  #child: ChildProcess | undefined;
  #written: Buffer[] = [];
  #followers = new Set<Writable>();

  constructor(options: ContainerOptions, image: Image) {
    this.options = options;
    this.#image = image;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null;
  }

  get environment(): Record<string, string> {
    const given = (this.options.Env ?? []).map((line) => {
      const [name = "", ...value] = line.split("=");
      return [name, value.join("=")] as const;
    });
    return { PATH: this.#image.path, ...this.#image.environment, ...Object.fromEntries(given) };
  }

  async start(): Promise<void> {
    for (const [port, [binding]] of Object.entries(this.options.HostConfig?.PortBindings ?? {})) {
      const wanted = binding?.HostPort ?? "";
      this.ports.set(port, ["", "0"].includes(wanted) ? await freePort() : wanted);
    }
    const mapped = [...this.ports].map(([port, host]) => {
      const variable = PORT_VARIABLES[port.split("/")[0] ?? ""];
      assert(variable, `the image listens on ${port}`);
      return [variable, host] as const;
    });
    const [program = "", ...args] = this.#commandLine();
    const env = { ...this.environment, ...Object.fromEntries(mapped) };
    const child = spawn(program, args, { ...NOBODY, env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (data: Buffer) => this.#write(1, data));
    child.stderr.on("data", (data: Buffer) => this.#write(2, data));
    child.on("close", () => {
      for (const follower of this.#followers) follower.end();
    });
    await once(child, "spawn");
    this.#child = child;
    this.startedAt = new Date();
  }

  #commandLine(): readonly string[] {
    const { Script } = this.options;
    if (Script === undefined) return [...this.#image.entrypoint, ...this.#image.command];
    const file = this.#image.localstack.entrypointFile;
    return ["bash", "-c", Script.replaceAll("/usr/local/bin/docker-entrypoint.sh", `sh ${file}`)];
  }

  /** The output so far. */
  said(): string {
    return this.#written.map((framed) => framed.subarray(8).toString()).join("");
  }

  /** The output so far and from now on, in the engine's framed form. */
  follow(output: Writable): void {
    for (const frame of this.#written) output.write(frame);
    if (!this.running) output.end();
    else this.#followers.add(output);
    output.on("close", () => this.#followers.delete(output));
  }

  /**
   * Runs a command next to the process, as `docker exec` does; its exit code comes before the
   * output ends.
   */
  async execute(
    [program = "", ...args]: readonly string[],
    output: Writable,
    exited: (code: number) => void,
  ): Promise<void> {
    const endpoint = `http://127.0.0.1:${this.ports.get("4566/tcp")}`;
    const child = spawn(program, args, {
      ...NOBODY,
      // In a container the server would be on the default port.
      env: { ...this.environment, AWS_ENDPOINT_URL: endpoint },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (data: Buffer) => output.write(frame(1, data)));
    child.stderr.on("data", (data: Buffer) => output.write(frame(2, data)));
    const [code] = await once(child, "close");
    exited(code);
    output.end();
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    const closed = once(this.#child as ChildProcess, "close");
    this.#child?.kill("SIGTERM");
    await closed;
  }

  #write(stream: number, data: Buffer): void {
    const framed = frame(stream, data);
    this.#written.push(framed);
    for (const follower of this.#followers) follower.write(framed);
  }
}

/** https://docs.docker.com/reference/api/engine, "Stream format": stream, three zeros, length. */
function frame(stream: number, data: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  server.close();
  return String(address.port);
}
