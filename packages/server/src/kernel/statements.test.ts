import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../storage/open-store.ts";
import type { OpenedStore } from "../storage/store.ts";
import { statement } from "./statements.ts";
import type { Migration } from "./store.ts";

interface Things {
  things: { id: string; number: number | null; text: string | null };
}
type Thing = Partial<Things["things"]> & { id: string };

const things: Migration = {
  name: "test/0001-things",
  up: ({ schema }) =>
    schema
      .createTable("things")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("number", "integer")
      .addColumn("text", "text", (c) => c.defaultTo("none"))
      .execute(),
};
let built = 0;
const insert = statement<Things, Thing>((db, thing) => {
  built += 1;
  return db.insertInto("things").values(thing);
});
const find = statement<Things, { id: string }, Things["things"]>((db, { id }) =>
  db.selectFrom("things").selectAll().where("id", "=", id).where("number", ">", 0),
);

const dir = mkdtempSync(join(tmpdir(), "rolecast-statements-"));
const stores: OpenedStore[] = [];
beforeAll(async () => {
  for (const name of ["a.db", "b.db"])
    stores.push(
      await openStore({
        shared: undefined,
        file: join(dir, name),
        durable: false,
        migrations: [things],
        nowMs: () => 1,
      }),
    );
});
afterAll(async () => {
  for (const store of stores) await store.close();
  rmSync(dir, { recursive: true });
});

test("a statement runs with each call's values, and is built once for its columns", async () => {
  for (const store of stores)
    await store.tables<Things>().transaction(async ({ db }) => {
      await insert(db, { id: "a", number: 1, text: null });
      await insert(db, { id: "b", number: 2, text: "$1 ? 'x'" });
      await insert(db, { id: "c", number: 3 });
    });
  expect(built).toBe(4);
  for (const store of stores) {
    const { db } = store.tables<Things>();
    const found = await Promise.all(["a", "b", "c", "d"].map((id) => find(db, { id })));
    expect(found).toEqual([
      [{ id: "a", number: 1, text: null }],
      [{ id: "b", number: 2, text: "$1 ? 'x'" }],
      [{ id: "c", number: 3, text: "none" }],
      [],
    ]);
  }
});
