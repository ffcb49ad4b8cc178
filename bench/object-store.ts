import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { Ceph } from "../test/support/ceph.ts";
import { clientsOf } from "../test/support/test-server.ts";
import { Connection } from "./request-costs/connection.ts";
import { ROOT } from "./request-costs/kinds.ts";
import { end, processorTime, startRolecast } from "./request-costs/processes.ts";
import { type Key, Signer } from "./request-costs/signed-requests.ts";

/*
 * Method: Debian's Ceph (a monitor, an OSD in memory, a gateway) and Rolecast with its objects'
 * bytes there run on one machine. The same raw client puts and gets objects of the gateway itself
 * and of Rolecast in turn, and of the gateway through a proxy of bare node:http, over 1, 8 and 64
 * keep-alive connections, two rounds; payloads are unsigned, as over HTTPS. The proxy's ratio is
 * what a second hop in Node costs at least. Each PUT is of a new key, and what a row has put is
 * removed after it; GETs read one object for each connection. A figure is the time of a request,
 * the better round of each; the ratios are the proxy's and Rolecast's to the gateway's, and the
 * last column the processor time of all of Rolecast's threads for a request. 64 MiB over 64
 * connections would be 4 GiB for each round, which the OSD's memory doesn't hold, and is left out.
 * The processors are shared by all of them. The OSD waits for no disk, so Rolecast's data are in
 * memory too; with the word `disk` they are on it, and each PUT waits for the commit of its row.
 * The word `short` leaves out 64 MiB and 64 connections; numbers are sizes in KiB to measure alone.
 * Objects of 1 KiB are kept in Rolecast's database, as by default (docs/adr/0043): 8 KiB is the
 * smallest of these sizes that goes to the store.
 */
const ROUNDS = 2;
const DURATION_MS = 3_000;
const WARM_CONNECTIONS = 8;
const RATIO_MAX = 1.25;
const KIB = 1024;
/** A window of PUTs ends earlier with so many: the OSD is slow to forget what is removed. */
const WINDOW_BYTES_MAX = 384 * KIB * KIB;
const isShort = process.argv.includes("short");
const givenSizes = process.argv
  .slice(2)
  .map(Number)
  .filter((kib) => kib > 0);
const CASES = (
  isShort
    ? [KIB, 8 * KIB, KIB * KIB].map((sizeBytes) => ({ sizeBytes, connections: [1, 8] }))
    : [
        { sizeBytes: KIB, connections: [1, 8, 64] },
        { sizeBytes: 8 * KIB, connections: [1, 8, 64] },
        { sizeBytes: KIB * KIB, connections: [1, 8, 64] },
        { sizeBytes: 64 * KIB * KIB, connections: [1, 8] },
      ]
).filter(({ sizeBytes }) => givenSizes.length === 0 || givenSizes.includes(sizeBytes / KIB));

interface Side {
  readonly port: number;
  readonly key: Key;
  readonly bucket: string;
  readonly client: S3Client;
}

interface Window {
  readonly perRequestMs: number;
  readonly requests: number;
}

/** Sends requests for some time, with `connections` at work. `round` is part of new keys. */
async function measure(
  { port, key, bucket }: Side,
  method: "PUT" | "GET",
  body: Buffer,
  connections: number,
  round: string,
): Promise<Window> {
  const requestsMax = Math.max(connections, WINDOW_BYTES_MAX / body.length);
  const signer = new Signer(port, key);
  let requests = 0;
  const startedMs = performance.now();
  const isOpen = () =>
    performance.now() - startedMs < DURATION_MS && (method === "GET" || requests < requestsMax);
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const client = await Connection.open(port);
      const fixed = signer.head("GET", `/${bucket}/${fixedKey(body, connection)}`, 0);
      for (let count = 0; count === 0 || isOpen(); count++) {
        const path = `/${bucket}/new/${round}-${connection}-${count}`;
        if (method === "GET") await client.exchange(fixed);
        else await client.exchange(signer.head("PUT", path, body.length), body);
        requests++;
      }
      client.close();
    }),
  );
  return { perRequestMs: (performance.now() - startedMs) / requests, requests };
}

function fixedKey(body: Buffer, connection: number): string {
  return `${body.length}-${connection}`;
}

/** Puts the objects that are read. */
async function putFixed({ port, key, bucket }: Side, body: Buffer, connections: number) {
  const signer = new Signer(port, key);
  const client = await Connection.open(port);
  for (let connection = 0; connection < connections; connection++) {
    const path = `/${bucket}/${fixedKey(body, connection)}`;
    await client.exchange(signer.head("PUT", path, body.length), body);
  }
  client.close();
}

/** Removes what was put, so that it doesn't fill the OSD's memory. */
async function removeNew({ client, bucket: Bucket }: Side): Promise<void> {
  for (;;) {
    const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: "new/" }));
    const Objects = (listed.Contents ?? []).map(({ Key }) => ({ Key }));
    if (Objects.length === 0) return;
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
}

async function startProxy(gatewayPort: number) {
  const program = join(import.meta.dirname, "object-store/bare-proxy.ts");
  const args = ["--import", "tsx", program, String(gatewayPort)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = await once(child.stdout, "data");
  return { child, port: Number(printed) };
}

const MEMORY = "/dev/shm";
const isOnDisk = process.argv.includes("disk") || !existsSync(MEMORY);
const dir = mkdtempSync(join(isOnDisk ? tmpdir() : MEMORY, "object-store-"));
const ceph = await Ceph.start();
const config = join(dir, "rolecast.yml");
writeFileSync(config, JSON.stringify({ objects: ceph.objects(await ceph.createBucket()) }));
const tree = join(import.meta.dirname, "..");
const proxy = await startProxy(Number(new URL(ceph.endpoint).port));
const server = await startRolecast("Rolecast", tree, join(dir, "data"), config);
try {
  const bucket = "bench-objects";
  await ceph.createBucket(bucket);
  const setup = await Connection.open(server.port);
  await setup.exchange(new Signer(server.port, ROOT).bucket(bucket));
  setup.close();
  const own = ceph.client();
  const client = clientsOf(`http://127.0.0.1:${server.port}`, ROOT, "us-east-1").s3;
  const gatewayPort = Number(new URL(ceph.endpoint).port);
  const sides: readonly Side[] = [
    { port: gatewayPort, key: ceph.credentials, bucket, client: own },
    { port: proxy.port, key: ceph.credentials, bucket, client: own },
    { port: server.port, key: ROOT, bucket, client },
  ];
  // What isn't compiled yet costs several times as much.
  for (const method of ["PUT", "GET"] as const)
    for (const side of sides) {
      await putFixed(side, Buffer.alloc(KIB), WARM_CONNECTIONS);
      await measure(side, method, Buffer.alloc(KIB), WARM_CONNECTIONS, "warm");
    }
  for (const { sizeBytes, connections } of CASES) {
    const body = Buffer.alloc(sizeBytes, "0123456789abcdef");
    for (const side of sides) await putFixed(side, body, Math.max(...connections));
    for (const method of ["PUT", "GET"] as const) {
      for (const count of connections) {
        const best = sides.map(() => Number.POSITIVE_INFINITY);
        let processorUs = 0;
        let requests = 0;
        for (let round = 0; round < ROUNDS; round++)
          for (const [index, side] of sides.entries()) {
            const before = processorTime(server.process.pid).allUs;
            const name = `${sizeBytes}-${count}-${round}`;
            const window = await measure(side, method, body, count, name);
            best[index] = Math.min(best[index] ?? 0, window.perRequestMs);
            if (index < sides.length - 1) continue;
            processorUs += processorTime(server.process.pid).allUs - before;
            requests += window.requests;
            for (const each of sides) await removeNew(each);
          }
        const [theirs = 1, bare = 0, ours = 0] = best;
        const what = `${method} ${sizeBytes / KIB} KiB, ${count} at once`;
        const times = best.map((each) => each.toFixed(2));
        const figures = `gateway ${times[0]} ms, proxy ${times[1]} ms, Rolecast ${times[2]} ms`;
        const ratios = `ratios ${(bare / theirs).toFixed(2)} ${(ours / theirs).toFixed(2)}`;
        const cost = `${(processorUs / requests / 1000).toFixed(2)} ms of processor time`;
        console.log(`${what.padEnd(26)} ${figures}  ${ratios}  ${cost}`);
      }
    }
  }
  own.destroy();
  client.destroy();
  const load = loadavg()[0]?.toFixed(0);
  console.log(`wanted: a ratio of at most ${RATIO_MAX}; load of the machine ${load}`);
} finally {
  await end(server);
  proxy.child.kill();
  await ceph.close();
  rmSync(dir, { recursive: true, force: true });
}
