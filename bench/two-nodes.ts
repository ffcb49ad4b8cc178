/**
 * Measures what two nodes that share a database carry: `tsx bench/two-nodes.ts [NAME]
 * [--rounds N] [--streams N]`. Half as many of each, `--rounds 7 --streams 100`, end in less than
 * four minutes on a machine that does nothing else.
 *
 * Method: two nodes share one PostgreSQL (without fsync); two others have one each, so that
 * neither knows of another node: they are one node, twice. All are processes of their own; of each
 * two, one is on one core and one on another (`taskset`). A raw client sends signed reads over 4
 * keep-alive connections to each of two nodes at the same time, to the two that are apart and to
 * the two that share in turn, so that the machine is as busy for both; some thousand requests
 * before that warm up. Streams are begun by simulated encoders, in the same way; the first round
 * of them warms up, and each round's streams end before the next one: what live streams cost by
 * themselves, their samples above all, would grow with the rounds, and with how long these take.
 *
 * Measured are the processor times of the nodes, all threads, and of their connections in
 * PostgreSQL, of which a request's part is printed, medians of the rounds. Derived are the last two
 * columns. A core serves as many requests in a second as their cost on it goes into one: nodes that
 * share carry twice the cost of those apart, divided by their own. And a core of PostgreSQL feeds
 * as many cores of nodes as the database's part of a request goes into the node's. Rates aren't
 * compared: client, database and two nodes need four cores, to show 1.8 times a rate. NAME: only
 * what contains it. What isn't live, or over, within two minutes ends the run.
 */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import pg from "pg";
import {
  type PostgresServer,
  startPostgres,
} from "../packages/server/src/storage/testing/postgres-server.ts";
import { grownAccounts } from "../test/support/grown-lists/accounts.ts";
import { clientsOf } from "../test/support/test-server.ts";
import "./exit-by-signal.ts";
import { DatabaseTime } from "./growth/database-time.ts";
import { load } from "./http-load.ts";
import { type Caller, prepareAccount } from "./iam-requests/callers.ts";
import { answerOf } from "./live-streams/answer.ts";
import { keyOf, seedChannels } from "./live-streams/channels.ts";
import { Signer } from "./request-costs/signed-requests.ts";

const CONNECTIONS = 4;
const WINDOW_MS = 1_500;
/** V8 compiles what some thousand requests run. */
const WARM_UP = 2_000;
const WARM_UP_MS = 10_000;
const WAITED_MS = 120_000;
const BEGUN_AT_ONCE = 50;
const LOOK_MS = 50;
const BEGIN = "a stream begins";
const Bucket = "nodes";
const Key = "small";
const KINDS: Readonly<Record<string, (signer: Signer, caller: Caller) => Buffer>> = {
  GetRole: (signer, { roleArn }) =>
    signer.form("iam", { Action: "GetRole", RoleName: roleArn.split("/").at(-1) ?? "" }),
  "GetObject, 1 KiB": (signer) => signer.head("GET", `/${Bucket}/${Key}`, 0),
};

interface Database {
  readonly server: PostgresServer;
  readonly monitor: pg.Client;
  readonly time: DatabaseTime;
  readonly data: string;
}

interface Node {
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
  readonly database: Database;
  readonly caller: Caller;
  /** The first of the channels that this node begins: those that share have half each. */
  readonly streamsFrom: number;
}

/** For each request or stream, in microseconds. */
interface Cost {
  readonly nodeUs: number;
  readonly databaseUs: number;
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // A stream that begins costs half as much in one round as in another.
    rounds: { type: "string", default: "15" },
    streams: { type: "string", default: "200" },
  },
});
const [wanted = ""] = positionals;
const ROUNDS = sizeOf(flags.rounds, 1);
const STREAMS = sizeOf(flags.streams, BEGUN_AT_ONCE);
const [account] = grownAccounts(2 * (ROUNDS + 1) * STREAMS);
if (!account) throw new Error("no account");
const { items, key } = account;
const root = mkdtempSync(join(tmpdir(), "rolecast-nodes-"));
const databases: Database[] = [];
const nodes: Node[] = [];
try {
  const apart = [
    await startNode(await startDatabase(), 0),
    await startNode(await startDatabase(), 1),
  ];
  const shared = await startDatabase();
  const together = [await startNode(shared, 0), await startNode(shared, 1)];
  const sides = [apart, together];
  console.log("| | apart: node, database | sharing: node, database | two carry | one core feeds |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const [kind, requestOf] of Object.entries(KINDS)) {
    if (!kind.includes(wanted)) continue;
    for (const side of sides) await ask(side, requestOf, WARM_UP);
    await compare(kind, sides, (side) => ask(side, requestOf));
  }
  if (BEGIN.includes(wanted)) {
    for (const side of sides) await begin(side, ROUNDS);
    await compare(BEGIN, sides, begin);
  }
} finally {
  for (const { child } of nodes) {
    const ended = once(child, "exit");
    child.disconnect();
    await ended;
  }
  for (const { server, monitor } of databases) {
    await monitor.end();
    await server.remove();
  }
  rmSync(root, { recursive: true, force: true });
}

async function startDatabase(): Promise<Database> {
  const server = await startPostgres();
  const monitor = new pg.Client(server.url);
  await monitor.connect();
  const data = join(root, String(databases.length));
  const database = { server, monitor, time: new DatabaseTime(monitor), data };
  databases.push(database);
  return database;
}

/** The first one of its database prepares it. */
async function startNode(database: Database, core: number): Promise<Node> {
  const { server, monitor, data } = database;
  const name = `node-${nodes.length}`;
  const program = join(import.meta.dirname, "live-streams/node-process.ts");
  const child = fork(program, [data, `${server.url}?application_name=${name}`, String(items)]);
  const endpoint = await answerOf(child);
  execFileSync("taskset", ["-a", "-c", "-p", String(core), String(child.pid)]);
  const other = nodes.find((node) => node.database === database);
  const caller = other?.caller ?? (await prepare(endpoint, monitor));
  const streamsFrom = other ? items / 2 : 0;
  const node = { name, child, port: Number(new URL(endpoint).port), database, caller, streamsFrom };
  nodes.push(node);
  return node;
}

async function prepare(endpoint: string, monitor: pg.Client): Promise<Caller> {
  await seedChannels({ id: account?.id ?? "", key, items }, monitor);
  const caller = await prepareAccount(endpoint, { id: account?.id ?? "", key });
  const { s3 } = clientsOf(endpoint, key, "us-east-1");
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.alloc(1_024) }));
  s3.destroy();
  return caller;
}

async function compare(
  kind: string,
  [apart = [], together = []]: readonly (readonly Node[])[],
  measure: (side: readonly Node[], round: number) => Promise<Cost>,
): Promise<void> {
  const [ones, twos]: [Cost[], Cost[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ones.push(await measure(apart, round));
    twos.push(await measure(together, round));
  }
  const [one, two] = [medianOf(ones), medianOf(twos)];
  const text = ({ nodeUs, databaseUs }: Cost) =>
    `${nodeUs.toFixed(0)} us, ${databaseUs.toFixed(0)} us`;
  const carry = ((2 * one.nodeUs) / two.nodeUs).toFixed(2);
  const fed = (two.nodeUs / two.databaseUs).toFixed(1);
  console.log(`| ${kind} | ${text(one)} | ${text(two)} | ${carry} x | ${fed} cores of nodes |`);
}

/** `requests` of each node, or as many as they answer in a window. */
async function ask(
  side: readonly Node[],
  requestOf: (signer: Signer, caller: Caller) => Buffer,
  requests?: number,
): Promise<Cost> {
  const before = await usedUs(side);
  const loads = await Promise.all(
    side.map(({ port, caller }) => {
      const one = requestOf(new Signer(port, caller.key), caller).toString("latin1");
      const request = requests === undefined ? one : Array<string>(requests).fill(one);
      const durationMs = requests === undefined ? WINDOW_MS : WARM_UP_MS;
      return load({ port, request, connections: CONNECTIONS, durationMs });
    }),
  );
  if (loads.some(({ failures }) => failures > 0)) throw new Error("a request failed");
  return costOf(before, await usedUs(side), sum(loads.map((each) => each.requests)));
}

async function begin(side: readonly Node[], round: number): Promise<Cost> {
  const before = await usedUs(side);
  await Promise.all(
    side.map(async (node) => {
      const first = node.streamsFrom + round * STREAMS;
      for (let done = 0; done < STREAMS; done += BEGUN_AT_ONCE) {
        const keys = Array.from({ length: BEGUN_AT_ONCE }, (_, index) => first + done + index);
        node.child.send(keys.map((index) => keyOf({ id: account?.id ?? "", key, items }, index)));
        await answerOf(node.child);
        await allLive(node, first, first + done + BEGUN_AT_ONCE);
      }
    }),
  );
  const cost = costOf(before, await usedUs(side), side.length * STREAMS);
  for (const { child } of side) {
    child.send("end");
    await answerOf(child);
  }
  for (const { database } of side) await noneLive(database);
  return cost;
}

async function noneLive({ monitor }: Database): Promise<void> {
  await untilCounted("streams that are over", async () => {
    const { rows } = await monitor.query<{ live: boolean }>(
      "select exists (select from ivs_stream_sessions where ended_at_ms is null) as live",
    );
    return rows[0]?.live === false;
  });
}

/** The channels from one to before another; seedChannels numbers them. */
async function allLive({ database }: Node, from: number, to: number): Promise<void> {
  await untilCounted("streams that are live", async () => {
    const { rows } = await database.monitor.query<{ count: string }>(
      `select count(*) from ivs_stream_sessions where started_at_ms is not null
        and substr(channel_id, 3)::int >= $1 and substr(channel_id, 3)::int < $2`,
      [from, to],
    );
    return Number(rows[0]?.count) === to - from;
  });
}

async function untilCounted(what: string, look: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + WAITED_MS;
  do {
    if (performance.now() > untilMs) throw new Error(`waited ${WAITED_MS} ms for ${what}`);
    await pause(LOOK_MS);
  } while (!(await look()));
}

/** A flag must be a number of times `step`. */
function sizeOf(text: string, step: number): number {
  const size = Number(text);
  if (Number.isInteger(size) && size > 0 && size % step === 0) return size;
  throw new Error(`"${text}" is no number of times ${step}`);
}

async function usedUs(side: readonly Node[]): Promise<Cost> {
  let [nodeUs, databaseUs] = [0, 0];
  for (const { child, name, database } of side) {
    nodeUs += processUs(child.pid);
    databaseUs += (await database.time.usedMs(name)) * 1_000;
  }
  return { nodeUs, databaseUs };
}

function costOf(before: Cost, after: Cost, requests: number): Cost {
  return {
    nodeUs: (after.nodeUs - before.nodeUs) / requests,
    databaseUs: (after.databaseUs - before.databaseUs) / requests,
  };
}

/** The time of all threads of a process. `/proc` counts in hundredths of a second. */
function processUs(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function medianOf(costs: readonly Cost[]): Cost {
  const middle = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return {
    nodeUs: middle(costs.map(({ nodeUs }) => nodeUs)),
    databaseUs: middle(costs.map(({ databaseUs }) => databaseUs)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
