import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { hasPostgres, makeSharedSchema } from "../../../storage/testing/postgres-server.ts";
import { cloudTrailMigrations } from "../migrations.ts";
import { type Attribute, attributesOf } from "../record/event-attributes.ts";
import type { EventRecord } from "../record/event-record.ts";
import type { CloudTrailTables } from "../tables.ts";
import { anEvent, REGION } from "../testing/an-event.ts";
import { BatchWriter } from "./batch-writer.ts";
import { EventHistory, type HistorySearch } from "./event-history.ts";

const START_MS = 1_700_000_000_000;
const EVERY: HistorySearch = {
  ...{ accountId: "000000000000", region: REGION, startMs: 0, endMs: 8e15 },
  ...{ attribute: undefined, limit: 50, position: undefined },
};

describe.each([["SQLite"], ...(hasPostgres ? [["PostgreSQL"]] : [])])("on %s", (database) => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-history-"));
  let store: OpenedStore;
  let db: Kysely<CloudTrailTables>;

  beforeAll(async () => {
    store = await openStore({
      shared: database === "PostgreSQL" ? { url: await makeSharedSchema() } : undefined,
      ...{ file: join(dir, "db"), durable: false, nowMs: () => START_MS },
      migrations: cloudTrailMigrations,
    });
    db = store.tables<CloudTrailTables>().db;
  });
  afterAll(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function write(records: readonly EventRecord[]): Promise<void> {
    const tables = store.tables<CloudTrailTables>();
    const writer = new BatchWriter({ store: tables, ids: randomIds, onBatches: async () => {} });
    await writer.write(
      records.map((record) => ({ record, segment: "" })),
      () => {},
    );
  }

  /** All pages of a search, one after the other. */
  async function all(search: HistorySearch): Promise<string[]> {
    const ids: string[] = [];
    let { position } = search;
    do {
      const { found, next } = await new EventHistory(db).page({ ...search, position });
      ids.push(...found.map(({ record }) => record.eventID));
      position = next;
    } while (position);
    return ids;
  }

  /** How many batches a page reads, in order. */
  async function reads(search: HistorySearch): Promise<{ batches: number; events: number }> {
    let batches = 0;
    class Counted extends EventHistory {
      override batchesQuery(...args: Parameters<EventHistory["batchesQuery"]>) {
        const query = super.batchesQuery(...args);
        const execute = query.execute.bind(query);
        return Object.assign(query, {
          execute: async () => {
            const rows = await execute();
            batches += rows.length;
            return rows;
          },
        });
      }
    }
    const { found } = await new Counted(db).page(search);
    return { batches, events: found.length };
  }

  test("pages of any search are what a look at every event finds, newest first", async () => {
    await store.empty();
    // Far apart, within a second, of one millisecond and below it; of several lots that overlap.
    const offset = fc.oneof(
      fc.integer({ min: 0, max: 5_000 }),
      fc.integer({ min: 0, max: 20 }).map((tenth) => 2_000 + tenth / 10),
      fc.constantFrom(0, 60_000, 3_600_000),
    );
    const lots = fc.sample(
      fc.array(fc.array(offset, { minLength: 1, maxLength: 90 }), { minLength: 8, maxLength: 8 }),
      { numRuns: 1, seed: 7 },
    )[0] as number[][];
    const records: EventRecord[] = [];
    for (const lot of lots) {
      const made = lot.map((ms, index) => anEvent(records.length + index, { atMs: START_MS + ms }));
      records.push(...made);
      await write(made);
    }
    const ordered = [...records].sort(
      (one, other) => other.atMs - one.atMs || (one.eventId < other.eventId ? 1 : -1),
    );
    const some = fc.integer({ min: 0, max: records.length - 1 });
    const attribute = fc.option(
      fc
        .tuple(some, fc.nat())
        .map(([index, pick]) => {
          const attributes = attributesOfRecord(records[index]);
          return attributes[pick % attributes.length];
        })
        .map((one) => one ?? { key: "EventName", value: "None" }),
      { nil: undefined },
    );
    const time = fc.option(some.map((index) => records[index]?.atMs ?? 0));
    await fc.assert(
      fc.asyncProperty(attribute, time, time, fc.integer({ min: 1, max: 50 }), async (...drawn) => {
        const [wanted, startMs, endMs, limit] = drawn;
        const search = { ...EVERY, attribute: wanted, limit };
        const range = { startMs: startMs ?? 0, endMs: endMs ?? 8e15 };
        const expected = ordered.filter(
          (record) =>
            record.atMs >= range.startMs &&
            record.atMs <= range.endMs &&
            (!wanted || attributesOfRecord(record).some((own) => isSame(own, wanted))),
        );
        expect(await all({ ...search, ...range })).toEqual(expected.map(({ eventId }) => eventId));
      }),
      { numRuns: 30 },
    );
  });

  test("a page reads as little of a long history as of a short one", async () => {
    const search = async (position: HistorySearch["position"], attribute?: Attribute) =>
      reads({ ...EVERY, attribute, position });
    const rare = { key: "ResourceName", value: "thing30" };
    const common = { key: "Username", value: "user3" };
    const figures: Awaited<ReturnType<typeof search>>[][] = [];
    for (const count of [200, 2_000]) {
      await store.empty();
      const lonely = Array.from({ length: count }, (_, index) =>
        anEvent(index, { atMs: START_MS + index * 1_000 }),
      );
      await write(lonely);
      const middle = { atMs: START_MS + (count / 2) * 1_000, eventId: "~" };
      figures.push([
        await search(undefined),
        await search(middle),
        await search(undefined, rare),
        await search(undefined, { key: "Username", value: "nobody" }),
        await search(undefined, common),
        await search(middle, common),
      ]);
    }
    const [short = [], long = []] = figures;
    expect(
      Math.min(...[short[0], short[2], long[0], long[2]].map((one) => one?.batches ?? 0)),
    ).toBeGreaterThan(0);
    for (const [index, few] of short.entries()) {
      const many = long[index] ?? few;
      // What is read is what the page shows, and what shows that nothing is missing.
      expect(many.batches).toBeLessThanOrEqual(2 * many.events + 8);
      expect(few.batches).toBeLessThanOrEqual(2 * few.events + 8);
    }
    expect(long.map(({ events }) => events)).toEqual([50, 50, 1, 0, 50, 50]);
  });

  // Of PostgreSQL's plans nothing can be said for a few rows.
  if (database === "SQLite")
    test("each page is a search in the order of the index", async () => {
      const history = new EventHistory(db);
      const after = { batch_id: "b", last_ms: 5, body: "" };
      const position = { atMs: 7, eventId: "e" };
      for (const attribute of [undefined, { key: "EventName", value: "a" }]) {
        for (const behind of [undefined, after]) {
          const query = history
            .batchesQuery({ ...EVERY, attribute, position }, 4, behind)
            .compile();
          const plan = await sql<{ detail: string }>`explain query plan ${sql.raw(
            query.sql.replaceAll("?", "1"),
          )}`.execute(db);
          const details = plan.rows.map(({ detail }) => detail);
          expect(details).toHaveLength(2);
          expect(details[0]).toMatch(/^SEARCH place USING .*INDEX .*\(key=\? AND /);
          expect(details[1]).toMatch(/^SEARCH batch USING INDEX .*\(batch_id=\?\)/);
        }
      }
    });

  test("a page of large records ends early, and goes on", async () => {
    await store.empty();
    const records = Array.from({ length: 30 }, (_, index) =>
      anEvent(index, { atMs: START_MS + index, note: "x".repeat(150_000) }),
    );
    await write(records);
    const { found, next } = await new EventHistory(db).page(EVERY);
    expect(found.length).toBeGreaterThan(2);
    expect(found.length).toBeLessThan(10);
    expect(next).toBeDefined();
    expect(await all(EVERY)).toEqual(records.map(({ eventId }) => eventId).reverse());
  });
});

function attributesOfRecord(record: EventRecord | undefined): readonly Attribute[] {
  if (!record) return [];
  return [{ key: "EventId", value: record.eventId }, ...attributesOf(record.findable)];
}

function isSame(one: Attribute, other: Attribute): boolean {
  return one.key === other.key && one.value === other.value;
}
