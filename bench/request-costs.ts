import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import "./exit-by-signal.ts";
import { Connection } from "./request-costs/connection.ts";
import {
  ACCOUNTS,
  BUCKET,
  CONNECTIONS,
  KINDS,
  type Kind,
  ROOT,
  TRUST,
} from "./request-costs/kinds.ts";
import {
  end,
  type Peer,
  processorTime,
  residentMb,
  startBare,
  startRolecast,
} from "./request-costs/processes.ts";
import { Signer } from "./request-costs/signed-requests.ts";

/*
 * What a request of each kind costs one machine:
 * `npx tsx bench/request-costs.ts [OTHER_CHECKOUT] [--only NAMES] [--rounds N]`.
 *
 * Method: the built command, durable, in a folder on the disk, runs as a process; in the same run a
 * bare node:http server that writes an object's bytes to a file and forces it to the disk, and
 * answers forms with as many bytes as Rolecast, doing nothing for them; and a loop of SQLite's
 * commits, each forced to the disk. With the path of another built checkout, that
 * one runs too. A raw client sends signed requests over 8 keep-alive connections in windows of a
 * second, to one process after the other, in turn, round after round; the first round, whose
 * windows are longer, only warms up. Printed are the best rate, and the least processor time (user
 * and system, of Linux's `/proc/PID/task/TID/schedstat`) that a request took: of all threads, and
 * of the one that serves.
 * On a machine that others use too, processor time is the figure to compare, and beside another
 * checkout the median of the rounds' ratios. CreateRole makes 900
 * different roles in a window, CreateStack 80 stacks of five resources, each answered when it is
 * complete: its figure is a stack's, with all that was worked for it. "trailer" is what SDKs send
 * of a stream: aws-chunked with a CRC32
 * after it; "signed" what they send of a buffer over plain HTTP, whose SHA-256 they sign, with a
 * CRC32 before it. The start is from spawn to `Ready.` on a known data folder; idle memory is the
 * resident set 3 s later. `TMPDIR=/dev/shm` keeps all files in memory, where the disk is the limit.
 */
const WINDOW_MS = 1_000;
/** The first round's: V8 compiles what some thousand requests run. */
const WARM_UP_MS = 6_000;
const IDLE_MS = 3_000;
const STARTS = 5;

interface Sample {
  readonly perSecond: number;
  readonly mainUs: number;
  readonly allUs: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, rounds: { type: "string", default: "5" } },
});
const rounds = Number(values.rounds);
const here = join(import.meta.dirname, "..");
const cache = join(here, "node_modules/.cache");
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(process.env.TMPDIR ?? cache, "request-costs-"));
const config = join(folder, "rolecast.yml");
const accounts = ACCOUNTS.map(
  ({ id, key: { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey } }) =>
    `  - ${JSON.stringify({ id, rootAccessKeyId, rootSecretAccessKey })}`,
);
writeFileSync(config, ["accounts:", ...accounts, ""].join("\n"));
const trees = [["Rolecast", here] as const, ...positionals.map((path) => [path, path] as const)];

async function window(peer: Peer, kind: Kind, round: number): Promise<Sample> {
  const perConnection = Array.from({ length: CONNECTIONS }, (_, connection) =>
    kind.requests(peer.port, connection, round),
  );
  const clients = await Promise.all(perConnection.map(() => Connection.open(peer.port)));
  const before = processorTime(peer.process.pid);
  const startedMs = performance.now();
  const windowMs = round === 0 ? WARM_UP_MS : WINDOW_MS;
  let count = 0;
  await Promise.all(
    clients.map(async (client, connection) => {
      const requests = perConnection[connection] ?? [];
      const isOver = (at: number) =>
        kind.isOnce ? at >= requests.length : performance.now() - startedMs > windowMs;
      for (let at = 0; !isOver(at); at++, count++) {
        const request = requests[at % requests.length];
        if (request) await client.exchange(request);
      }
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const after = processorTime(peer.process.pid);
  for (const client of clients) client.close();
  return {
    perSecond: count / seconds,
    mainUs: (after.mainUs - before.mainUs) / count,
    allUs: (after.allUs - before.allUs) / count,
  };
}

function best(samples: readonly Sample[]): Sample {
  return {
    perSecond: Math.max(...samples.map(({ perSecond }) => perSecond)),
    mainUs: Math.min(...samples.map(({ mainUs }) => mainUs)),
    allUs: Math.min(...samples.map(({ allUs }) => allUs)),
  };
}

/** By how much one server's processor time differs from another's in the same round. */
function medianRatio(own: readonly Sample[] = [], other: readonly Sample[] = []): number {
  const ratios = own.map(({ allUs }, round) => allUs / (other[round]?.allUs ?? Number.NaN));
  return ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN;
}

function line(kind: string, name: string, { perSecond, mainUs, allUs }: Sample, more = ""): string {
  const rate = `${perSecond.toFixed(0)}/s`.padStart(9);
  const us = `${allUs.toFixed(1)} us`.padStart(11);
  const serving = `serving thread ${mainUs.toFixed(1)} us`;
  return `${kind.padEnd(26)} ${name.padEnd(24)} ${rate} ${us}, ${serving}${more}`;
}

async function measure(kind: Kind, servers: readonly Peer[], bare: Peer): Promise<void> {
  const peers = [...servers, bare];
  const [first] = servers;
  if (first) await teachAnswer(kind, first, bare);
  const samples = peers.map((): Sample[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < peers.length; turn++) {
      const index = (turn + round) % peers.length;
      const peer = peers[index];
      if (!peer) continue;
      const sample = await window(peer, kind, round);
      if (round > 0) samples[index]?.push(sample);
    }
  }
  const results = samples.map(best);
  const last = results.at(-1);
  const [own] = results;
  for (const [index, result] of results.entries()) {
    const rate = last && result !== last ? result.perSecond / last.perSecond : undefined;
    const beside =
      last && rate !== undefined
        ? `; of bare ${rate.toFixed(2)}, ${(last.allUs / result.allUs).toFixed(2)} by processor time`
        : "";
    const least = own && (own.allUs / result.allUs).toFixed(3);
    const median = medianRatio(samples[0], samples[index]).toFixed(3);
    const other =
      index > 0 && result !== last
        ? `; Rolecast takes ${least} of it, in the median of the rounds ${median}`
        : "";
    console.log(line(kind.name, peers[index]?.name ?? "", result, beside + other));
  }
  if (kind.wanted !== "") console.log(`${"".padEnd(26)} wanted: ${kind.wanted}`);
}

/** Has the bare server answer a form with as many bytes as a server does. */
async function teachAnswer(kind: Kind, server: Peer, bare: Peer): Promise<void> {
  // One that no connection of a window sends: a role is made once.
  const [request] = kind.requests(server.port, CONNECTIONS, 0);
  if (!request) return;
  const client = await Connection.open(server.port);
  const answer = Buffer.alloc(await client.exchange(request), "x");
  client.close();
  const teacher = await Connection.open(bare.port);
  const head = new Signer(bare.port, ROOT).head("PUT", "/answer", answer.length);
  await teacher.exchange(head, answer);
  teacher.close();
}

/** The best of as many windows as the requests have. */
function commitLoop(): { readonly perSecond: number; readonly processorUs: number } {
  const script = join(import.meta.dirname, "request-costs/commit-loop.ts");
  const args = [...process.execArgv, script, folder, String(WINDOW_MS)];
  const runs = Array.from({ length: rounds }, () =>
    JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })),
  ) as { readonly perSecond: number; readonly processorUs: number }[];
  return {
    perSecond: Math.max(...runs.map(({ perSecond }) => perSecond)),
    processorUs: Math.min(...runs.map(({ processorUs }) => processorUs)),
  };
}

async function starts(): Promise<void> {
  const figures = trees.map(() => ({ ms: [] as number[], processorMs: [] as number[] }));
  const idle: number[] = [];
  for (let run = 0; run <= STARTS; run++) {
    for (const [index, [name, tree]] of trees.entries()) {
      const peer = await startRolecast(name, tree, join(folder, `start-${index}`), config);
      const { allUs } = processorTime(peer.process.pid);
      if (run > 0) figures[index]?.ms.push(peer.startMs);
      if (run > 0) figures[index]?.processorMs.push(allUs / 1000);
      if (run === STARTS) {
        await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
        idle.push(residentMb(peer.process.pid));
      }
      await end(peer);
    }
  }
  for (const [index, { ms, processorMs }] of figures.entries()) {
    const start = `${Math.min(...ms).toFixed(0)} ms`;
    const processor = `${Math.min(...processorMs).toFixed(0)} ms of the processor`;
    const name = trees[index]?.[0].padEnd(24);
    const resident = `idle ${idle[index]?.toFixed(0)} MB`;
    console.log(`${"start".padEnd(26)} ${name} ${start}, ${processor}; ${resident}`);
  }
  console.log(`${"".padEnd(26)} wanted: 300 ms, 100 MB`);
}

async function prepare({ port }: Peer): Promise<void> {
  const signer = new Signer(port, ROOT);
  const client = await Connection.open(port);
  await client.exchange(signer.bucket(BUCKET));
  const role = { RoleName: "bench", AssumeRolePolicyDocument: TRUST };
  await client.exchange(signer.form("iam", { Action: "CreateRole", ...role }));
  client.close();
}

const only = values.only?.split(",");
const isWanted = (name: string) => !only || only.some((each) => name.includes(each));
const running: Peer[] = [];
try {
  for (const [index, [name, tree]] of trees.entries()) {
    const peer = await startRolecast(name, tree, join(folder, `data-${index}`), config);
    running.push(peer);
    await prepare(peer);
  }
  const bare = await startBare(folder);
  const servers = [...running];
  running.push(bare);
  for (const kind of KINDS) {
    if (isWanted(kind.name)) await measure(kind, servers, bare);
    if (kind.name !== "CreateRole" || !isWanted(kind.name)) continue;
    const { perSecond, processorUs } = commitLoop();
    const loop = `${perSecond.toFixed(0)}/s, ${processorUs.toFixed(1)} us`;
    console.log(`${"".padEnd(26)} ${"SQLite's commits".padEnd(24)} ${loop}`);
  }
} finally {
  for (const peer of running) await end(peer);
}
if (isWanted("start")) await starts();
rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
