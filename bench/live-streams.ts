/**
 * Measures what a live stream costs where many are live: `tsx bench/live-streams.ts
 * [--streams N]`. It takes two to three minutes, most of which it waits; what isn't live, or taken
 * over, within two minutes ends it.
 *
 * Method: three nodes on one PostgreSQL (without fsync), each a process of its own. Their encoders
 * are simulated: the engine gives its host the events of streams whose media there isn't, so that
 * only what surrounds media is measured. An account with 10,000 channels has 2,000 (`--streams`)
 * of them live on one node, an account with 1,000 has a tenth as many live on the second, and the
 * third has none. What is compared is processor time for each stream, which other programs on the
 * machine lengthen less than the time on the clock: of a node's thread that serves, and of its
 * connections in PostgreSQL.
 *
 * - `begin`: from the encoder's question to the stream's start, with its rows and events. All ask
 *   at once; the time on the clock is from the first question to the last stream's start.
 * - `ListStreams`: a page of 100, asked at the third node, which asks the streams' node for their
 *   viewers; the third one's time alone, since the other one is busy with its streams. Medians of
 *   the rounds, the first page and the last one.
 * - `a minute`: what a node uses in a minute in which nothing is asked, less what the third one
 *   uses: its lease, the measuring every five seconds, and the minute's rows of metrics.
 * - `take over`: the node is killed with -9; what the others use, and the time on the clock from
 *   the first stream that is ended to the last. `beat`: the longest that the counter of a living
 *   node stood still meanwhile; at 10 s the others would take it for dead.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ListStreamsCommand } from "@aws-sdk/client-ivs";
import pg from "pg";
import { startPostgres } from "../packages/server/src/storage/testing/postgres-server.ts";
import { type GrownAccount, grownAccounts } from "../test/support/grown-lists/accounts.ts";
import { clientsOf } from "../test/support/test-server.ts";
import "./exit-by-signal.ts";
import { DatabaseTime } from "./growth/database-time.ts";
import { threadTimeMs } from "./growth/thread-time.ts";
import { answerOf } from "./live-streams/answer.ts";
import { keyOf, seedChannels } from "./live-streams/channels.ts";

const CHANNELS = 10_000;
const LESS = 10;
const ROUNDS = 15;
const PAGE = 100;
const WINDOW_MS = 60_000;
const LOOK_MS = 250;
const BEGUN_LOOK_MS = 50;
const WAITED_MS = 120_000;

const { values: flags } = parseArgs({ options: { streams: { type: "string", default: "2000" } } });
const STREAMS = Number(flags.streams);
// The page that is measured is full on both sides.
if (!(STREAMS >= LESS * PAGE && STREAMS <= CHANNELS && STREAMS % (LESS * PAGE) === 0))
  throw new Error(`"${flags.streams}" streams: ${LESS * PAGE} to ${CHANNELS}, by ${LESS * PAGE}`);

interface Node {
  readonly name: string;
  readonly child: ChildProcess;
  readonly endpoint: string;
}

/** In milliseconds of processor time. */
interface Used {
  readonly nodeMs: number;
  readonly databaseMs: number;
}

const data = mkdtempSync(join(tmpdir(), "rolecast-live-"));
const postgres = await startPostgres();
const monitor = new pg.Client(postgres.url);
await monitor.connect();
const database = new DatabaseTime(monitor);
const accounts = grownAccounts(CHANNELS / LESS, CHANNELS);
const nodes: Node[] = [];
try {
  const [third, few, many] = [
    await startNode("third"),
    await startNode("few"),
    await startNode("many"),
  ];
  const sides = accounts.map((account, index) => ({
    account,
    node: index === 0 ? few : many,
    streams: index === 0 ? STREAMS / LESS : STREAMS,
  }));
  for (const { account } of sides) await seedChannels(account, monitor);
  await monitor.query("vacuum analyze");
  console.log(
    `| for each stream | ${sides.map((side) => side.streams).join(" live | ")} live | ratio |`,
  );
  console.log("| --- | --- | --- | --- |");
  print("begin", await inTurn(sides, begin));
  await monitor.query("vacuum analyze");
  for (const place of ["first", "last"] as const) {
    const used = await inTurn(sides, async ({ account, node, streams }) => {
      const { nodeMs, databaseMs } = await page(place, { account, node, streams }, third);
      return { nodeMs: nodeMs / PAGE, databaseMs: databaseMs / PAGE };
    });
    print(`ListStreams, ${place} page`, used);
  }
  print("a minute", await minute(sides, third));
  print("take over", await inTurn(sides, takeOver));
} finally {
  for (const { child } of nodes) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, "exit");
    child.disconnect();
    await ended;
  }
  await monitor.end();
  await postgres.remove();
  rmSync(data, { recursive: true, force: true });
}

interface Side {
  readonly account: GrownAccount;
  readonly node: Node;
  readonly streams: number;
}

async function inTurn<T>(sides: readonly Side[], run: (side: Side) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const side of sides) results.push(await run(side));
  return results;
}

function print(what: string, sides: readonly Used[]): void {
  const total = ({ nodeMs, databaseMs }: Used) => nodeMs + databaseMs;
  const cells = sides.map((used) => {
    const [node, inDatabase] = [used.nodeMs, used.databaseMs].map((ms) => ms.toFixed(3));
    return `${total(used).toFixed(3)} ms (node ${node}, database ${inDatabase})`;
  });
  const [less = Number.NaN, more = Number.NaN] = sides.map(total);
  console.log(`| ${what} | ${cells.join(" | ")} | ${(more / less).toFixed(2)} |`);
}

async function startNode(name: string): Promise<Node> {
  const child = fork(join(import.meta.dirname, "live-streams/node-process.ts"), [
    data,
    `${postgres.url}?application_name=${name}`,
    ...accounts.map(({ items }) => String(items)),
  ]);
  const endpoint = await answerOf(child);
  const node = { name, child, endpoint };
  nodes.push(node);
  return node;
}

async function used(...of: readonly Node[]): Promise<Used> {
  let [nodeMs, databaseMs] = [0, 0];
  for (const { name, child } of of) {
    nodeMs += threadTimeMs(child.pid);
    databaseMs += await database.usedMs(name);
  }
  return { nodeMs, databaseMs };
}

/** One after the other: they ask by one connection. */
async function usedByEach(all: readonly Node[]): Promise<readonly Used[]> {
  const each: Used[] = [];
  for (const node of all) each.push(await used(node));
  return each;
}

function between(before: Used, after: Used, parts = 1): Used {
  return {
    nodeMs: (after.nodeMs - before.nodeMs) / parts,
    databaseMs: (after.databaseMs - before.databaseMs) / parts,
  };
}

async function begin({ account, node, streams }: Side): Promise<Used> {
  const before = await used(node);
  const fromMs = performance.now();
  node.child.send(Array.from({ length: streams }, (_, index) => keyOf(account, index)));
  await answerOf(node.child);
  await allLive(account, streams);
  const tookS = ((performance.now() - fromMs) / 1000).toFixed(1);
  console.log(`| begin ${streams} at once: clock | ${tookS} s | | |`);
  return between(before, await used(node), streams);
}

/** Rows are written after encoders were let in. */
async function allLive(account: GrownAccount, streams: number): Promise<void> {
  const untilMs = performance.now() + WAITED_MS;
  for (let live = 0; live < streams; live = await openStreams(account)) {
    if (performance.now() > untilMs) throw new Error(`${live} of ${streams} streams are live`);
    await pause(BEGUN_LOOK_MS);
  }
}

async function page(
  place: "first" | "last",
  { account, streams }: Side,
  asked: Node,
): Promise<Used> {
  const { ivs } = clientsOf(asked.endpoint, account.key, "us-east-1");
  let nextToken: string | undefined;
  for (let left = place === "first" ? 0 : streams - PAGE; left > 0; left -= PAGE) {
    const input = { maxResults: PAGE, ...(nextToken === undefined ? {} : { nextToken }) };
    ({ nextToken } = await ivs.send(new ListStreamsCommand(input)));
  }
  const input = { maxResults: PAGE, ...(nextToken === undefined ? {} : { nextToken }) };
  const rounds: Used[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await used(asked);
    const { streams: listed = [] } = await ivs.send(new ListStreamsCommand(input));
    if (listed.length !== PAGE) throw new Error(`a page of ${listed.length} streams`);
    rounds.push(between(before, await used(asked)));
  }
  ivs.destroy();
  const middle = (part: keyof Used) =>
    rounds.map((one) => one[part]).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
  return { nodeMs: middle("nodeMs"), databaseMs: middle("databaseMs") };
}

/** All nodes at the same time. */
async function minute(sides: readonly Side[], idle: Node): Promise<readonly Used[]> {
  const all = [idle, ...sides.map(({ node }) => node)];
  const before = await usedByEach(all);
  const untilMs = performance.now() + WINDOW_MS;
  while (performance.now() < untilMs) {
    await pause(LOOK_MS * 4);
    await database.look();
  }
  const after = await usedByEach(all);
  const [base = { nodeMs: 0, databaseMs: 0 }, ...live] = all.map((_, index) =>
    between(
      before[index] ?? { nodeMs: 0, databaseMs: 0 },
      after[index] ?? { nodeMs: 0, databaseMs: 0 },
    ),
  );
  const [nodeMs, databaseMs] = [base.nodeMs, base.databaseMs].map((ms) => ms.toFixed(0));
  console.log(`| a node without streams, a minute | ${nodeMs} ms, database ${databaseMs} ms | | |`);
  return live.map((one, index) => between(base, one, sides[index]?.streams));
}

async function takeOver({ account, node, streams }: Side): Promise<Used> {
  const others = nodes.filter(
    ({ child }) => child !== node.child && child.exitCode === null && child.signalCode === null,
  );
  const ended = once(node.child, "exit");
  node.child.kill("SIGKILL");
  await ended;
  const beats = new Map<string, { beat: string; atMs: number }>();
  let [beganMs, stoodStillMs, before] = [0, 0, await used(...others)];
  const untilMs = performance.now() + WAITED_MS;
  for (;;) {
    const open = await openStreams(account);
    const nowMs = performance.now();
    if (nowMs > untilMs) throw new Error(`${open} of ${streams} streams aren't taken over`);
    if (beganMs === 0) {
      if (open < streams) beganMs = nowMs;
      else before = await used(...others);
    }
    for (const { node_id: id, beat } of await livingNodes()) {
      const known = beats.get(id);
      if (known?.beat !== beat) beats.set(id, { beat, atMs: nowMs });
      else if (beganMs > 0) stoodStillMs = Math.max(stoodStillMs, nowMs - known.atMs);
    }
    if (open === 0) break;
    await pause(LOOK_MS);
  }
  const tookMs = performance.now() - beganMs;
  const [tookS, stillS] = [tookMs, stoodStillMs].map((ms) => (ms / 1000).toFixed(1));
  console.log(`| take over ${streams}: clock | ${tookS} s; beat ${stillS} s | | |`);
  return between(before, await used(...others), streams);
}

async function openStreams({ id }: GrownAccount): Promise<number> {
  const { rows } = await monitor.query<{ count: string }>(
    `select count(*) from ivs_stream_sessions
      where account_id = $1 and ended_at_ms is null and started_at_ms is not null`,
    [id],
  );
  return Number(rows[0]?.count);
}

async function livingNodes(): Promise<readonly { node_id: string; beat: string }[]> {
  return (await monitor.query("select node_id, beat from ivs_nodes")).rows;
}
