/**
 * Measures what a page costs as a list grows: `tsx bench/growth.ts [--postgres] [--million]
 * [--items N] [NAME]`.
 *
 * Method: one server (a process of its own, durable) has an account with 1,000 things of each kind
 * and one with 100,000 (`--items`), written by SQL. Both are asked in turn for the first page and
 * for one in the middle of each list (the same page size; where a list has one page, that one).
 * What is compared is processor time, which other programs on the machine don't lengthen: of the
 * server's thread that serves and, on PostgreSQL, of its connections there. The median of the
 * rounds counts. Given with it: the longest time that the thread computed without a turn for
 * others during a page of the large account, and that page's time on the clock, medians too.
 * Listings of objects, versions and uploads with a delimiter have 1,000 common prefixes, of 1 and
 * of 100 keys each; with `--million`, of 10 and of 1,000.
 *
 * `--postgres`: on a PostgreSQL of its own instead of SQLite. NAME: only operations that contain
 * it; what the others list isn't made then.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import Libsql from "libsql";
import pg from "pg";
import { startPostgres } from "../packages/server/src/storage/testing/postgres-server.ts";
import { type GrownAccount, grownAccounts } from "../test/support/grown-lists/accounts.ts";
import { operationsOf, type PagedOperation } from "../test/support/grown-lists/operations.ts";
import { type Execute, seed, seedBucket } from "../test/support/grown-lists/seed.ts";
import "./exit-by-signal.ts";
import type { Used } from "./growth/server-process.ts";
import { threadTimeMs } from "./growth/thread-time.ts";

const ROUNDS = 15;
const GROUPS = 1_000;
const RATIO_MAX = 2;
const HELD_MAX_MS = 20;

const { values: flags, positionals } = parseArgs({
  options: {
    ...{ postgres: { type: "boolean" }, million: { type: "boolean" } },
    items: { type: "string", default: "100000" },
  },
  allowPositionals: true,
});
const [wanted = ""] = positionals;
const ITEMS = [1_000, Number(flags.items)];
const ACCOUNTS = grownAccounts(...ITEMS);

const data = mkdtempSync(join(tmpdir(), "rolecast-growth-"));
const postgres = flags.postgres ? await startPostgres() : undefined;
const child = fork(join(import.meta.dirname, "growth/server-process.ts"), [
  data,
  postgres?.url ?? "",
  ...ITEMS.map(String),
]);
const monitor = postgres && new pg.Client(postgres.url);
try {
  const [endpoint] = (await once(child, "message")) as [string];
  await monitor?.connect();
  const [few = [], many = []] = ACCOUNTS.map((account) =>
    operationsOf(endpoint, account, bucketsOf(account)).filter(({ name }) => name.includes(wanted)),
  );
  await fill([...few, ...many]);
  console.log(`| operation | page | of ${ITEMS.join(" | of ")} | ratio | held | clock | |`);
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const [index, small] of few.entries()) {
    const large = many[index];
    if (large) await compare(small, large);
  }
} finally {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
  await monitor?.end();
  await postgres?.remove();
  rmSync(data, { recursive: true, force: true });
}

function bucketsOf({ id }: GrownAccount) {
  return { grouped: `grouped-${id}`, flat: `flat-${id}` };
}

async function fill(operations: readonly PagedOperation[]): Promise<void> {
  const { execute, end } = await connect();
  const buckets = new Set(operations.map(({ bucket }) => bucket));
  for (const account of ACCOUNTS) {
    if (buckets.has(undefined)) await seed(execute, account);
    const { grouped, flat } = bucketsOf(account);
    const keys = account.items * (flags.million ? 10 : 1);
    const { id: accountId, items } = account;
    if (buckets.has(grouped)) await seedBucket(execute, { accountId, name: grouped }, keys, GROUPS);
    if (buckets.has(flat)) await seedBucket(execute, { accountId, name: flat }, items, items);
  }
  // PostgreSQL does this by itself after a while.
  if (postgres) await execute("vacuum analyze");
  await end();
}

async function connect(): Promise<{ execute: Execute; end: () => Promise<void> }> {
  if (!postgres) {
    const database = new Libsql(join(data, "rolecast.db"));
    // The server writes too.
    database.exec("pragma busy_timeout = 60000");
    return {
      execute: async (statement) => void database.exec(statement),
      end: async () => void database.close(),
    };
  }
  const client = new pg.Client(postgres.url);
  await client.connect();
  return {
    execute: async (statement) => void (await client.query(statement)),
    end: () => client.end(),
  };
}

async function compare(small: PagedOperation, large: PagedOperation): Promise<void> {
  const [fewThings, manyThings] = ITEMS;
  const middles = [await middleOf(small, fewThings), await middleOf(large, manyThings)];
  for (const [place, of] of [
    ["first", [undefined, undefined]],
    ["middle", middles],
  ] as const) {
    if (place === "middle" && middles[1] === undefined) continue;
    const [costs, largeCosts]: [Cost[], Cost[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      costs.push(await measure(small, of[0]));
      largeCosts.push(await measure(large, of[1]));
    }
    const [few, many] = [costs, largeCosts].map((all) => medianOf(all, "usedMs"));
    const [heldMs, tookMs] = [medianOf(largeCosts, "heldMs"), medianOf(largeCosts, "tookMs")];
    const ratio = (many ?? Number.NaN) / (few ?? Number.NaN);
    const fits = ratio <= RATIO_MAX && heldMs <= HELD_MAX_MS;
    console.log(
      `| ${large.name} | ${place} | ${few?.toFixed(1)} ms | ${many?.toFixed(1)} ms | ${ratio.toFixed(2)} | ${heldMs.toFixed(0)} ms | ${tookMs.toFixed(0)} ms | ${fits ? "ok" : "**no**"} |`,
    );
  }
}

/** The token of a page in the middle; undefined where all is on the first one. */
async function middleOf({ page, pageSizeMax }: PagedOperation, items = 0) {
  const pages = Math.max(1, Math.floor(items / 2 / pageSizeMax));
  let token: string | undefined;
  for (let number = 0; number < pages; number++) {
    const next = await page(token, pageSizeMax);
    if (next === undefined) break;
    token = next;
  }
  return token;
}

interface Cost {
  /** Processor time of the server and, of PostgreSQL, of what serves it. */
  readonly usedMs: number;
  readonly heldMs: number;
  /** Wall-clock time. */
  readonly tookMs: number;
}

async function measure(
  { page, pageSize }: PagedOperation,
  token: string | undefined,
): Promise<Cost> {
  const connections = await connectionPids();
  await usedSinceAsked();
  const before = connections.map(threadTimeMs);
  const startedMs = performance.now();
  await page(token, pageSize);
  const tookMs = performance.now() - startedMs;
  const { servingMs, heldMs } = await usedSinceAsked();
  const inDatabase = connections.map((pid, index) => threadTimeMs(pid) - (before[index] ?? 0));
  const usedMs = inDatabase.reduce((sum, ms) => sum + ms, servingMs);
  return { usedMs, heldMs, tookMs };
}

/** PostgreSQL's processes that serve the server. */
async function connectionPids(): Promise<readonly number[]> {
  const found = await monitor?.query<{ readonly pid: number }>(
    "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
  );
  return found?.rows.map(({ pid }) => pid) ?? [];
}

async function usedSinceAsked(): Promise<Used> {
  child.send("");
  const [used] = (await once(child, "message")) as [Used];
  return used;
}

function medianOf(costs: readonly Cost[], what: keyof Cost): number {
  const values = costs.map((cost) => cost[what]).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}
