import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import { UNWATCHED_DISK } from "../../../kernel/ports/disk-space.ts";
import { StoreUnavailableError } from "../../../kernel/store.ts";
import { openStore } from "../../../storage/open-store.ts";
import { cloudTrailMigrations } from "../migrations.ts";
import type { CloudTrailTables } from "../tables.ts";
import { anEvent } from "../testing/an-event.ts";
import { EventStore } from "./event-store.ts";
import { type JournaledRecord, noJournal } from "./journal.ts";

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const clock = { nowMs: () => 1_700_000_000_000 };

/** A store whose transactions, and a journal whose writes, fail while they are told to. */
async function openEvents(leftovers: ReadonlyMap<string, readonly JournaledRecord[]> = new Map()) {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-events-"));
  const store = await openStore({
    ...{ shared: undefined, file: join(dir, "db"), durable: false, nowMs: clock.nowMs },
    migrations: cloudTrailMigrations,
  });
  const fails = { store: false, journal: false, after: Number.POSITIVE_INFINITY };
  const tables = store.tables<CloudTrailTables>();
  const failing = {
    ...{ shared: false, db: tables.db },
    transaction: async <R>(run: Parameters<typeof tables.transaction<R>>[0]) => {
      fails.after -= 1;
      if (fails.store || fails.after < 0) throw new StoreUnavailableError("away");
      return tables.transaction(run);
    },
  };
  const journal = noJournal();
  const events = new EventStore({
    store: { ...failing, tables: () => failing } as unknown as typeof store,
    ...{ clock, ids: randomIds, log, disk: UNWATCHED_DISK, owner: "own", eventsMax: 100_000 },
    journal: {
      ...journal,
      append: async (records) => {
        if (fails.journal) throw new Error("no room");
        return journal.append(records);
      },
      leftovers: async () => [...leftovers.keys()],
      read: async (segment) => leftovers.get(segment) ?? [],
    },
    onJournaled: () => {},
    onBatches: async () => {},
  });
  const end = async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  };
  const count = async () => {
    const rows = await tables.db.selectFrom("cloudtrail_batches").select("event_count").execute();
    return rows.reduce((sum, { event_count }) => sum + event_count, 0);
  };
  return { events, fails, count, end };
}

test("records wait for a database that is away, as many as memory is meant for, and none is lost", async () => {
  const { events, fails, count, end } = await openEvents();
  const note = "x".repeat(1024 * 1024);
  fails.store = true;
  let taken = 0;
  const refused = await (async () => {
    for (; taken < 100; taken += 1) {
      try {
        await events.append([anEvent(taken, { note, atMs: clock.nowMs() })]);
      } catch (error) {
        return error;
      }
    }
    return undefined;
  })();
  expect(refused).toBeInstanceOf(StoreUnavailableError);
  expect(taken).toBeGreaterThan(50);
  expect(taken).toBeLessThan(70);
  await expect(events.flush()).rejects.toThrow("away");
  fails.store = false;
  await events.flush();
  expect(await count()).toBe(taken);
  await events.append([anEvent(taken, { note, atMs: clock.nowMs() })]);
  await events.flush();
  expect(await count()).toBe(taken + 1);
  await end();
});

test("records that the journal didn't take leave their room to others", async () => {
  const { events, fails, end } = await openEvents();
  const note = "x".repeat(1024 * 1024);
  fails.journal = true;
  for (let index = 0; index < 100; index += 1)
    await expect(events.append([anEvent(index, { note })])).rejects.toThrow("no room");
  fails.journal = false;
  await events.append([anEvent(100, { note })]);
  await events.flush();
  await end();
});

test("of a segment that was written in part the rest is, once", async () => {
  const records = Array.from({ length: 2_000 }, (_, index) => anEvent(index, { atMs: index }));
  const segment = records.map((record) => ({ record, segment: "left" }));
  const { events, fails, count, end } = await openEvents(new Map([["left", segment]]));
  fails.after = 2;
  await expect(events.recover()).rejects.toThrow("away");
  const part = await count();
  expect(part).toBeGreaterThan(0);
  expect(part).toBeLessThan(2_000);
  fails.after = Number.POSITIVE_INFINITY;
  // As the next process would: what this one holds in memory is as good as gone.
  await events.clear();
  await events.recover();
  expect(await count()).toBe(2_000);
  await events.recover();
  expect(await count()).toBe(2_000);
  await end();
});
