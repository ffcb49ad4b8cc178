import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Store, Transaction } from "../kernel/store.ts";
import { openStore } from "./open-store.ts";
import type { OpenedStore } from "./store.ts";
import { hasPostgres, makeSharedSchema } from "./testing/postgres-server.ts";
import { STANDSTILL_MS_MAX } from "./transaction-watch.ts";

interface Notes {
  notes: { what: string };
}

const migration = {
  name: "test/0001-notes",
  up: async (db: Store["db"]) =>
    db.schema
      .createTable("notes")
      .addColumn("what", "text", (c) => c.primaryKey())
      .execute(),
};

const dialects = [
  { name: "SQLite", makeUrl: async () => undefined },
  ...(hasPostgres ? [{ name: "PostgreSQL", makeUrl: makeSharedSchema }] : []),
];

function note(tx: Pick<Transaction, "tables">, what: string): Promise<unknown> {
  return tx.tables<Notes>().db.insertInto("notes").values({ what }).execute();
}

/** A promise, and the call that fulfils it. */
function door() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe.each(dialects)("a transaction on $name", ({ makeUrl }) => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-watch-"));
  let store: OpenedStore;
  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const url = await makeUrl();
    store = await openStore({
      shared: url === undefined ? undefined : { url },
      file: join(dir, "a.db"),
      durable: true,
      migrations: [migration],
      nowMs: () => 1,
    });
  });
  afterAll(async () => {
    await store.close();
    vi.useRealTimers();
    rmSync(dir, { recursive: true });
  });
  beforeEach(() => store.empty());

  async function noted(): Promise<readonly string[]> {
    const rows = await store.tables<Notes>().db.selectFrom("notes").selectAll().execute();
    return rows.map(({ what }) => what).sort();
  }

  /** As many seconds as a transaction may stand still, and the look that sees it. */
  const pass = () => vi.advanceTimersByTimeAsync(STANDSTILL_MS_MAX + 1_000);

  test.each([0, 3])(
    "that stands still fails by itself, with %i others in its group, and leaves nothing",
    async (count) => {
      const begun = door();
      const never = door();
      const later: Promise<unknown>[] = [];
      const stuck = store.transaction(async (tx) => {
        await note(tx, "stuck");
        begun.open();
        await never.opened;
        const written = note(tx, "too late");
        later.push(written.catch(() => "refused"));
      });
      const refused = expect(stuck).rejects.toThrow("waited 5000 ms for something else");
      const others = Array.from({ length: count }, (_, index) =>
        store.transaction((tx) => note(tx, `other ${index}`)),
      );
      await begun.opened;
      const next = store.transaction((tx) => note(tx, "next"));
      await pass();
      await refused;
      await Promise.all([next, ...others]);
      never.open();
      await vi.waitUntil(() => later.length === 1);
      expect(await later[0]).toBe("refused");
      const kept = Array.from({ length: count }, (_, index) => `other ${index}`);
      expect(await noted()).toEqual(["next", ...kept].sort());
    },
    20_000,
  );

  test("that waits between statements is left alone", async () => {
    const slow = store.transaction(async (tx) => {
      for (const what of ["a", "b", "c"]) {
        await vi.advanceTimersByTimeAsync(STANDSTILL_MS_MAX - 1_000);
        await note(tx, what);
      }
    });
    await slow;
    expect(await noted()).toEqual(["a", "b", "c"]);
  }, 20_000);
});
