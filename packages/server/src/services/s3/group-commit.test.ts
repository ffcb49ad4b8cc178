import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AwsError } from "../../kernel/aws-error.ts";
import type { Store, Transaction } from "../../kernel/store.ts";
import { testContext } from "../../kernel/testing/test-context.ts";
import { openStore } from "../../storage/open-store.ts";
import type { OpenedStore } from "../../storage/store.ts";
import { GroupCommit } from "./group-commit.ts";

const outside = testContext();

/** A store that counts its transactions and ends each on the next turn of the event loop. */
class CountingStore {
  transactions = 0;

  tables(): Store {
    return this as unknown as Store;
  }

  async transaction<R>(run: (tx: Transaction) => Promise<R>): Promise<R> {
    this.transactions++;
    const result = await run({ tables: () => ({}) } as unknown as Transaction);
    await new Promise((resolve) => setImmediate(resolve));
    return result;
  }
}

const counting = { count: async () => new Map<string, number>(), acknowledge: async () => {} };

function groupCommit() {
  const store = new CountingStore();
  return { store, commits: new GroupCommit(store as unknown as Store, counting) };
}

test("changes that are ready together share one commit, each with its own result", async () => {
  const { store, commits } = groupCommit();
  const results = Array.from({ length: 10 }, (_, i) => commits.commit(outside, async () => i));
  expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(store.transactions).toBe(1);
});

test("a refused change fails alone", async () => {
  const { store, commits } = groupCommit();
  const refusal = new AwsError("PreconditionFailed", "no", { status: 412 });
  const first = commits.commit(outside, async () => "first");
  const refused = commits.commit(outside, async () => {
    throw refusal;
  });
  const third = commits.commit(outside, async () => "third");
  await expect(refused).rejects.toBe(refusal);
  expect(await Promise.all([first, third])).toEqual(["first", "third"]);
  expect(store.transactions).toBe(1);
});

test("a change that breaks is rolled back with its group, and the others are made again", async () => {
  const { commits } = groupCommit();
  let made = 0;
  const first = commits.commit(outside, async () => "first");
  const broken = commits.commit(outside, async () => {
    throw new Error("disk full");
  });
  const third = commits.commit(outside, async () => ++made);
  await expect(broken).rejects.toThrow("disk full");
  expect(await first).toBe("first");
  expect(await third).toBe(1);
});

describe("what must be committed with a change in a group", () => {
  interface Notes {
    notes: { what: string };
  }
  const dir = mkdtempSync(join(tmpdir(), "rolecast-group-"));
  const note = (what: string) => async (tx: Pick<Transaction, "tables">) => {
    await tx.tables<Notes>().db.insertInto("notes").values({ what }).execute();
  };
  const migration = {
    name: "test/0001-notes",
    up: async (db: Store["db"]) =>
      db.schema.createTable("notes").addColumn("what", "text").execute(),
  };
  let store: OpenedStore;
  let commits: GroupCommit;

  beforeAll(async () => {
    const options = { durable: false, migrations: [migration], nowMs: () => 1 };
    store = await openStore({ file: join(dir, "a.db"), ...options });
  });
  afterAll(async () => {
    await store.close();
    rmSync(dir, { recursive: true });
  });
  beforeEach(async () => {
    await store.empty();
    commits = new GroupCommit(store, counting);
  });

  async function noted(): Promise<string[]> {
    const rows = await store.tables<Notes>().db.selectFrom("notes").selectAll().execute();
    return rows.map(({ what }) => what);
  }

  /** A request whose record is written last in its transaction, as the dispatcher has it. */
  function audited(record: (tx: Transaction) => Promise<void>, alongside = note("alongside")) {
    const context = testContext({ store, alongside, precondition: note("precondition") });
    context.beforeCommit(record);
    return context;
  }

  test("is committed in the same transaction, the audit's record last", async () => {
    const other = commits.commit(outside, note("other"));
    await commits.commit(audited(note("record")), note("change"));
    await other;
    expect(await noted()).toEqual(["other", "precondition", "change", "alongside", "record"]);
  });

  test.each([
    ["the audit", audited.bind(undefined, () => Promise.reject(new Error("no room")))],
    [
      "what goes alongside",
      audited.bind(undefined, note("record"), () => Promise.reject(new Error("no room"))),
    ],
  ])("takes the change back when %s fails, and no other", async (_what, request) => {
    const other = commits.commit(outside, note("other"));
    const change = commits.commit(request(), note("change"));
    await expect(change).rejects.toThrow("no room");
    await other;
    expect(await noted()).toEqual(["other"]);
  });

  test("holds for a single transaction too", async () => {
    await audited(note("record")).transaction(note("change"));
    expect(await noted()).toEqual(["precondition", "change", "alongside", "record"]);
    await store.empty();
    const failing = audited(() => Promise.reject(new Error("no room")));
    await expect(failing.transaction(note("change"))).rejects.toThrow("no room");
    expect(await noted()).toEqual([]);
  });
});
