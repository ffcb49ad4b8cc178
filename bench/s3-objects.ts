import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import "./exit-by-signal.ts";
import { Recorder } from "./recording/recorder.ts";
import { Connection } from "./request-costs/connection.ts";
import { BODY, BUCKET, CONNECTIONS, ROOT } from "./request-costs/kinds.ts";
import { end, type Peer, startBare, startRolecast } from "./request-costs/processes.ts";
import { type Payload, Signer } from "./request-costs/signed-requests.ts";

/*
 * Method: Rolecast and a bare node:http server that writes the same bytes to files (with fsync) and
 * reads them run as processes of their own, on the same disk. The same raw client puts and gets
 * objects of 1 MiB (16 of a connection, over and over) over 1 and over 8 keep-alive connections,
 * the two servers in turn, three rounds; figures are medians. Rolecast authenticates, decides,
 * digests (MD5, and the checksum), and keeps a row per object. "signed" is what SDKs send over
 * plain HTTP: a signed SHA-256 and a CRC32 of the body; "unsigned" leaves the payload out of the
 * signature, as over HTTPS. At the end: the highest resident memory of Rolecast's process after 1
 * GiB up and down. The processor time of a request: `request-costs.ts`.
 */
const ROUNDS = 3;
const DURATION_MS = 2_000;
const KEYS_PER_CONNECTION = 16;
const GIB_PARTS = 1024;

async function rate(
  { port }: Peer,
  method: "PUT" | "GET",
  connections: number,
  payload: Payload,
): Promise<number> {
  const signer = new Signer(port, ROOT);
  let count = 0;
  const startedMs = performance.now();
  const endsAtMs = startedMs + DURATION_MS;
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const requests = Array.from({ length: KEYS_PER_CONNECTION }, (_, key) => {
        const path = `/${BUCKET}/${connection}-${key}`;
        return method === "PUT" ? signer.put(path, BODY, payload) : signer.head("GET", path, 0);
      });
      const client = await Connection.open(port);
      for (let at = 0; performance.now() < endsAtMs; at++, count++) {
        const request = requests[at % requests.length];
        if (request) await client.exchange(request);
      }
      client.close();
    }),
  );
  return count / ((performance.now() - startedMs) / 1000);
}

/** Puts every key that is going to be read. */
async function fill({ port }: Peer): Promise<void> {
  const signer = new Signer(port, ROOT);
  const client = await Connection.open(port);
  for (let connection = 0; connection < CONNECTIONS; connection++) {
    for (let key = 0; key < KEYS_PER_CONNECTION; key++) {
      const path = `/${BUCKET}/${connection}-${key}`;
      await client.exchange(signer.head("PUT", path, BODY.length), BODY);
    }
  }
  client.close();
}

async function compare(
  servers: readonly [Peer, Peer],
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
  const plural = connections > 1 ? "s" : "";
  const what = `${method} 1 MiB, ${connections} connection${plural}, ${payload}`;
  const figures = `${ours.toFixed(0).padStart(5)}/s  bare node:http ${peer.toFixed(0).padStart(5)}/s`;
  record.add({
    ...{ name: what, value: ours, unit: "requests/s" },
    beside: { name: "a bare node:http", value: peer },
  });
  console.log(`${what.padEnd(36)} ${figures}  ratio ${(ours / peer).toFixed(2)}`);
}

/** `VmHWM` of the process, in MB. */
function highestResidentMb({ process: { pid } }: Peer): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1_000_000;
}

async function gibibyte(server: Peer): Promise<void> {
  const { port } = server;
  const signer = new Signer(port, ROOT);
  const client = await Connection.open(port);
  const path = `/${BUCKET}/gibibyte`;
  const before = highestResidentMb(server);
  const putMs = performance.now();
  const head = signer.head("PUT", path, GIB_PARTS * BODY.length);
  await client.exchange(head, ...Array<Buffer>(GIB_PARTS).fill(BODY));
  const getMs = performance.now();
  await client.exchange(signer.head("GET", path, 0));
  const endMs = performance.now();
  client.close();
  const speed = (ms: number) => `${(GIB_PARTS / (ms / 1000)).toFixed(0)} MiB/s`;
  const highest = `resident at most ${highestResidentMb(server).toFixed(0)} MB`;
  const wanted = `(${before.toFixed(0)} MB before; wanted: below 200)`;
  const speeds = `up ${speed(getMs - putMs)}, down ${speed(endMs - getMs)}`;
  console.log(`1 GiB: ${speeds}; ${highest} ${wanted}`);
}

const record = await Recorder.begin("s3-objects");
const cache = join(import.meta.dirname, "../node_modules/.cache");
mkdirSync(cache, { recursive: true });
const dir = mkdtempSync(join(process.env.TMPDIR ?? cache, "s3-objects-"));
const ours = await startRolecast(
  "Rolecast",
  join(import.meta.dirname, ".."),
  join(dir, "rolecast"),
);
const peer = await startBare(dir);
try {
  const client = await Connection.open(ours.port);
  await client.exchange(new Signer(ours.port, ROOT).bucket(BUCKET));
  client.close();
  await gibibyte(ours);
  for (const server of [ours, peer]) await fill(server);
  for (const connections of [1, CONNECTIONS]) {
    await compare([ours, peer], "PUT", connections, "unsigned");
    await compare([ours, peer], "PUT", connections, "signed");
    await compare([ours, peer], "GET", connections, "unsigned");
  }
  console.log("wanted: a ratio of at least 0.65");
} finally {
  for (const server of [ours, peer]) await end(server);
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
await record.write();
