import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { removeAtExit } from "../packages/server/src/kernel/testing/with-parent.ts";
import { Ceph } from "../test/support/ceph.ts";
import { clientsOf } from "../test/support/test-server.ts";
import "./exit-by-signal.ts";
import { measure, putFixed, removeNew, type Side, startProxy } from "./object-store/sides.ts";
import { Connection } from "./request-costs/connection.ts";
import { ROOT } from "./request-costs/kinds.ts";
import { end, type Peer, processorTime, startRolecast } from "./request-costs/processes.ts";
import { Signer } from "./request-costs/signed-requests.ts";

/*
 * Method: Debian's Ceph (a monitor, an OSD in memory, a gateway) and Rolecast with its objects'
 * bytes there run on one machine. The same raw client puts and gets objects of the gateway itself,
 * of the gateway through a proxy of bare node:http, and of Rolecast in turn, over 1, 8 and 64
 * keep-alive connections, two rounds; payloads are unsigned, as over HTTPS. The proxy's ratio is
 * what a second hop in Node costs at least. Each PUT is of a new key; after each side of a round
 * what it has put is removed, and Ceph's garbage collected; GETs read one object. A figure is the
 * time of a request, the better round of each; the ratios are those to the gateway's, and the last
 * columns the processor time of all of Rolecast's threads for a request. Before that some hundred
 * requests of each kind, of 1 KiB and 1 MiB, let V8 compile.
 *
 * The processors are shared by all of them. The OSD waits for no disk, so Rolecast's data are in
 * memory too; with the word `disk` they are on it, and each PUT waits for the commit of its row.
 * The word `short` leaves out 64 MiB and 64 connections; numbers are sizes in KiB to measure alone,
 * `over=1,8` the connections; `beside=FOLDER` measures another built checkout of Rolecast as well.
 * Objects of 1 KiB are kept in Rolecast's database, as by default (docs/adr/0043): 8 KiB is the
 * smallest of these sizes that goes to the store.
 */
const ROUNDS = 2;
const DURATION_MS = 3_000;
const WARM_CONNECTIONS = 8;
const WARM_ROUNDS = 2;
const RATIO_MAX = 1.25;
const KIB = 1024;
const MIB = KIB * KIB;
/** A window of PUTs ends earlier with so many bytes, if each connection has sent an object. */
const WINDOW_BYTES_MAX = 384 * MIB;
/** 64 objects of 64 MiB, some of them in the memory of Ceph twice, and what is read. */
const MEMORY_BYTES = 8 * KIB * MIB;
/** A window that takes longer waits for an OSD that is full, or for nothing. */
const WINDOW_MS_MAX = 180_000;
/** In the background, Rolecast removes the bytes of objects that were deleted. */
const REMOVAL_MS_MAX = 60_000;

const words = process.argv.slice(2);
const isShort = words.includes("short");
const beside = words.find((word) => word.startsWith("beside="))?.slice("beside=".length);
const givenSizes = words.map(Number).filter((kib) => kib > 0);
const SIZES = [KIB, 8 * KIB, MIB, ...(isShort ? [] : [64 * MIB])].filter(
  (bytes) => givenSizes.length === 0 || givenSizes.includes(bytes / KIB),
);
const over = words.find((word) => word.startsWith("over="))?.slice("over=".length);
const CONNECTIONS = over?.split(",").map(Number) ?? (isShort ? [1, 8] : [1, 8, 64]);

const MEMORY = "/dev/shm";
const isOnDisk = words.includes("disk") || !existsSync(MEMORY);
const dir = mkdtempSync(join(isOnDisk ? tmpdir() : MEMORY, "object-store-"));
removeAtExit(dir);
const ceph = await Ceph.start(MEMORY_BYTES);
const own = ceph.client();
const bytesBuckets: string[] = [];
const peers: Peer[] = [];
const bucket = "bench-objects";
const gatewayPort = Number(new URL(ceph.endpoint).port);
const proxy = await startProxy(gatewayPort);

async function startSide(name: string, tree: string): Promise<Side> {
  const config = join(dir, `${name}.yml`);
  const bytes = await ceph.createBucket();
  bytesBuckets.push(bytes);
  writeFileSync(config, JSON.stringify({ objects: ceph.objects(bytes) }));
  const peer = await startRolecast(name, tree, join(dir, name), config);
  peers.push(peer);
  const setup = await Connection.open(peer.port);
  await setup.exchange(new Signer(peer.port, ROOT).bucket(bucket));
  setup.close();
  const client = clientsOf(`http://127.0.0.1:${peer.port}`, ROOT, "us-east-1").s3;
  return { name, port: peer.port, key: ROOT, bucket, client, pid: peer.process.pid };
}

/** Objects of the store that are bytes of Rolecast's. */
async function blobs(): Promise<number> {
  let count = 0;
  for (const Bucket of bytesBuckets)
    count += (await own.send(new ListObjectsV2Command({ Bucket }))).KeyCount ?? 0;
  return count;
}

/** Resolves when a side's new objects take no memory of Ceph's any more. */
async function forget(side: Side, blobsBefore: number): Promise<void> {
  await removeNew(side);
  const untilMs = performance.now() + REMOVAL_MS_MAX;
  while ((await blobs()) > blobsBefore) {
    if (performance.now() > untilMs) throw new Error(`${side.name} keeps what was removed.`);
    await new Promise((go) => setTimeout(go, 200));
  }
  await ceph.collectGarbage();
}

/** Rejects when `window` takes too long, with what Ceph says of itself. */
async function inTime<R>(what: string, window: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(async () => {
      const health = await ceph.health().catch((error: Error) => error.message);
      reject(new Error(`${what} hasn't ended after ${WINDOW_MS_MAX} ms; Ceph: ${health}`));
    }, WINDOW_MS_MAX);
  });
  return Promise.race([window, late]).finally(() => clearTimeout(timer));
}

async function row(method: "PUT" | "GET", body: Buffer, connections: number): Promise<void> {
  const what = `${method} ${body.length / KIB} KiB, ${connections} at once`;
  const best = sides.map(() => Number.POSITIVE_INFINITY);
  const processorUs = sides.map(() => 0);
  const requests = sides.map(() => 0);
  const requestsMax = Math.max(connections, WINDOW_BYTES_MAX / body.length);
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, side] of sides.entries()) {
      const blobsBefore = await blobs();
      const usedBefore = side.pid === undefined ? 0 : processorTime(side.pid).allUs;
      const name = `${body.length}-${connections}-${round}`;
      const options = { method, body, connections, durationMs: DURATION_MS, requestsMax, name };
      const window = await inTime(`${what}, ${side.name}`, measure(side, options));
      if (side.pid !== undefined)
        processorUs[index] = (processorUs[index] ?? 0) + processorTime(side.pid).allUs - usedBefore;
      requests[index] = (requests[index] ?? 0) + window.requests;
      best[index] = Math.min(best[index] ?? 0, window.perRequestMs);
      if (method === "PUT") await forget(side, blobsBefore);
    }
  const [gateway = 1] = best;
  const times = sides.map(({ name }, index) => `${name} ${best[index]?.toFixed(2)}`).join(", ");
  const ratios = best.slice(1).map((each) => (each / gateway).toFixed(2));
  const costs = sides
    .map(({ pid }, at) => pid && ((processorUs[at] ?? 0) / (requests[at] ?? 1) / 1000).toFixed(2))
    .filter((cost) => cost !== undefined);
  const figures = `${times} ms  ratios ${ratios.join(" ")}  processor ${costs.join(" ")} ms`;
  console.log(`${what.padEnd(26)} ${figures}`);
}

const sides: Side[] = [];
try {
  await ceph.createBucket(bucket);
  const direct = { key: ceph.credentials, bucket, client: own };
  sides.push({ ...direct, name: "gateway", port: gatewayPort });
  sides.push({ ...direct, name: "proxy", port: proxy.port });
  if (beside !== undefined) sides.push(await startSide("before", beside));
  sides.push(await startSide("Rolecast", join(import.meta.dirname, "..")));
  for (const sizeBytes of [KIB, MIB])
    for (const side of sides) {
      const body = Buffer.alloc(sizeBytes);
      await putFixed(side, body);
      const blobsBefore = await blobs();
      const common = { body, connections: WARM_CONNECTIONS, durationMs: DURATION_MS };
      for (let round = 0; round < WARM_ROUNDS; round++)
        for (const method of ["PUT", "GET"] as const) {
          const options = { ...common, method, requestsMax: WINDOW_BYTES_MAX / MIB };
          await inTime("warming up", measure(side, { ...options, name: `warm-${round}` }));
        }
      await forget(side, blobsBefore);
    }
  for (const sizeBytes of SIZES) {
    const body = Buffer.alloc(sizeBytes, "0123456789abcdef");
    for (const side of sides) await putFixed(side, body);
    for (const method of ["PUT", "GET"] as const)
      for (const connections of CONNECTIONS) await row(method, body, connections);
  }
  const load = loadavg()[0]?.toFixed(0);
  console.log(`wanted: a ratio of at most ${RATIO_MAX}; load of the machine ${load}`);
} finally {
  for (const { client } of sides) client.destroy();
  for (const peer of peers) await end(peer);
  proxy.child.kill();
  await ceph.close();
}
