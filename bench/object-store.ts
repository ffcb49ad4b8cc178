import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { freemem, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
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
 * what it has put is removed, and Ceph's garbage collected. GETs read one object ("again"), which
 * Rolecast has in memory after two of them, or one object after the other of a set ("in turn"),
 * begun again at its end, with the same method on all sides. The set is larger than Rolecast's
 * memory for such objects (docs/adr/0046), which is 8 MiB here instead of 64 so that the set can be
 * small, too; objects of 64 MiB are never kept. A figure is the
 * time of a request, the better round of each; the ratios are those to the gateway's, and the last
 * columns the processor time of all of Rolecast's threads for a request, and the share of GETs that
 * came from its memory. Before that some hundred requests of each kind, of 1 KiB and 1 MiB, let V8
 * compile.
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
/** The largest object that may be kept is an eighth of it. */
const CACHE_BYTES = 8 * MIB;
/** The objects that are read in turn have so many bytes together. */
const SET_BYTES = 64 * MIB;
const SET_OBJECTS_MIN = 4;
const SET_OBJECTS_MAX = 2_048;
/** A window of PUTs ends earlier with so many bytes, if each connection has sent an object. */
const WINDOW_BYTES_MAX = 384 * MIB;
/** 64 objects of 64 MiB, some of them in the memory of Ceph twice, and what is read. */
const MEMORY_BYTES = 8 * KIB * MIB;
/** A row of such PUTs begins with so much free: where memory ends, a neighbour may be killed. */
const FREE_BYTES_MIN = 14 * KIB * MIB;
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
  // An earlier build refuses what it doesn't know.
  const cache = tree === beside ? {} : { cacheBytes: CACHE_BYTES };
  writeFileSync(config, JSON.stringify({ objects: { ...ceph.objects(bytes), ...cache } }));
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
    for await (const page of paginateListObjectsV2({ client: own }, { Bucket }))
      count += page.KeyCount ?? 0;
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

interface Kind {
  readonly name: string;
  readonly method: "PUT" | "GET";
  /** Objects that are read in turn. */
  readonly objects: number;
}

function kindsOf(sizeBytes: number): readonly Kind[] {
  return [
    { name: "PUT", method: "PUT", objects: 1 },
    { name: "GET again", method: "GET", objects: 1 },
    { name: "GET in turn", method: "GET", objects: setOf(sizeBytes) },
  ];
}

function setOf(sizeBytes: number): number {
  return Math.min(SET_OBJECTS_MAX, Math.max(SET_OBJECTS_MIN, SET_BYTES / sizeBytes));
}

/** Reads that a side has answered from memory so far. */
async function hitsOf({ port, pid }: Side): Promise<number> {
  if (pid === undefined) return 0;
  const answer = await fetch(`http://127.0.0.1:${port}/_rolecast/health`);
  const facts = (await answer.json()) as { s3: { objectStore: { cache?: { hits: number } } } };
  return facts.s3.objectStore.cache?.hits ?? 0;
}

async function row({ name: kind, method, objects }: Kind, body: Buffer, connections: number) {
  const what = `${kind} ${body.length / KIB} KiB, ${connections} at once`;
  const best = sides.map(() => Number.POSITIVE_INFINITY);
  const processorUs = sides.map(() => 0);
  const requests = sides.map(() => 0);
  const hits = sides.map(() => 0);
  let refusals = 0;
  const requestsMax = Math.max(connections, WINDOW_BYTES_MAX / body.length);
  const isLarge = method === "PUT" && connections * body.length > 2 * WINDOW_BYTES_MAX;
  if (isLarge && freemem() < FREE_BYTES_MIN) {
    console.log(
      `${what.padEnd(34)} left out: ${Math.floor(freemem() / MIB)} MiB of memory are free`,
    );
    return;
  }
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, side] of sides.entries()) {
      const blobsBefore = await blobs();
      const usedBefore = side.pid === undefined ? 0 : processorTime(side.pid).allUs;
      const name = `${body.length}-${connections}-${round}`;
      const first = nextReads.get(side) ?? 0;
      const window = { method, objects, first, body, connections, durationMs: DURATION_MS };
      const options = { ...window, requestsMax, name };
      const hitsBefore = await hitsOf(side);
      const measured = await inTime(`${what}, ${side.name}`, measure(side, options));
      if (side.pid !== undefined)
        processorUs[index] = (processorUs[index] ?? 0) + processorTime(side.pid).allUs - usedBefore;
      requests[index] = (requests[index] ?? 0) + measured.requests;
      refusals += measured.refusals;
      nextReads.set(side, first + measured.requests);
      hits[index] = (hits[index] ?? 0) + (await hitsOf(side)) - hitsBefore;
      best[index] = Math.min(best[index] ?? 0, measured.perRequestMs);
      if (method === "PUT") await forget(side, blobsBefore);
    }
  const [gateway = 1] = best;
  const times = sides.map(({ name }, index) => `${name} ${best[index]?.toFixed(2)}`).join(", ");
  const ratios = best.slice(1).map((each) => (each / gateway).toFixed(2));
  const costs = sides
    .map(({ pid }, at) => pid && ((processorUs[at] ?? 0) / (requests[at] ?? 1) / 1000).toFixed(2))
    .filter((cost) => cost !== undefined);
  const shares = sides
    .map(({ pid }, at) => pid && `${((100 * (hits[at] ?? 0)) / (requests[at] ?? 1)).toFixed(0)} %`)
    .filter((share) => share !== undefined);
  const memory = method === "GET" ? `  from memory ${shares.join(" ")}` : "";
  const figures = `${times} ms  ratios ${ratios.join(" ")}  processor ${costs.join(" ")} ms`;
  const refused = refusals > 0 ? `  ${refusals} sent again after 503` : "";
  console.log(`${what.padEnd(34)} ${figures}${memory}${refused}`);
}

const sides: Side[] = [];
/** A window goes on where the one before it ended, so that no object is read again soon. */
const nextReads = new Map<Side, number>();
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
      await inTime("warming up", putFixed(side, body, 1));
      const blobsBefore = await blobs();
      const window = {
        objects: 1,
        first: 0,
        connections: WARM_CONNECTIONS,
        durationMs: DURATION_MS,
      };
      const common = { ...window, body };
      for (let round = 0; round < WARM_ROUNDS; round++)
        for (const method of ["PUT", "GET"] as const) {
          const options = { ...common, method, requestsMax: WINDOW_BYTES_MAX / MIB };
          await inTime("warming up", measure(side, { ...options, name: `warm-${round}` }));
        }
      await forget(side, blobsBefore);
    }
  for (const sizeBytes of SIZES) {
    const body = Buffer.alloc(sizeBytes, "0123456789abcdef");
    const objects = setOf(sizeBytes);
    for (const side of sides)
      await inTime(`${objects} objects, ${side.name}`, putFixed(side, body, objects));
    for (const kind of kindsOf(sizeBytes))
      for (const connections of CONNECTIONS) await row(kind, body, connections);
  }
  const load = loadavg()[0]?.toFixed(0);
  console.log(`wanted: a ratio of at most ${RATIO_MAX}; load of the machine ${load}`);
} finally {
  for (const { client } of sides) client.destroy();
  for (const peer of peers) await end(peer);
  proxy.child.kill();
  await ceph.close();
}
