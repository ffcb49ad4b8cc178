import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { sendSigned } from "../../support/signed-request.ts";
import type { Key } from "../../support/test-server.ts";

const EXAMPLE = fileURLToPath(new URL("../../../examples/linked-service/", import.meta.url));

/** `rolecast start` with the example's configuration, and the example itself. */
export interface QueueWorld {
  readonly rolecast: ServerProcess;
  readonly configFile: string;
  startQueue(): Promise<void>;
  stopQueue(): Promise<void>;
  /** Asks the queue as `key`; the answer's status and JSON. */
  ask(method: string, path: string, key: Key, body?: string): Promise<QueueAnswer>;
  close(): Promise<void>;
}

export interface QueueAnswer {
  readonly status: number;
  readonly body: { readonly arn?: string; readonly key?: string; readonly message?: string };
}

export async function startQueueWorld(): Promise<QueueWorld> {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-queue-"));
  const data = join(folder, "data");
  const queuePort = await freePort();
  const configFile = join(folder, "rolecast.yml");
  const example = readFileSync(join(EXAMPLE, "rolecast.yml"), "utf8");
  writeFileSync(configFile, example.replace("127.0.0.1:7070", `127.0.0.1:${queuePort}`));
  const rolecast = await startServerProcess(["--config", configFile, "--data", data]);
  let queue: ChildProcess | undefined;
  const world: QueueWorld = {
    rolecast,
    configFile,
    startQueue: async () => {
      queue = await startQueue(queuePort, rolecast.endpoint, data);
    },
    stopQueue: async () => {
      const running = queue;
      queue = undefined;
      if (!running) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill();
      await ended;
    },
    ask: async (method, path, key, body) => {
      const [rawPath = "", query] = path.split("?");
      const answer = await sendSigned(
        `http://127.0.0.1:${queuePort}`,
        {
          method,
          path: rawPath,
          ...(query === undefined ? {} : { query: Object.fromEntries(new URLSearchParams(query)) }),
          ...(body === undefined ? {} : { body }),
        },
        { key, service: "queue" },
      );
      return { status: answer.status, body: JSON.parse(answer.body) };
    },
    close: async () => {
      await world.stopQueue();
      await rolecast.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await world.startQueue();
  return world;
}

/** Starts it as the example's README says, with the key that Rolecast wrote for it. */
function startQueue(port: number, endpoint: string, data: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(EXAMPLE, "queue.js")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      AWS_ENDPOINT_URL: endpoint,
      AWS_SHARED_CREDENTIALS_FILE: join(
        data,
        "linked-services",
        "queue.internal.example.credentials",
      ),
    },
  });
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", () => resolve(child));
    child.once("exit", (code) => reject(new Error(`the queue ended with ${code}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
