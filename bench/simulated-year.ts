/**
 * Measures what requests cost in a bucket with a year of recordings: `tsx bench/simulated-year.ts
 * [--millions N]`.
 *
 * Method: one server on a PostgreSQL of its own. A channel's recording is a hundred objects, so N
 * million objects are N * 10,000 recordings; their rows are copies by SQL of a row that the server
 * itself has written, with keys as IVS lays them out, and so are the rows of their streams. The
 * same requests are measured before these rows are there and after, with keys in their middle.
 * What is compared is processor time, of the server's thread that serves and of its connections in
 * PostgreSQL: the median of the rounds. Each row ends with the time on the clock. At the end: the
 * bytes that a row of each table takes, with its indexes.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { CreateChannelCommand, ListStreamSessionsCommand } from "@aws-sdk/client-ivs";
import * as s3 from "@aws-sdk/client-s3";
import pg from "pg";
import { startPostgres } from "../packages/server/src/storage/testing/postgres-server.ts";
import { grownAccounts } from "../test/support/grown-lists/accounts.ts";
import { clientsOf } from "../test/support/test-server.ts";
import "./exit-by-signal.ts";
import type { Used } from "./growth/server-process.ts";
import { threadTimeMs } from "./growth/thread-time.ts";

const ROUNDS = 30;
const RATIO_MAX = 2;
const BATCH = 250_000;
const OBJECTS_PER_RECORDING = 100;
const CHANNELS = 1_000;
/** A file of ten seconds is larger; its bytes cost what they cost wherever its row is. */
const FILE_BYTES = 64 * 1024;
const Bucket = "year";
const TEMPLATE = "template";

const { values: flags } = parseArgs({ options: { millions: { type: "string", default: "1" } } });
const OBJECTS = Number(flags.millions) * 1_000_000;
const RECORDINGS = OBJECTS / OBJECTS_PER_RECORDING;

const [account = { id: "", key: { accessKeyId: "", secretAccessKey: "" }, items: 1 }] =
  grownAccounts(1);
/** The key of an object of the year as `keyOf` makes it, in SQL, of `i`. */
const KEY_SQL = `'ivs/v1/${account.id}/channel' ||
  lpad((i / ${OBJECTS_PER_RECORDING} % ${CHANNELS})::text, 5, '0') || '/2026/' ||
  lpad((i / ${OBJECTS_PER_RECORDING})::text, 8, '0') || '/media/hls/720p30/' ||
  lpad((i % ${OBJECTS_PER_RECORDING})::text, 6, '0') || '.ts'`;

const data = mkdtempSync(join(tmpdir(), "rolecast-year-"));
const postgres = await startPostgres();
const words = [data, postgres.url, "1"];
const child = fork(join(import.meta.dirname, "growth/server-process.ts"), words);
const database = new pg.Client(postgres.url);
try {
  const [endpoint] = (await once(child, "message")) as [string];
  await database.connect();
  await compare(endpoint);
} finally {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
  await database.end();
  await postgres.remove();
  rmSync(data, { recursive: true, force: true });
}

/** The key of an object of the year. Recordings lie a minute apart, of each channel in turn. */
function keyOf(index: number): string {
  const recording = String(Math.floor(index / OBJECTS_PER_RECORDING)).padStart(8, "0");
  const channel = `channel${String(Number(recording) % CHANNELS).padStart(5, "0")}`;
  const file = String(index % OBJECTS_PER_RECORDING).padStart(6, "0");
  return `ivs/v1/${account.id}/${channel}/2026/${recording}/media/hls/720p30/${file}.ts`;
}

async function compare(endpoint: string): Promise<void> {
  const { s3: client, ivs } = clientsOf(endpoint, account.key, "us-east-1");
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const Body = Buffer.alloc(FILE_BYTES, "0123456789abcdef");
  const { channel } = await ivs.send(new CreateChannelCommand({ type: "BASIC" }));
  const channelArn = channel?.arn ?? "";
  const middle = keyOf(Math.floor(OBJECTS / 2));
  for (const Key of [TEMPLATE, middle])
    await client.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
  let puts = 0;
  const StartAfter = middle.slice(0, middle.indexOf("/2026/"));
  const requests: Readonly<Record<string, () => Promise<unknown>>> = {
    "ListObjectsV2, a page of 100 in the middle": () =>
      client.send(new s3.ListObjectsV2Command({ Bucket, StartAfter, MaxKeys: 100 })),
    "HeadObject: decided, and found": () =>
      client.send(new s3.HeadObjectCommand({ Bucket, Key: middle })),
    "PutObject of a recorded file": () =>
      client.send(new s3.PutObjectCommand({ Bucket, Key: `${middle}-${puts++}`, Body })),
    "DeleteObject of it": () =>
      client.send(new s3.DeleteObjectCommand({ Bucket, Key: `${middle}-${--puts}` })),
    "ListStreamSessions of a channel": () =>
      ivs.send(new ListStreamSessionsCommand({ channelArn, maxResults: 10 })),
  };
  // A page lists a hundred keys before, too.
  for (let index = 1; index <= 100; index++) {
    const Key = `${middle.slice(0, -3)}-${index}.ts`;
    await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: Body.subarray(0, 1) }));
  }
  // What isn't compiled yet costs several times as much.
  for (const run of Object.values(requests)) await median(run);
  const before = new Map<string, Cost>();
  for (const [name, run] of Object.entries(requests)) before.set(name, await median(run));
  const startedMs = performance.now();
  await fill(channelArn.slice(channelArn.indexOf("/") + 1));
  const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
  console.log(`${OBJECTS} objects of ${RECORDINGS} recordings, written in ${minutes} minutes`);
  console.log("| request | empty | after a year | ratio | clock |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const [name, run] of Object.entries(requests)) {
    // The first ones find nothing in PostgreSQL's memory.
    await median(run);
    const { usedMs, tookMs } = await median(run);
    const emptyMs = before.get(name)?.usedMs ?? Number.NaN;
    const ratio = usedMs / emptyMs;
    const figures = [`${emptyMs.toFixed(2)} ms`, `${usedMs.toFixed(2)} ms`];
    const mark = ratio <= RATIO_MAX ? ratio.toFixed(2) : `**${ratio.toFixed(2)}**`;
    console.log(`| ${[name, ...figures, mark, `${tookMs.toFixed(0)} ms`].join(" | ")} |`);
  }
  for (const [table, rows] of [
    ["s3_objects", OBJECTS],
    ["ivs_stream_sessions", RECORDINGS],
  ] as const) {
    const sizes = await database.query<{ readonly whole: string; readonly bare: string }>(
      `select pg_total_relation_size('${table}') as whole, pg_relation_size('${table}') as bare`,
    );
    const [{ whole, bare } = { whole: "0", bare: "0" }] = sizes.rows;
    const each = [Number(whole) / rows, Number(bare) / rows].map((bytes) => bytes.toFixed(0));
    console.log(`${table}: ${each[0]} bytes a row, of them ${each[1]} without its indexes`);
  }
  console.log(`load of the machine ${loadavg()[0]?.toFixed(0)}`);
  client.destroy();
  ivs.destroy();
}

async function fill(channelId: string): Promise<void> {
  await copyRows(
    "s3_objects",
    `bucket_name = '${Bucket}' and object_key = '${TEMPLATE}'`,
    OBJECTS,
    {
      object_key: KEY_SQL,
      object_id: "'year' || lpad(i::text, 12, '0')",
      blob_id: "'year-' || (i / 4096)::text || '/' || (i % 4096)::text",
    },
  );
  await database.query(`insert into ivs_stream_sessions (account_id, region, stream_id, channel_id,
    created_at_ms, started_at_ms, ended_at_ms, health, has_error_event, channel)
    select '${account.id}', 'us-east-1', 'st-' || lpad(i::text, 20, '0'),
      case when i % ${CHANNELS} = 0 then '${channelId}'
        else 'channel' || lpad((i % ${CHANNELS})::text, 5, '0') end,
      1700000000000 + i, 1700000000000 + i, 1700000000001 + i, 'HEALTHY', 0, '{}'
    from generate_series(0, ${RECORDINGS - 1}) as n(i)`);
  // PostgreSQL does this by itself after a while.
  await database.query("vacuum analyze s3_objects");
  await database.query("vacuum analyze ivs_stream_sessions");
}

/** Copies the row that `where` finds `count` times, with these columns made of `i`. */
async function copyRows(
  table: string,
  where: string,
  count: number,
  made: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await database.query<{ readonly name: string }>(
    `select column_name as name from information_schema.columns
     where table_name = '${table}' and table_schema = current_schema`,
  );
  const names = rows.map(({ name }) => name);
  const values = names.map((name) => made[name] ?? `given.${name}`);
  for (let from = 0; from < count; from += BATCH) {
    const last = Math.min(from + BATCH, count) - 1;
    await database.query(`insert into ${table} (${names.join(", ")})
      select ${values.join(", ")} from generate_series(${from}, ${last}) as n(i)
      cross join (select * from ${table} where ${where}) as given
      on conflict do nothing`);
  }
}

interface Cost {
  /** Processor time of the server and of what serves it in PostgreSQL. */
  readonly usedMs: number;
  /** Wall-clock time. */
  readonly tookMs: number;
}

async function median(run: () => Promise<unknown>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const connections = await connectionPids();
    await usedSinceAsked();
    const before = connections.map(threadTimeMs);
    const startedMs = performance.now();
    await run();
    const tookMs = performance.now() - startedMs;
    const { servingMs } = await usedSinceAsked();
    const inDatabase = connections.map((pid, index) => threadTimeMs(pid) - (before[index] ?? 0));
    costs.push({ usedMs: inDatabase.reduce((sum, ms) => sum + ms, servingMs), tookMs });
  }
  const middle = (what: keyof Cost) =>
    costs.map((cost) => cost[what]).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
  return { usedMs: middle("usedMs"), tookMs: middle("tookMs") };
}

/** PostgreSQL's processes that serve the server. */
async function connectionPids(): Promise<readonly number[]> {
  const found = await database.query<{ readonly pid: number }>(
    `select pid from pg_stat_activity
     where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  return found.rows.map(({ pid }) => pid);
}

async function usedSinceAsked(): Promise<Used> {
  child.send("");
  const [used] = (await once(child, "message")) as [Used];
  return used;
}
