import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Kysely } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { AwsError } from "../kernel/aws-error.ts";
import {
  type Store,
  StoreUnavailableError,
  type Tables,
  type Transaction,
  type TransactionOptions,
} from "../kernel/store.ts";
import { testContext } from "../kernel/testing/test-context.ts";
import { CommitGroups, type CommitGroupsOptions } from "./commit-groups.ts";
import { openStore } from "./open-store.ts";
import type { OpenedStore } from "./store.ts";
import { hasPostgres, makeSharedSchema } from "./testing/postgres-server.ts";

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

const note = (what: string) => async (tx: Pick<Transaction, "tables">) => {
  await tx.tables<Notes>().db.insertInto("notes").values({ what }).execute();
};

describe.each(dialects)("changes that are ready together, on $name", ({ makeUrl }) => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-groups-"));
  let store: OpenedStore;
  beforeAll(async () => {
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
    rmSync(dir, { recursive: true });
  });
  beforeEach(() => store.empty());

  async function noted(): Promise<string[]> {
    const rows = await store.tables<Notes>().db.selectFrom("notes").selectAll().execute();
    return rows.map(({ what }) => what).sort();
  }

  const KINDS = ["kept", "refused first", "refused after", "broken"] as const;

  test("are each kept or taken back whole, whatever becomes of the others", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...KINDS), { maxLength: 12 }), async (kinds) => {
        await store.empty();
        const called: string[] = [];
        const changes = kinds.map((kind, index) =>
          store.transaction(async (tx) => {
            const what = `${kind} ${index}`;
            if (kind === "refused first") throw new AwsError("No", what, { status: 400 });
            await note(what)(tx);
            tx.afterCommit(() => called.push(what));
            if (kind === "refused after") throw new AwsError("No", what, { status: 400 });
            if (kind === "broken") await tx.db.executeQuery(NO_SQL);
            return what;
          }),
        );
        const ends = await Promise.allSettled(changes);
        const kept = kinds.flatMap((kind, index) => (kind === "kept" ? [`${kind} ${index}`] : []));
        expect(ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []))).toEqual(
          kept,
        );
        expect(called).toEqual(kept);
        expect(await noted()).toEqual([...kept].sort());
      }),
      { numRuns: 20 },
    );
  });

  test("see what those before them changed", async () => {
    const found = await Promise.all(
      ["a", "b", "c"].map((what) =>
        store.tables<Notes>().transaction(async (tx) => {
          const rows = await tx.db.selectFrom("notes").selectAll().execute();
          await note(what)(tx);
          return rows.map((row) => row.what).sort();
        }),
      ),
    );
    expect(found).toEqual([[], ["a"], ["a", "b"]]);
  });

  /** A request whose record is written last in its transaction, as the dispatcher has it. */
  function audited(record: (tx: Transaction) => Promise<void>, alongside = note("alongside")) {
    const context = testContext({ store, alongside, precondition: note("precondition") });
    context.beforeCommit(record);
    return context;
  }

  test.each([
    ["the audit", () => audited(() => Promise.reject(new Error("no room")))],
    [
      "what goes alongside",
      () => audited(note("record"), () => Promise.reject(new Error("no room"))),
    ],
  ])("are taken back when %s fails, and no other is", async (_what, request) => {
    const other = store.transaction(note("other"));
    const change = request().transaction(note("change"));
    await expect(change).rejects.toThrow("no room");
    await other;
    expect(await noted()).toEqual(["other"]);
  });

  test("carry what is committed with each, alone and in a group", async () => {
    const all = ["alongside", "change", "precondition", "record"];
    await audited(note("record")).transaction(note("change"));
    expect(await noted()).toEqual(all);
    await store.empty();
    const others = ["a", "b"].map((what) => store.transaction(note(what)));
    await audited(note("record")).transaction(note("change"));
    await Promise.all(others);
    expect(await noted()).toEqual(["a", "alongside", "b", ...all.slice(1)].sort());
  });
});

/** A statement that no database understands. */
const NO_SQL = { sql: "no sql", parameters: [], query: { kind: "RawNode" } } as never;

describe("groups", () => {
  afterEach(() => {
    for (const open of doors.splice(0)) open();
  });
  const doors: (() => void)[] = [];
  const door = () => new Promise<void>((resolve) => doors.push(resolve));

  function groups(more: Partial<CommitGroupsOptions> = {}) {
    const sizes: number[] = [];
    const db = { executeQuery: async () => {} } as unknown as Kysely<Tables>;
    const commits = new CommitGroups({
      commit: (run, size) => {
        sizes.push(size);
        return run(db);
      },
      statements: { begun: 0, ended: 0 },
      durable: async () => {},
      ...more,
    });
    return { commits, sizes };
  }

  test("are answered once on the disk, refusals too, and keep no other group waiting", async () => {
    const disks: (() => void)[] = [];
    const durable = () => new Promise<void>((resolve) => disks.push(resolve));
    const { commits, sizes } = groups({ durable });
    const answered: string[] = [];
    const change = (name: string, refused = false) =>
      commits
        .transaction(async () => {
          if (refused) throw new Error("refused");
        })
        .then(
          () => answered.push(name),
          () => answered.push(`${name} refused`),
        );
    const first = [change("a"), change("b", true)];
    await vi.waitUntil(() => disks.length === 1);
    const second = change("c");
    await vi.waitUntil(() => disks.length === 2);
    expect([sizes, answered]).toEqual([[2, 1], []]);
    disks[0]?.();
    await Promise.all(first);
    expect(answered).toEqual(["a", "b refused"]);
    disks[1]?.();
    await second;
  });

  test("fail whole where the disk does, and aren't made again", async () => {
    const failure = new StoreUnavailableError("the disk", { cause: new Error("EIO") });
    const { commits, sizes } = groups({ durable: () => Promise.reject(failure) });
    const ends = await Promise.allSettled([1, 2].map((n) => commits.transaction(async () => n)));
    expect(ends).toEqual(Array(2).fill({ status: "rejected", reason: failure }));
    expect(sizes).toEqual([2]);
  });

  test("that the database itself ends are answered with its reason", async () => {
    const failure = new StoreUnavailableError("gone", { cause: new Error("connection") });
    const { commits, sizes } = groups();
    const ends = await Promise.allSettled([
      commits.transaction(async () => 1),
      commits.transaction(() => Promise.reject(failure)),
    ]);
    expect(ends).toEqual(Array(2).fill({ status: "rejected", reason: failure }));
    expect(sizes).toEqual([2]);
  });

  test("that can't be committed together are committed one by one", async () => {
    const conflict = new Error("conflict");
    const db = { executeQuery: async () => {} } as unknown as Kysely<Tables>;
    const sizes: number[] = [];
    const { commits } = groups({
      commit: (run, size) => {
        sizes.push(size);
        return size > 1 ? Promise.reject(conflict) : run(db);
      },
    });
    expect(await Promise.all([1, 2].map((n) => commits.transaction(async () => n)))).toEqual([
      1, 2,
    ]);
    expect(sizes).toEqual([2, 1, 1]);
  });

  test("refuse a change that waits too long to begin, and run those after it", async () => {
    const { commits, sizes } = groups({ patienceMs: 20 });
    const slow = commits.transaction(door);
    await vi.waitUntil(() => sizes.length === 1);
    const impatient = commits.transaction(async () => "never");
    await expect(impatient).rejects.toThrow("too many changes wait for it at once");
    for (const open of doors.splice(0)) open();
    await slow;
    expect(await commits.transaction(async () => "later")).toBe("later");
    expect(sizes).toEqual([1, 1]);
  });

  test("take patient changes whenever there is room, and callers' first", async () => {
    const { commits, sizes } = groups({ patienceMs: 20 });
    const order: string[] = [];
    const all = (kind: string, count: number, options?: TransactionOptions) =>
      Array.from({ length: count }, () =>
        commits.transaction(async () => void order.push(kind), options),
      );
    const slow = commits.transaction(door);
    await vi.waitUntil(() => sizes.length === 1);
    const patient = all("patient", 200, { patient: true });
    await expect(commits.transaction(async () => {})).rejects.toThrow("too many changes");
    const callers = all("caller", 60);
    for (const open of doors.splice(0)) open();
    await Promise.all([slow, ...callers, ...patient]);
    // 48 callers and 16 patient ones, then the other 12 and 52.
    expect(sizes).toEqual([1, 64, 64, 64, 64, 4]);
    expect(order.slice(0, 128).filter((kind) => kind === "caller")).toHaveLength(60);
    expect(order.slice(0, 64).filter((kind) => kind === "caller")).toHaveLength(48);
  });
});
