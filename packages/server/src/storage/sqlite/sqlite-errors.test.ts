import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Migration, StoreUnavailableError } from "../../kernel/store.ts";
import { openStore } from "../open-store.ts";
import type { OpenedStore } from "../store.ts";
import { UnusableDatabaseError } from "../unusable-database-error.ts";
import { Libsql } from "./libsql.ts";
import { openErrorOf } from "./sqlite-errors.ts";

const things: Migration = {
  name: "test/0001-things",
  up: ({ schema }) =>
    schema
      .createTable("things")
      .addColumn("text", "text", (c) => c.notNull())
      .execute(),
};
interface Tables {
  things: { text: string };
}

let dir = "";
const opened: OpenedStore[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-sqlite-"));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(makeRoom?: () => Promise<void>): Promise<OpenedStore> {
  const file = join(dir, "a.db");
  const migrations = [things];
  const store = await openStore({ file, durable: true, migrations, nowMs: Date.now, makeRoom });
  opened.push(store);
  return store;
}

function put(store: OpenedStore, text: string): Promise<void> {
  return store.tables<Tables>().transaction(async ({ db }) => {
    await db.insertInto("things").values({ text }).execute();
  });
}

function count(store: OpenedStore): Promise<number> {
  const { db } = store.tables<Tables>();
  return db
    .selectFrom("things")
    .select((e) => e.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow()
    .then((row) => row.count);
}

/** SQLite's own full disk: the writing connection may use no further page. */
function fill(store: OpenedStore, pages: number): Promise<void> {
  return store.transaction(async ({ db }) => {
    await sql.raw(`pragma max_page_count = ${pages}`).execute(db);
  });
}

const LONG = "x".repeat(100_000);

describe("a full disk", () => {
  test("is shown as such, leaves no transaction open, and ends when there is room", async () => {
    const store = await open();
    const conditions: string[] = [];
    store.health.onChange(({ condition }) => conditions.push(condition));
    await fill(store, 1);
    const outcomes = await Promise.allSettled([put(store, LONG), put(store, LONG)]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { condition: "full" } });
      const { reason } = outcome as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(StoreUnavailableError);
      expect(reason.message).toMatch(/disk is full: make room .*SQLITE_FULL/);
    }
    expect(await count(store)).toBe(0);
    expect(store.health.state.condition).toBe("full");
    expect((await store.health.check()).message).toContain("disk is full");

    await fill(store, 1_000_000);
    await put(store, LONG);
    expect(await count(store)).toBe(1);
    await vi.waitFor(() => expect(store.health.state.condition).toBe("ok"), 5_000);
    expect(conditions).toEqual(["full", "ok"]);
  });

  test("has what was kept for it freed, and the transaction run again", async () => {
    let freed = 0;
    const store = await open(async () => {
      freed += 1;
      await fill(store, 1_000_000);
    });
    await fill(store, 1);
    let runs = 0;
    let callbacks = 0;
    await store.tables<Tables>().transaction(async (tx) => {
      runs += 1;
      tx.afterCommit(() => {
        callbacks += 1;
      });
      await tx.db.insertInto("things").values({ text: LONG }).execute();
    });
    expect({ freed, runs, callbacks, rows: await count(store) }).toEqual({
      freed: 1,
      runs: 2,
      callbacks: 1,
      rows: 1,
    });
    expect(store.health.state.condition).toBe("ok");
  });
});

test("another program's lock is waited for without holding up others, then shown", async () => {
  const store = await open();
  const other = new Libsql(join(dir, "a.db"));
  other.exec("begin immediate");
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 5);
  const waiting = put(store, "behind it");
  await expect.poll(() => turns).toBeGreaterThan(20);
  expect(await count(store)).toBe(0);
  other.exec("commit");
  await waiting;
  expect(await count(store)).toBe(1);

  other.exec("begin immediate");
  const error: unknown = await put(store, "too late").catch((caught: unknown) => caught);
  clearInterval(counting);
  other.exec("commit");
  other.close();
  expect(error).toBeInstanceOf(StoreUnavailableError);
  expect(String(error)).toMatch(/Another program holds the lock .*SQLITE_BUSY/);
  expect(store.health.state.condition).toBe("ok");
}, 20_000);

test.each(["EACCES", "EPERM", "EROFS"])("%s for the log is shown at start", (code) => {
  const refused = Object.assign(new Error(`${code}: open 'a.db-wal'`), { code });
  const error = openErrorOf(refused, "a.db");
  expect(error).toBeInstanceOf(UnusableDatabaseError);
  expect(String(error)).toMatch(/a\.db is read-only\. Let this user write it and the files beside/);
});

test("our own mistakes stay what they are", async () => {
  const store = await open();
  const mistake = store.transaction(({ db }) => sql`select * from nothing`.execute(db));
  await expect(mistake).rejects.toMatchObject({ code: "SQLITE_ERROR" });
  const change = sql`insert into things (text) values ('x')`;
  await expect(change.execute(store.db)).rejects.toMatchObject({ code: "SQLITE_READONLY" });
  await store.transaction(({ db }) => change.execute(db));
  expect(store.health.state.condition).toBe("ok");
});
