import { type ChildProcess, spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";

/*
 * Method: Rolecast and a bare node:http server that writes the same bytes to files (with fsync) and
 * reads them run as processes of their own, on the same disk. The same raw client puts and gets
 * objects of 1 MiB (16 of a connection, over and over) over 1 and over 8 keep-alive connections,
 * the two servers in turn, three rounds; figures are medians. Rolecast authenticates, decides,
 * digests (MD5, and the checksum), and keeps a row per object. "sdk" is what SDKs send over plain
 * HTTP: a signed SHA-256 and a CRC32 of the body; "unsigned" leaves the payload out of the
 * signature, as over HTTPS. At the end: the highest resident memory of Rolecast's process after 1
 * GiB up and down.
 */
const ROUNDS = 3;
const DURATION_MS = 2_000;
const MIB = 1024 * 1024;
const BODY = Buffer.alloc(MIB, "0123456789abcdef");
const BODY_SHA256 = createHash("sha256").update(BODY).digest("hex");
const BUCKET = "bench-objects";
const KEYS_PER_CONNECTION = 16;
const CONNECTIONS_MAX = 8;
const GIB_PARTS = 1024;
/** The time of the signatures, which are valid for a quarter of an hour. */
const DATE = `${new Date().toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;

type Payload = "sdk" | "unsigned";

interface Server {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
}

/** The limit that we are held against: what node can do with a file and nothing else. */
function servePeer(dir: string): void {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const file = join(dir, (request.url ?? "").replaceAll("/", "_"));
    if (request.method === "GET") {
      response.writeHead(200, { "content-length": MIB });
      await pipeline(createReadStream(file), response);
      return;
    }
    await pipeline(request, createWriteStream(file));
    const handle = await open(file, "r+");
    await handle.sync();
    await handle.close();
    response.writeHead(200, { "content-length": 0 }).end();
  };
  const server = createServer((request, response) => {
    // The client closes its connections at the end of a round.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    console.log(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
    console.log("Ready.");
  });
}

async function start(name: string, args: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, [...args], { stdio: ["ignore", "pipe", "inherit"] });
  let port = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    port ||= Number(/http:\/\/[^:]+:(\d+)/.exec(line)?.[1] ?? 0);
    if (line.startsWith("Ready.")) break;
  }
  return { name, port, process: child };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** The head of a request, signed for root's `test`/`test`. */
function signedHead(
  port: number,
  method: string,
  path: string,
  sizeBytes: number,
  payload: Payload,
): Buffer {
  const isSdkPut = payload === "sdk" && sizeBytes > 0;
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(BODY));
  const headers: [string, string][] = [
    ["host", `127.0.0.1:${port}`],
    ...(isSdkPut
      ? ([["x-amz-checksum-crc32", checksum.toString("base64")]] as [string, string][])
      : []),
    ["x-amz-content-sha256", isSdkPut ? BODY_SHA256 : "UNSIGNED-PAYLOAD"],
    ["x-amz-date", DATE],
  ];
  const signed = headers.map(([name]) => name).join(";");
  const canonical = [
    method,
    path,
    "",
    ...headers.map(([name, value]) => `${name}:${value}`),
    "",
    signed,
    isSdkPut ? BODY_SHA256 : "UNSIGNED-PAYLOAD",
  ].join("\n");
  const day = DATE.slice(0, 8);
  const scope = `${day}/us-east-1/s3/aws4_request`;
  const digest = createHash("sha256").update(canonical).digest("hex");
  const steps = [day, "us-east-1", "s3", "aws4_request"];
  const key = steps.reduce<string | Buffer>((before, step) => hmac(before, step), "AWS4test");
  const signature = hmac(key as Buffer, `AWS4-HMAC-SHA256\n${DATE}\n${scope}\n${digest}`);
  const authorization = `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=${signed}, Signature=${signature.toString("hex")}`;
  const lines = [...headers, ["authorization", authorization], ["content-length", `${sizeBytes}`]];
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\n${lines.map(([n, v]) => `${n}: ${v}`).join("\r\n")}\r\n\r\n`,
  );
}

/** A keep-alive connection that throws away what it reads. */
class Connection {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new Connection(socket)));
      socket.setNoDelay(true);
      socket.once("error", reject);
    });
  }

  /** Resolves when the answer has been read; rejects unless it is a 200. */
  exchange(head: Buffer, send: (socket: Socket) => void): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      let start = Buffer.alloc(0);
      let left: number | undefined;
      const read = (chunk: Buffer) => {
        if (left === undefined) {
          start = Buffer.concat([start, chunk]);
          const end = start.indexOf("\r\n\r\n");
          if (end < 0) return;
          const text = start.subarray(0, end).toString("latin1");
          if (!text.startsWith("HTTP/1.1 200")) {
            reject(new Error(start.toString("latin1").slice(0, 1000)));
            return;
          }
          const length = /content-length: *(\d+)/i.exec(text)?.[1];
          // Without a length the body is an empty chunked one.
          left = end + 4 + (length === undefined ? 5 : Number(length)) - start.length;
        } else left -= chunk.length;
        if (left > 0) return;
        socket.off("data", read);
        resolve();
      };
      socket.on("data", read);
      socket.write(head);
      send(socket);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function rate(
  { port }: Server,
  method: "PUT" | "GET",
  connections: number,
  payload: Payload,
): Promise<number> {
  let count = 0;
  const startedMs = performance.now();
  const endsAtMs = startedMs + DURATION_MS;
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const size = method === "PUT" ? MIB : 0;
      const heads = Array.from({ length: KEYS_PER_CONNECTION }, (_, key) =>
        signedHead(port, method, `/${BUCKET}/${connection}-${key}`, size, payload),
      );
      const client = await Connection.open(port);
      for (let at = 0; performance.now() < endsAtMs; at++, count++) {
        const head = heads[at % heads.length];
        if (head) await client.exchange(head, (s) => size > 0 && s.write(BODY));
      }
      client.close();
    }),
  );
  return count / ((performance.now() - startedMs) / 1000);
}

/** Puts every key that is going to be read. */
async function fill({ port }: Server): Promise<void> {
  const client = await Connection.open(port);
  for (let connection = 0; connection < CONNECTIONS_MAX; connection++) {
    for (let key = 0; key < KEYS_PER_CONNECTION; key++) {
      const head = signedHead(port, "PUT", `/${BUCKET}/${connection}-${key}`, MIB, "unsigned");
      await client.exchange(head, (socket) => socket.write(BODY));
    }
  }
  client.close();
}

async function compare(
  servers: readonly [Server, Server],
  method: "PUT" | "GET",
  connections: number,
  payload: Payload,
): Promise<void> {
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const index of [0, 1] as const) {
      rates[index].push(await rate(servers[index], method, connections, payload));
    }
  }
  const [ours = 0, peer = 1] = rates.map((each) => each.toSorted((a, b) => a - b)[1] ?? 0);
  const what = `${method} 1 MiB, ${connections} connection${connections > 1 ? "s" : ""}, ${payload}`;
  console.log(
    `${what.padEnd(36)} ${ours.toFixed(0).padStart(5)}/s  bare node:http ${peer.toFixed(0).padStart(5)}/s  ratio ${(ours / peer).toFixed(2)}`,
  );
}

/** `VmHWM` of the process, in MB. */
function highestResidentMb({ process: { pid } }: Server): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1_000_000;
}

async function gibibyte(server: Server): Promise<void> {
  const { port } = server;
  const client = await Connection.open(port);
  const path = `/${BUCKET}/gibibyte`;
  const before = highestResidentMb(server);
  const putMs = performance.now();
  await client.exchange(
    signedHead(port, "PUT", path, GIB_PARTS * MIB, "unsigned"),
    async (socket) => {
      for (let i = 0; i < GIB_PARTS; i++) {
        if (!socket.write(BODY)) await new Promise((resolve) => socket.once("drain", resolve));
      }
    },
  );
  const getMs = performance.now();
  await client.exchange(signedHead(port, "GET", path, 0, "unsigned"), () => {});
  const endMs = performance.now();
  client.close();
  const speed = (ms: number) => `${(GIB_PARTS / (ms / 1000)).toFixed(0)} MiB/s`;
  console.log(
    `1 GiB: up ${speed(getMs - putMs)}, down ${speed(endMs - getMs)}; resident at most ${highestResidentMb(server).toFixed(0)} MB (${before.toFixed(0)} MB before; wanted: below 200)`,
  );
}

const [mode, peerDir] = process.argv.slice(2);
if (mode === "peer" && peerDir !== undefined) servePeer(peerDir);
else {
  const cache = join(import.meta.dirname, "../node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const dir = mkdtempSync(join(cache, "s3-objects-"));
  const bin = join(import.meta.dirname, "../packages/cli/bin/rolecast.js");
  const ports = ["--port", "0", "--rtmp-port", "0", "--rtmps-port", "0", "--srt-port", "0"];
  const ours = await start("Rolecast", [bin, "start", "--data", join(dir, "rolecast"), ...ports]);
  const peerArgs = [...process.execArgv, import.meta.filename, "peer", dir];
  const peer = await start("bare node:http", peerArgs);
  try {
    const client = await Connection.open(ours.port);
    await client.exchange(signedHead(ours.port, "PUT", `/${BUCKET}`, 0, "unsigned"), () => {});
    client.close();
    await gibibyte(ours);
    for (const server of [ours, peer]) await fill(server);
    for (const connections of [1, CONNECTIONS_MAX]) {
      await compare([ours, peer], "PUT", connections, "unsigned");
      await compare([ours, peer], "PUT", connections, "sdk");
      await compare([ours, peer], "GET", connections, "unsigned");
    }
    console.log("wanted: a ratio of at least 0.5");
  } finally {
    for (const server of [ours, peer]) server.process.kill("SIGTERM");
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
