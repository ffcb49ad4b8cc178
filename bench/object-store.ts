import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ceph } from "../test/support/ceph.ts";
import { Connection } from "./request-costs/connection.ts";
import { ROOT } from "./request-costs/kinds.ts";
import { end, processorTime, startRolecast } from "./request-costs/processes.ts";
import { type Key, Signer } from "./request-costs/signed-requests.ts";

/*
 * Method: Debian's Ceph (a monitor, an OSD in memory, a gateway) and Rolecast with its objects'
 * bytes there run on one machine. The same raw client puts and gets objects of the gateway itself
 * and of Rolecast in turn, over 1, 8 and 64 keep-alive connections, two rounds; payloads are
 * unsigned, as over HTTPS. A figure is the time of a request, the better round of each; the ratio
 * is Rolecast's to the gateway's. 64 MiB over 64 connections would be 4 GiB for each round, which
 * the OSD's memory doesn't hold, and is left out. The processors are shared by all four programs.
 * The OSD waits for no disk, so give Rolecast none either: TMPDIR=/dev/shm.
 */
const ROUNDS = 2;
const DURATION_MS = 3_000;
const RATIO_MAX = 1.25;
const KIB = 1024;
const CASES = [
  { sizeBytes: KIB, connections: [1, 8, 64] },
  { sizeBytes: KIB * KIB, connections: [1, 8, 64] },
  { sizeBytes: 64 * KIB * KIB, connections: [1, 8] },
];

interface Side {
  readonly port: number;
  readonly key: Key;
  readonly bucket: string;
}

/** Milliseconds that a request takes of the whole, with `connections` at work. */
async function time(
  { port, key, bucket }: Side,
  method: "PUT" | "GET",
  body: Buffer,
  connections: number,
): Promise<number> {
  const signer = new Signer(port, key);
  let count = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const path = `/${bucket}/${body.length}-${connection}`;
      const client = await Connection.open(port);
      const size = method === "PUT" ? body.length : 0;
      const head = signer.head(method, path, size);
      do {
        await (size > 0 ? client.exchange(head, body) : client.exchange(head));
        count++;
      } while (performance.now() - startedMs < DURATION_MS);
      client.close();
    }),
  );
  return (performance.now() - startedMs) / count;
}

const cache = join(import.meta.dirname, "../node_modules/.cache");
mkdirSync(cache, { recursive: true });
const dir = mkdtempSync(join(process.env.TMPDIR ?? cache, "object-store-"));
const ceph = await Ceph.start();
const config = join(dir, "rolecast.yml");
writeFileSync(config, JSON.stringify({ objects: ceph.objects(await ceph.createBucket()) }));
const tree = join(import.meta.dirname, "..");
const server = await startRolecast("Rolecast", tree, join(dir, "data"), config);
try {
  const bucket = "bench-objects";
  await ceph.createBucket(bucket);
  const setup = await Connection.open(server.port);
  await setup.exchange(new Signer(server.port, ROOT).bucket(bucket));
  setup.close();
  const gateway = { port: Number(new URL(ceph.endpoint).port), key: ceph.credentials, bucket };
  const sides: readonly Side[] = [gateway, { port: server.port, key: ROOT, bucket }];
  for (const { sizeBytes, connections } of CASES) {
    const body = Buffer.alloc(sizeBytes, "0123456789abcdef");
    for (const method of ["PUT", "GET"] as const) {
      for (const count of connections) {
        const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        const before = processorTime(server.process.pid).allUs;
        for (let round = 0; round < ROUNDS; round++)
          for (const [index, side] of sides.entries())
            best[index] = Math.min(best[index] ?? 0, await time(side, method, body, count));
        const busy = (processorTime(server.process.pid).allUs - before) / 1000;
        const [theirs = 1, ours = 0] = best;
        const what = `${method} ${sizeBytes / KIB} KiB, ${count} at once`;
        const figures = `gateway ${theirs.toFixed(2)} ms, Rolecast ${ours.toFixed(2)} ms`;
        const cpu = `${((busy / (ROUNDS * DURATION_MS)) * 100).toFixed(0)}% of a processor`;
        console.log(`${what.padEnd(26)} ${figures}  ratio ${(ours / theirs).toFixed(2)}  ${cpu}`);
      }
    }
  }
  console.log(`wanted: a ratio of at most ${RATIO_MAX}`);
} finally {
  await end(server);
  await ceph.close();
  rmSync(dir, { recursive: true, force: true });
}
