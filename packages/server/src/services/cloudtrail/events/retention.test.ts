import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { cloudTrailMigrations } from "../migrations.ts";
import type { EventKind, EventRecord } from "../record/event-record.ts";
import type { CloudTrailTables } from "../tables.ts";
import { anEvent, REGION } from "../testing/an-event.ts";
import { BatchWriter } from "./batch-writer.ts";
import { EventHistory } from "./event-history.ts";
import { EVENT_HISTORY_MS, Retention } from "./retention.ts";

const OWN = "000000000000";
const OTHER = "111122223333";
const EVENTS_MAX = 2_000;
const START_MS = 1_700_000_000_000;

let dir: string;
let store: OpenedStore;
let nowMs: number;
let made: number;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-retention-"));
  nowMs = START_MS;
  made = 0;
  store = await openStore({
    ...{ shared: undefined, file: join(dir, "db"), durable: false, nowMs: () => nowMs },
    migrations: cloudTrailMigrations,
  });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

async function flood(accountId: string, kind: EventKind, count: number, note = ""): Promise<void> {
  const tables = store.tables<CloudTrailTables>();
  const writer = new BatchWriter({ store: tables, ids: randomIds, onBatches: async () => {} });
  const records = Array.from({ length: count }, (): EventRecord => {
    made += 1;
    const atMs = nowMs + made;
    return anEvent(made, { accountId, kind, readOnly: kind === "read", atMs, note });
  });
  await writer.write(
    records.map((record) => ({ record, segment: "" })),
    () => {},
  );
}

async function prune(): Promise<void> {
  const clock = { nowMs: () => nowMs };
  await new Retention(store.tables<CloudTrailTables>(), clock, EVENTS_MAX).prune();
}

/** The events that are kept, by account and kind. */
async function kept(): Promise<Record<string, number>> {
  const rows = await store
    .tables<CloudTrailTables>()
    .db.selectFrom("cloudtrail_batches")
    .select(({ fn }) => ["account_id", "kind", fn.sum<number>("event_count").as("events")])
    .groupBy(["account_id", "kind"])
    .execute();
  return Object.fromEntries(
    rows.map(({ account_id, kind, events }) => [`${account_id} ${kind}`, Number(events)]),
  );
}

test("a flood drives out nothing but its own account's of its own kind", async () => {
  const kinds = ["change", "read", "refused", "foreign", "stranger"] as const;
  for (const account of [OWN, OTHER]) for (const kind of kinds) await flood(account, kind, 100);
  await flood(OTHER, "change", 3_000);
  await flood(OWN, "stranger", 3_000);
  await flood(OWN, "refused", 1_500);
  await flood(OWN, "foreign", 3_000);
  await prune();
  expect(await kept()).toEqual({
    [`${OWN} change`]: 100,
    [`${OWN} read`]: 100,
    [`${OWN} refused`]: 1_000,
    [`${OWN} foreign`]: 2_000,
    [`${OWN} stranger`]: 1_000,
    [`${OTHER} change`]: 2_000,
    [`${OTHER} read`]: 100,
    [`${OTHER} refused`]: 100,
    [`${OTHER} foreign`]: 100,
    [`${OTHER} stranger`]: 100,
  });
});

test("large events are kept by their bytes, and leave no key behind", async () => {
  const { randomBytes } = await import("node:crypto");
  const large = randomBytes(75_000).toString("base64");
  await flood(OWN, "change", 100);
  for (let round = 0; round < 4; round += 1) await flood(OWN, "refused", 20, large);
  await prune();
  const { db } = store.tables<CloudTrailTables>();
  const { refused = 0, change = 0 } = Object.fromEntries(
    Object.entries(await kept()).map(([name, count]) => [name.split(" ")[1], count]),
  );
  expect(change).toBe(100);
  expect(refused).toBeGreaterThan(0);
  expect(refused * large.length).toBeLessThan(3_000_000);
  const lost = await db
    .selectFrom("cloudtrail_event_keys as own")
    .leftJoin("cloudtrail_batches as batch", "batch.batch_id", "own.batch_id")
    .select("own.key")
    .where("batch.batch_id", "is", null)
    .execute();
  expect(lost).toEqual([]);
});

test("what is older than the event history goes, and what is counted is what is there", async () => {
  await flood(OWN, "change", 120);
  nowMs += EVENT_HISTORY_MS + 1_000;
  await flood(OWN, "change", 70);
  await prune();
  expect(await kept()).toEqual({ [`${OWN} change`]: 70 });
  const { db } = store.tables<CloudTrailTables>();
  const counts = await db.selectFrom("cloudtrail_event_counts").selectAll().execute();
  const batches = await db
    .selectFrom("cloudtrail_batches")
    .select(({ fn }) => fn.sum<number>("stored_chars").as("chars"))
    .executeTakeFirstOrThrow();
  expect(counts).toEqual([
    { account_id: OWN, kind: "change", events: 70, chars: Number(batches.chars) },
  ]);
  const search = { accountId: OWN, region: REGION, startMs: 0, endMs: 8e15, limit: 50 };
  const page = await new EventHistory(db).page({
    ...search,
    attribute: { key: "EventName", value: "Operation1" },
    position: undefined,
  });
  expect(page.found.length).toBe(14);
});

test("what is too much goes a few batches at a time, and others are served in between", async () => {
  await flood(OWN, "read", 2_000 + 50 * 40);
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  const tables = store.tables<CloudTrailTables>();
  const batches = async () =>
    (await tables.db.selectFrom("cloudtrail_batches").select("batch_id").execute()).length;
  let goneMax = 0;
  const watched = {
    shared: tables.shared,
    db: tables.db,
    tables: tables.tables.bind(tables),
    transaction: async <R>(run: Parameters<typeof tables.transaction<R>>[0]) => {
      const before = await batches();
      const result = await tables.transaction(run);
      goneMax = Math.max(goneMax, before - (await batches()));
      return result;
    },
  };
  await new Retention(watched, { nowMs: () => nowMs }, EVENTS_MAX).prune();
  clearInterval(timer);
  expect(await kept()).toEqual({ [`${OWN} read`]: 2_000 });
  expect(goneMax).toBe(4);
  expect(turns).toBeGreaterThan(3);
});
