/**
 * What a page costs as a list grows: `tsx bench/growth.ts [--postgres] [--million] [NAME]`.
 *
 * Method: one server (a process of its own, durable) has an account with 1,000 things of each kind
 * and one with 100,000, written by SQL. Both are asked in turn for the first page and for one in the
 * middle of each list (the same page size; where a list has one page, that one). The median of the
 * rounds counts. Beside it stands the longest time that the server's event loop was held during a
 * page of the large account, again the median. Listings of objects, versions and uploads with a
 * delimiter have 1,000 common prefixes, of 1 and of 100 keys each; with `--million`, of 10 and of 1,000.
 *
 * `--postgres`: on a PostgreSQL of its own instead of SQLite. NAME: only operations that contain it.
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

const ITEMS = [1_000, 100_000];
const ACCOUNTS = grownAccounts(...ITEMS);
const ROUNDS = 15;
const GROUPS = 1_000;
const RATIO_MAX = 2;
const HELD_MAX_MS = 20;

const { values: flags, positionals } = parseArgs({
  options: { postgres: { type: "boolean" }, million: { type: "boolean" } },
  allowPositionals: true,
});
const [wanted = ""] = positionals;

const data = mkdtempSync(join(tmpdir(), "rolecast-growth-"));
const postgres = flags.postgres ? await startPostgres() : undefined;
const child = fork(join(import.meta.dirname, "growth/server-process.ts"), [
  data,
  postgres?.url ?? "",
  ...ITEMS.map(String),
]);
try {
  const [endpoint] = (await once(child, "message")) as [string];
  await fill();
  const [few = [], many = []] = ACCOUNTS.map((account) =>
    operationsOf(endpoint, account, bucketsOf(account)),
  );
  for (const [index, small] of few.entries()) {
    const large = many[index];
    if (large && small.name.includes(wanted)) await compare(small, large);
  }
} finally {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
  await postgres?.remove();
  rmSync(data, { recursive: true, force: true });
}

function bucketsOf({ id }: GrownAccount) {
  return { grouped: `grouped-${id}`, flat: `flat-${id}` };
}

async function fill(): Promise<void> {
  const { execute, end } = await connect();
  for (const account of ACCOUNTS) {
    await seed(execute, account);
    const { grouped, flat } = bucketsOf(account);
    const keys = account.items * (flags.million ? 10 : 1);
    const bucket = { accountId: account.id };
    await seedBucket(execute, { ...bucket, name: grouped }, keys, GROUPS);
    await seedBucket(execute, { ...bucket, name: flat }, account.items, account.items);
  }
  // As PostgreSQL does by itself after a while.
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
    const [times, largeTimes, held]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round++) {
      times.push((await measure(small, of[0])).tookMs);
      const one = await measure(large, of[1]);
      largeTimes.push(one.tookMs);
      held.push(one.heldMs);
    }
    const [few, many, heldMs] = [median(times), median(largeTimes), median(held)];
    const ratio = many / few;
    const fits = ratio <= RATIO_MAX && heldMs <= HELD_MAX_MS;
    console.log(
      `| ${large.name} | ${place} | ${few.toFixed(1)} ms | ${many.toFixed(1)} ms | ${ratio.toFixed(2)} | ${heldMs.toFixed(0)} ms | ${fits ? "ok" : "**no**"} |`,
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

async function measure({ page, pageSize }: PagedOperation, token: string | undefined) {
  await heldMs();
  const startedMs = performance.now();
  await page(token, pageSize);
  const tookMs = performance.now() - startedMs;
  return { tookMs, heldMs: await heldMs() };
}

async function heldMs(): Promise<number> {
  child.send("");
  const [held] = (await once(child, "message")) as [number];
  return held;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
