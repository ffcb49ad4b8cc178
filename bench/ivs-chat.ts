/**
 * Chat rooms: `npx tsx bench/ivs-chat.ts [IDLE_CONNECTIONS]`, 10,000 by default, after `npm run
 * build`.
 *
 * The built command runs with its database on the disk. First, connections that do nothing: the
 * resident set of the server with all of them, 3 s after the last. Then one room of 1,000 members
 * in which four of them send 20 messages a second, which all members get: the time from the
 * write of a message to its arrival at each member, with 20,000 arrivals a second in the process
 * that measures. Beside it, in turns within the same run, a bare `ws` server that makes one JSON of
 * a message and sends it to the same number of clients: the processor time of both (Linux's
 * schedstat, all threads) for a delivery. Needs 21,000 open files (`ulimit -n`).
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ivschat } from "@aws-sdk/client-ivschat";
import { withParent } from "../packages/server/src/kernel/testing/with-parent.ts";
import { startServerProcess } from "../test/support/server-process.ts";
import { ChatClient } from "./ivs-chat/chat-client.ts";
import { pause } from "./media-ingest/bench-processes.ts";
import { percentile, verdict } from "./media-ingest/figures.ts";
import { Recorder } from "./recording/recorder.ts";
import { processorTime, residentMb } from "./request-costs/processes.ts";

const IDLE = Number(process.argv[2] ?? 10_000);
const IDLE_LIMIT_MB = 250;
const MEMBERS = 1_000;
const PER_SECOND = 20;
/** A connection may make 10 requests a second: a busy machine bunches them. */
const SENDERS = 4;
const P99_LIMIT_MS = 100;
const COST_LIMIT = 1.2;
const WINDOW_MS = 5_000;
const ROUNDS = 4;
/** Handshakes and calls under way at a time. */
const AT_ONCE = 50;

const record = await Recorder.begin("ivs-chat");
const data = mkdtempSync(join(tmpdir(), "rolecast-bench-chat-"));
const server = await startServerProcess(["--data", data, "--max-connections", "100000"]);
const port = Number(new URL(server.endpoint).port);
const chat = new Ivschat({
  ...{ endpoint: server.endpoint, region: "us-east-1", maxAttempts: 1 },
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});
const program = join(import.meta.dirname, "ivs-chat/bare-broadcast.ts");
const bare = spawn(...withParent(process.execPath, [...process.execArgv, program]), {
  stdio: ["ignore", "pipe", "inherit"],
});
const barePort = await new Promise<number>((resolve) => {
  bare.stdout.on("data", (chunk) => resolve(Number(/:(\d+)\n/.exec(String(chunk))?.[1])));
});

async function openAll(count: number, open: () => Promise<ChatClient>): Promise<ChatClient[]> {
  const clients: ChatClient[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, open);
    clients.push(...(await Promise.all(some)));
  }
  return clients;
}

async function roomOf(name: string) {
  const { arn = "" } = await chat.createRoom({ name, maximumMessageRatePerSecond: 100 });
  const capabilities = ["SEND_MESSAGE" as const];
  return async () => {
    const given = { roomIdentifier: arn, userId: "bench", capabilities };
    const { token } = await chat.createChatToken(given);
    return ChatClient.open(port, token);
  };
}

/** Sends for a while; gives the delays of arrivals and the processor time of the server. */
async function window(pid: number | undefined, clients: readonly ChatClient[], round: string) {
  const sentMs = new Map<string, number>();
  const delays: number[] = [];
  for (const client of clients)
    client.onContent = (content) => {
      const atMs = sentMs.get(content);
      if (atMs !== undefined) delays.push(performance.now() - atMs);
    };
  const before = processorTime(pid).allUs;
  const count = (WINDOW_MS / 1_000) * PER_SECOND;
  for (let index = 0; index < count; index++) {
    const Content = `${round}x${index}`;
    sentMs.set(Content, performance.now());
    const request = { Action: "SEND_MESSAGE", RequestId: "r", Content };
    clients[index % SENDERS]?.send(JSON.stringify(request));
    await pause(1_000 / PER_SECOND);
  }
  const wanted = count * clients.length;
  for (let waitedMs = 0; delays.length < wanted && waitedMs < 5_000; waitedMs += 50)
    await pause(50);
  return { delays, us: processorTime(pid).allUs - before, wanted };
}

async function idle(): Promise<void> {
  const emptyMb = residentMb(server.pid);
  const clients = await openAll(IDLE, await roomOf("idle"));
  await pause(3_000);
  const mb = residentMb(server.pid);
  record.add({ name: `${IDLE} idle connections`, value: mb, unit: "MB" });
  const each = Math.round(((mb - emptyMb) * 1024) / IDLE);
  const before = `${Math.round(emptyMb)} MB before, ${each} KB each`;
  const limit = `limit ${IDLE_LIMIT_MB} MB): ${verdict(mb <= IDLE_LIMIT_MB)}`;
  console.log(`${IDLE} idle connections: ${Math.round(mb)} MB (${before}; ${limit}`);
  for (const client of clients) client.close();
  await pause(1_000);
}

async function fanOut(): Promise<void> {
  const ours = await openAll(MEMBERS, await roomOf("busy"));
  const theirs = await openAll(MEMBERS, () => ChatClient.open(barePort));
  const costs: [number[], number[]] = [[], []];
  const delays: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const own = await window(server.pid, ours, `a${round}`);
    const other = await window(bare.pid, theirs, `b${round}`);
    const [cost, otherCost] = [own.us / own.delays.length, other.us / other.delays.length];
    const [p99, otherP99] = [own, other].map((each) => percentile(each.delays, 0.99).toFixed(0));
    const arrived = `round ${round}: ${own.delays.length} of ${own.wanted} arrived`;
    const perDelivery = `${cost.toFixed(2)} us a delivery (bare ${otherCost.toFixed(2)})`;
    console.log(`${arrived}, p99 ${p99} ms (bare ${otherP99} ms), ${perDelivery}`);
    // V8 compiles in the first.
    if (round === 0) continue;
    costs[0].push(cost);
    costs[1].push(otherCost);
    delays.push(...own.delays);
  }
  const p99 = percentile(delays, 0.99);
  const p50 = percentile(delays, 0.5).toFixed(1);
  const limit = `(limit ${P99_LIMIT_MS}): ${verdict(p99 <= P99_LIMIT_MS)}`;
  console.log(`${MEMBERS} members, ${PER_SECOND} messages a second to all:`);
  console.log(`p50 ${p50} ms, p99 ${p99.toFixed(1)} ms ${limit}`);
  const [each, bareEach] = costs.map((all) => percentile(all, 0.5)) as [number, number];
  const ratio = each / bareEach;
  record.add({
    ...{ name: "a message to one of 1,000 members", value: each, unit: "µs of processor time" },
    beside: { name: "a bare ws broadcast", value: bareEach },
  });
  const cost = `${ratio.toFixed(2)} (limit ${COST_LIMIT}): ${verdict(ratio <= COST_LIMIT)}`;
  console.log(`processor time of a delivery beside a bare ws broadcast: ${cost}`);
  for (const client of [...ours, ...theirs]) client.close();
}

try {
  await idle();
  await fanOut();
} finally {
  bare.kill();
  await server.stop();
  rmSync(data, { recursive: true, force: true });
}
await record.write();
