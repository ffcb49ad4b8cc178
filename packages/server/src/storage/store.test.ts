import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { sql } from "kysely";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { migrationsOf } from "../compose-services.ts";
import { type Migration, StoreUnavailableError, type Transaction } from "../kernel/store.ts";
import { SERVICES } from "../services/index.ts";
import { openDataFolder } from "./data-folder.ts";
import { DataFolderError, DataFolderInUseError } from "./data-folder-error.ts";
import { openStore } from "./open-store.ts";
import type { OpenedStore } from "./store.ts";
import {
  hasPostgres,
  makeSchema,
  POSTGRES_PASSWORD,
  type PostgresServer,
  startPostgres,
} from "./testing/postgres-server.ts";
import { UnusableDatabaseError } from "./unusable-database-error.ts";

const things: Migration = {
  name: "test/0001-things",
  up: async ({ schema }) =>
    schema
      .createTable("things")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("number", "integer", (c) => c.notNull().defaultTo(0))
      .execute(),
};
interface ThingTables {
  things: { id: string; number: number };
}

let postgres: PostgresServer;
beforeAll(async () => {
  if (hasPostgres) postgres = await startPostgres();
});
afterAll(() => postgres?.remove());

let dir = "";
let url: string | undefined;
const opened: OpenedStore[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-store-"));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Every call opens the same database again. */
async function open(migrations: readonly Migration[] = [things]): Promise<OpenedStore> {
  const store = await openStore({
    shared: url === undefined ? undefined : { url },
    file: join(dir, "a.db"),
    durable: true,
    migrations,
    nowMs: () => 1,
  });
  opened.push(store);
  return store;
}

function put(store: OpenedStore, id: string, number = 0): Promise<void> {
  return store.tables<ThingTables>().transaction(async ({ db }) => {
    await db.insertInto("things").values({ id, number }).execute();
  });
}

/** Adds one to the counter; `between` runs between its read and its write. */
function increment(
  store: OpenedStore,
  between?: (tx: Transaction<ThingTables>) => Promise<void>,
): Promise<void> {
  return store.tables<ThingTables>().transaction(async (tx) => {
    const query = tx.db.selectFrom("things").select("number");
    const { number } = await query.executeTakeFirstOrThrow();
    await between?.(tx);
    await tx.db
      .updateTable("things")
      .set({ number: number + 1 })
      .execute();
  });
}

function rows(store: OpenedStore) {
  return store.tables<ThingTables>().db.selectFrom("things").selectAll().orderBy("id").execute();
}

const dialects = [
  { name: "SQLite", makeUrl: async () => undefined },
  ...(hasPostgres ? [{ name: "PostgreSQL", makeUrl: () => makeSchema(postgres.url) }] : []),
];

describe.each(dialects)("the store on $name", ({ makeUrl }) => {
  beforeEach(async () => {
    url = await makeUrl();
  });

  test("keeps what was committed, drops what was rolled back, and calls back only after a commit", async () => {
    const store = await open();
    const calls: string[] = [];
    const tables = store.tables<ThingTables>();
    await tables.transaction(async (tx) => {
      await tx.db.insertInto("things").values({ id: "kept", number: 1 }).execute();
      tx.afterCommit(() => calls.push("kept"));
      expect(calls).toEqual([]);
    });
    await expect(
      tables.transaction(async (tx) => {
        await tx.db.insertInto("things").values({ id: "dropped", number: 1 }).execute();
        tx.afterCommit(() => calls.push("dropped"));
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await rows(store)).toEqual([{ id: "kept", number: 1 }]);
    expect(calls).toEqual(["kept"]);
  });

  test("runs transactions one after the other, while readers see only what is committed", async () => {
    const store = await open();
    const tables = store.tables<ThingTables>();
    const order: string[] = [];
    await Promise.all(
      ["a", "b", "c"].map((id) =>
        tables.transaction(async (tx) => {
          order.push(`+${id}`);
          await tx.db.insertInto("things").values({ id, number: 0 }).execute();
          expect((await rows(store)).map((row) => row.id)).not.toContain(id);
          order.push(`-${id}`);
        }),
      ),
    );
    expect(order).toEqual(["+a", "-a", "+b", "-b", "+c", "-c"]);
  });

  test("takes no change outside of a transaction, which nothing would make durable", async () => {
    const store = await open();
    const { db } = store.tables<ThingTables>();
    await expect(db.insertInto("things").values({ id: "a", number: 1 }).execute()).rejects.toThrow(
      /read.?only|readonly/i,
    );
    expect(await db.selectFrom("things").selectAll().execute()).toEqual([]);
  });

  test("refuses a database that a newer version wrote, and empties tables but not the schema", async () => {
    const newer = await open([things, { name: "test/0002-later", up: async () => {} }]);
    await put(newer, "x");
    await newer.empty();
    expect(await rows(newer)).toEqual([]);
    await expect(open()).rejects.toThrow("newer version of Rolecast");
  });

  test("runs the migrations of all services", async () => {
    const migrations = migrationsOf(SERVICES);
    const store = await open(migrations);
    const { db } = store.tables<ThingTables>();
    const tables = (await db.introspection.getTables()).map((table) => table.name);
    const services = new Set(migrations.map(({ name }) => name.split(/[/-]/)[0]));
    expect(services.size).toBeGreaterThan(5);
    for (const service of services)
      expect(tables).toContainEqual(expect.stringMatching(`^${service}_`));
    await store.empty();
  });

  test("sorts and compares text by its bytes, and gives back the numbers that it was given", async () => {
    const store = await open();
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 });
    // PostgreSQL's text holds everything but U+0000 (docs/database.md).
    const id = fc.oneof(
      text,
      fc.constantFrom("a", "B", "A", "b", "a/", "a-b", "é", "\ud83d\ude00"),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(id, { minLength: 2, maxLength: 20 }),
        fc.maxSafeInteger(),
        async (ids, number) => {
          await store.empty();
          for (const each of ids) await put(store, each, number);
          const sorted = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          expect(await rows(store)).toEqual(sorted.map((each) => ({ id: each, number })));
          const [first = "", ...others] = sorted;
          const { db } = store.tables<ThingTables>();
          const behind = await db
            .selectFrom("things")
            .select((e) => [e.fn.countAll<number>().as("count"), e.fn.max("number").as("max")])
            .where("id", ">", first)
            .executeTakeFirstOrThrow();
          expect(behind).toEqual({ count: others.length, max: number });
        },
      ),
      { numRuns: 15 },
    );
  });

  test("takes an empty list for one that nothing is in", async () => {
    const store = await open();
    await put(store, "a");
    const { db } = store.tables<ThingTables>();
    const ids: string[] = [];
    const query = db.selectFrom("things").select("id");
    expect(await query.where("id", "in", ids).execute()).toEqual([]);
    expect(await query.where("id", "not in", ids).execute()).toEqual([{ id: "a" }]);
  });
});

describe.skipIf(!hasPostgres)("nodes on one PostgreSQL", () => {
  beforeEach(async () => {
    url = await makeSchema(postgres.url);
  });

  test("start together on an empty database", async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => open()));
    for (const [index, store] of stores.entries()) await put(store, String(index));
    for (const store of stores) expect(await rows(store)).toHaveLength(stores.length);
  });

  test("see each other's transactions as if they ran one after the other, and call back once", async () => {
    const nodes = await Promise.all([open(), open(), open()]);
    const [first] = nodes;
    await put(first, "counter");
    let callbacks = 0;
    const CHANGES = 10;
    const change = (node: OpenedStore) =>
      increment(node, async (tx) => {
        tx.afterCommit(() => {
          callbacks += 1;
        });
      });
    await Promise.all(nodes.flatMap((node) => Array.from({ length: CHANGES }, () => change(node))));
    expect(await rows(first)).toEqual([{ id: "counter", number: CHANGES * nodes.length }]);
    expect(callbacks).toBe(CHANGES * nodes.length);
  });

  test("a transaction that has read what another one changes then runs once more", async () => {
    const [node, other] = await Promise.all([open(), open()]);
    await put(node, "counter");
    let attempts = 0;
    let callbacks = 0;
    await increment(node, async (tx) => {
      attempts += 1;
      tx.afterCommit(() => {
        callbacks += 1;
      });
      if (attempts === 1) await increment(other);
    });
    expect(await rows(node)).toEqual([{ id: "counter", number: 2 }]);
    expect({ attempts, callbacks }).toEqual({ attempts: 2, callbacks: 1 });
  });

  test("who looks first and inserts then finds the other's row instead of a violated key", async () => {
    const nodes = await Promise.all([open(), open()]);
    const findOrInsert = (node: OpenedStore) =>
      node.tables<ThingTables>().transaction(async ({ db }) => {
        const found = await db.selectFrom("things").selectAll().executeTakeFirst();
        if (!found) await db.insertInto("things").values({ id: "one", number: 0 }).execute();
        return found ? "found" : "inserted";
      });
    const ends = await Promise.all(nodes.map(findOrInsert));
    expect(ends.sort()).toEqual(["found", "inserted"]);
  });

  test("a transaction can't go on after one of its statements failed", async () => {
    const store = await open();
    await put(store, "a");
    const careless = store.tables<ThingTables>().transaction(async ({ db }) => {
      await sql`select * from nothing`.execute(db).catch(() => undefined);
    });
    await expect(careless).rejects.toThrow("after one of its statements had failed");
  });

  test("a database that is away is said to be, without its password, and is found again", async () => {
    const store = await open();
    await put(store, "a");
    await postgres.crash();
    for (const attempt of [() => put(store, "b"), () => rows(store), () => open()]) {
      const error: unknown = await attempt().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(String(error)).toContain("The database can't be reached");
      expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(
        POSTGRES_PASSWORD,
      );
    }
    await postgres.start();
    // For a while after a look that failed, such as one at a database that starts, none is made.
    await expect.poll(() => put(store, "c").then(() => "written", String)).toBe("written");
    expect((await rows(store)).map((row) => row.id)).toEqual(["a", "c"]);
  });

  test("what is patient is written once a database that was away is back", async () => {
    const store = await open();
    await postgres.crash();
    const written = store
      .tables<ThingTables>()
      .transaction(
        async ({ db }) => {
          await db.insertInto("things").values({ id: "patient", number: 0 }).execute();
        },
        { patient: true },
      )
      .then(() => "written", String);
    await expect(put(store, "impatient")).rejects.toThrow("The database can't be reached");
    await postgres.start();
    expect(await written).toBe("written");
    expect((await rows(store)).map((row) => row.id)).toEqual(["patient"]);
  });

  test("the next new schema is the first one's, without its migrations", async () => {
    let ran = 0;
    const migrations = migrationsOf(SERVICES).map(({ name, up }): Migration => {
      const counted: Migration["up"] = (tx) => {
        ran += 1;
        return up(tx);
      };
      return { name, up: counted };
    });
    const made = async () => {
      url = await makeSchema(postgres.url);
      const { db } = await open(migrations);
      const columns = await sql`
        select table_name, column_name, data_type, collation_name, column_default, is_nullable
        from information_schema.columns where table_schema = current_schema()
        order by 1, 2`.execute(db);
      const indexes = await sql`
        select replace(indexdef, current_schema(), '') as made from pg_indexes
        where schemaname = current_schema() order by 1`.execute(db);
      const seen = await sql`select name from rolecast_migrations order by 1`.execute(db);
      return { columns: columns.rows, indexes: indexes.rows, seen: seen.rows };
    };
    const first = await made();
    expect(first.indexes.length).toBeGreaterThan(100);
    expect(await made()).toEqual(first);
    expect(ran).toBe(migrations.length);
  });

  test("a database that isn't encoded in UTF8 is refused, and nothing is made in it", async () => {
    const client = new pg.Client(postgres.url);
    await client.connect();
    const as = "encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0";
    await client.query(`create database ascii ${as}`);
    await client.end();
    url = postgres.url.replace(/postgres$/, "ascii");
    await expect(open()).rejects.toThrow(UnusableDatabaseError);
    const ascii = new pg.Client(url);
    await ascii.connect();
    const tables = "select 1 from information_schema.tables where table_schema = 'public'";
    expect((await ascii.query(tables)).rowCount).toBe(0);
    await ascii.end();
  });

  test("a wrong password is told apart without being told", async () => {
    url = url?.replace(POSTGRES_PASSWORD, "not-it-at-all");
    const error = await open().catch((caught: unknown) => caught);
    expect(String(error)).toMatch(/^StoreUnavailableError: .*password authentication failed/);
    expect(String(error)).not.toContain("not-it-at-all");
  });
});

test("nodes that share a data folder keep out one that wants it alone", async () => {
  const data = join(dir, "data");
  const nodes = await Promise.all([openDataFolder(data, true), openDataFolder(data, true)]);
  await expect(openDataFolder(data)).rejects.toThrow(DataFolderInUseError);
  for (const node of nodes) await node.release();
  const alone = await openDataFolder(data);
  await expect(openDataFolder(data, true)).rejects.toThrow(DataFolderInUseError);
  await alone.release();
});

test("a data folder serves one process at a time, and the next one after its release", async () => {
  const first = await openDataFolder(join(dir, "data"));
  await expect(openDataFolder(join(dir, "data"))).rejects.toThrow(DataFolderInUseError);
  await first.release();
  const second = await openDataFolder(join(dir, "data"));
  await second.release();
});

test("a file in the folder's place is refused by name", async () => {
  const file = join(dir, "file");
  writeFileSync(file, "");
  await expect(openDataFolder(file)).rejects.toThrow(DataFolderError);
  await expect(openDataFolder(file)).rejects.toThrow(`${file} can't be used: it is a file. `);
});

test.skipIf(!existsSync("/proc"))("a folder that can't be made is refused by name", async () => {
  const dir = "/proc/rolecast/data";
  await expect(openDataFolder(dir)).rejects.toThrow(DataFolderError);
  await expect(openDataFolder(dir)).rejects.toThrow("/proc/rolecast can't be made (ENOENT)");
});
