import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, expect, test } from "vitest";
import type { Migration } from "../../kernel/store.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const dir = mkdtempSync(join(tmpdir(), "rolecast-schema-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** The names of the migrations that ran, in order. */
const ran: string[] = [];

function migration(name: string, up: Migration["up"]): Migration {
  return {
    name,
    up: (tx) => {
      ran.push(name);
      return up(tx);
    },
  };
}

const table = migration("test/0001", (tx) =>
  tx.schema
    .createTable("things")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("name", "text", (c) => c.unique())
    .execute(),
);
const column = migration("test/0002", async (tx) => {
  await tx.schema.alterTable("things").addColumn("size", "integer").execute();
  await tx.schema.createIndex("things_by_size").on("things").column("size").execute();
});
const row = migration("test/0003", async (tx) => {
  await sql`insert into things (id) values ('first')`.execute(tx);
});

async function contents(name: string, migrations: readonly Migration[], durable = false) {
  ran.length = 0;
  const file = join(dir, name);
  const store = await openSqliteStore({ file, durable }, { migrations, nowMs: () => 7 });
  const schema = await sql`
    select type, name, tbl_name, sql from sqlite_master order by name`.execute(store.db);
  const seen = await sql`select * from rolecast_migrations`.execute(store.db);
  const things = await sql`select id from things`.execute(store.db);
  await store.close();
  return { schema: schema.rows, seen: seen.rows, things: things.rows };
}

test.each([false, true])(
  "the next new database gets the first one's schema, without its \
migrations (durable: %s)",
  async (durable) => {
    for (const name of readdirSync(dir)) rmSync(join(dir, name));
    await contents("z.db", [table]);
    const first = await contents("a.db", [table, column], durable);
    expect(ran).toEqual(["test/0001", "test/0002"]);
    expect(first.seen).toHaveLength(2);
    for (const name of ["b.db", "y.db"]) {
      expect(await contents(name, [column, table], durable)).toEqual(first);
      expect(ran).toEqual([]);
    }
    expect(readdirSync(dir).filter((name) => name.endsWith(".schema"))).toEqual([]);
    // One that isn't new goes on from where it is, and so does one of another schema.
    await contents("b.db", [table, column, row]);
    expect(ran).toEqual(["test/0003"]);
    await contents("c.db", [table]);
    expect(ran).toEqual(["test/0001"]);
  },
);

test("migrations that leave rows run on each new database", async () => {
  for (const name of ["d.db", "e.db"]) {
    expect((await contents(name, [table, row])).things).toEqual([{ id: "first" }]);
    expect(ran).toEqual(["test/0001", "test/0003"]);
  }
});
