import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import { UNWATCHED_DISK } from "../../../kernel/ports/disk-space.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { cloudTrailMigrations } from "../migrations.ts";
import { findableOf, type ParsedRecord } from "../record/event-attributes.ts";
import type { EventRecord } from "../record/event-record.ts";
import type { CloudTrailTables } from "../tables.ts";
import { unpackBatch } from "./event-batches.ts";
import { EventStore } from "./event-store.ts";
import { FileJournal, type Journal } from "./journal.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

let dir: string;
let opened: OpenedStore;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-events-"));
  const migrations = cloudTrailMigrations;
  const file = join(dir, "a.db");
  opened = await openStore({ file, durable: false, migrations, nowMs: () => 1 });
});
afterEach(async () => {
  await opened.close();
  rmSync(dir, { recursive: true });
});

function eventsWith(
  journal: Journal,
  owner = "us",
  added: (events: number) => void = () => {},
): EventStore {
  return new EventStore({
    store: opened,
    clock: { nowMs: () => 1_000 },
    ids: randomIds,
    log,
    journal,
    disk: UNWATCHED_DISK,
    owner,
    eventsMax: 1_000,
    onJournaled: () => {},
    onBatches: async (batches) =>
      added(batches.reduce((sum, { event_count: count }) => sum + count, 0)),
  });
}

function record(eventId: string): EventRecord {
  const parsed = { eventID: eventId, eventName: "GetRole", eventSource: "iam", userIdentity: {} };
  const text = JSON.stringify(parsed);
  return {
    eventId,
    accountId: "000000000000",
    region: "us-east-1",
    kind: "read",
    readOnly: true,
    atMs: 1_000,
    findable: findableOf(JSON.parse(text) as ParsedRecord),
    text,
  };
}

async function counted(): Promise<number> {
  const rows = await opened
    .tables<CloudTrailTables>()
    .db.selectFrom("cloudtrail_batches")
    .select("event_count")
    .execute();
  return rows.reduce((sum, { event_count: count }) => sum + count, 0);
}

test("records that a slow disk takes while others are written to the database aren't lost", async () => {
  const files = new FileJournal(join(dir, "journal"), [], randomIds);
  const writes: (() => void)[] = [];
  const slow: Journal = {
    append: async (records) => {
      const journaled = await files.append(records);
      await new Promise<void>((resolve) => {
        writes.push(resolve);
      });
      return journaled;
    },
    rotate: () => files.rotate(),
    remove: (segment) => files.remove(segment),
    leftovers: () => files.leftovers(),
    read: (segment) => files.read(segment),
  };
  const events = eventsWith(slow);
  const next = () => new Promise((resolve) => setTimeout(resolve, 20));
  /** Resolves when a write is under way. */
  const underWay = () => expect.poll(() => writes.length).toBeGreaterThan(0);
  const finish = async () => {
    await underWay();
    writes.shift()?.();
  };
  for (let round = 0; round < 3; round++) {
    const appended = events.append([record(`slow-${round}`)]);
    await underWay();
    const flushed = events.flush();
    await next();
    const after = events.append([record(`after-${round}`)]);
    await finish();
    await Promise.all([appended, flushed, next()]);
    expect(await counted()).toBe(2 * round + 1);
    await finish();
    await after;
    await events.flush();
    expect(await counted()).toBe(2 * round + 2);
  }
  // Everything is in the database, so no segment is left to be taken in again.
  expect(await new FileJournal(join(dir, "journal"), [], randomIds).leftovers()).toEqual([]);
});

test("what an earlier process and nodes that are gone left is taken in, once", async () => {
  const dirs = ["own", "gone", "away"].map((name) => join(dir, name));
  for (const [index, path] of dirs.entries()) {
    const journal = new FileJournal(path, [], randomIds);
    await journal.append([record(`left-${index}`)]);
  }
  const [own = "", ...abandoned] = dirs;
  const journal = new FileJournal(own, [...abandoned, join(dir, "never-there")], randomIds);
  await eventsWith(journal).recover();
  expect(await counted()).toBe(3);
  expect(await journal.leftovers()).toEqual([]);
});

/** The intents that one transaction takes at most: nothing else is served during it. */
const ADOPTED_AT_ONCE = 100;

test.each([
  [0, []],
  [ADOPTED_AT_ONCE, [100]],
  [ADOPTED_AT_ONCE + 1, [100, 1]],
  [2 * ADOPTED_AT_ONCE + 1, [100, 100, 1]],
])("%i changes that were left unanswered are adopted once, in parts of %j", async (left, sizes) => {
  const ids = Array.from({ length: left }, (_, index) => `change-${index}`);
  const journal = () => new FileJournal(join(dir, "journal"), [], randomIds);
  const intend = (owner: string, eventIds: readonly string[]) =>
    opened.transaction((tx) =>
      eventsWith(journal(), owner).intend(
        eventIds.map((id) => ({ ...record(id), readOnly: false })),
        tx,
      ),
    );
  for (let from = 0; from < left; from += 50) await intend("us", ids.slice(from, from + 50));
  await intend("others", ["not ours"]);
  const adopted: number[] = [];
  const next = eventsWith(journal(), "us", (events) => adopted.push(events));
  for (let times = 0; times < 2; times += 1) {
    await next.recover();
    expect(adopted.filter((events) => events > 0)).toEqual(sizes);
  }
  const { db } = opened.tables<CloudTrailTables>();
  const batches = await db.selectFrom("cloudtrail_batches").select("body").execute();
  const texts = (await Promise.all(batches.map(unpackBatch))).flat().map(({ text }) => text);
  expect(texts.map((text) => JSON.parse(text).eventID).sort()).toEqual(ids.toSorted());
  const intents = await db.selectFrom("cloudtrail_intents").select("event_id").execute();
  expect(intents).toEqual([{ event_id: "not ours" }]);
});
