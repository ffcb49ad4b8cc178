import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Migration } from "../kernel/store.ts";
import { DataFolderInUseError, openDataFolder } from "./data-folder.ts";
import { openStore } from "./store.ts";

const things: Migration = {
  name: "test/0001-things",
  up: async (db) => void (await sql`create table things (id text primary key)`.execute(db)),
};
interface ThingTables {
  things: { id: string };
}

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-store-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function open(migrations: readonly Migration[] = [things]) {
  return openStore({ file: join(dir, "a.db"), durable: true, migrations, nowMs: () => 1 });
}

describe("the store", () => {
  test("keeps what was committed, drops what was rolled back, and calls back only after a commit", async () => {
    const store = await open();
    const calls: string[] = [];
    const tables = store.tables<ThingTables>();
    await tables.transaction(async (tx) => {
      await tx.db.insertInto("things").values({ id: "kept" }).execute();
      tx.afterCommit(() => calls.push("kept"));
      expect(calls).toEqual([]);
    });
    await expect(
      tables.transaction(async (tx) => {
        await tx.db.insertInto("things").values({ id: "dropped" }).execute();
        tx.afterCommit(() => calls.push("dropped"));
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await tables.db.selectFrom("things").selectAll().execute()).toEqual([{ id: "kept" }]);
    expect(calls).toEqual(["kept"]);
    await store.close();
  });

  test("runs transactions one after the other, while readers see only what is committed", async () => {
    const store = await open();
    const tables = store.tables<ThingTables>();
    const order: string[] = [];
    await Promise.all(
      ["a", "b", "c"].map((id) =>
        tables.transaction(async (tx) => {
          order.push(`+${id}`);
          await tx.db.insertInto("things").values({ id }).execute();
          const seen = await tables.db.selectFrom("things").selectAll().execute();
          expect(seen.map((row) => row.id)).not.toContain(id);
          order.push(`-${id}`);
        }),
      ),
    );
    expect(order).toEqual(["+a", "-a", "+b", "-b", "+c", "-c"]);
    await store.close();
  });

  test("refuses a database that a newer version wrote, and empties tables but not the schema", async () => {
    const newer = await open([things, { name: "test/0002-later", up: async () => {} }]);
    await newer.tables<ThingTables>().transaction(async (tx) => {
      await tx.db.insertInto("things").values({ id: "x" }).execute();
    });
    await newer.empty();
    expect(await newer.tables<ThingTables>().db.selectFrom("things").selectAll().execute()).toEqual(
      [],
    );
    await newer.close();
    await expect(open()).rejects.toThrow("newer version of Rolecast");
  });
});

test("a data folder serves one process at a time, and the next one after its release", () => {
  const first = openDataFolder(join(dir, "data"));
  expect(() => openDataFolder(join(dir, "data"))).toThrow(DataFolderInUseError);
  first.release();
  const second = openDataFolder(join(dir, "data"));
  expect(second.sealingKey).toEqual(first.sealingKey);
  second.release();
});
