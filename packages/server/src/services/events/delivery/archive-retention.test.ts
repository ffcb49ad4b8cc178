import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AwsEvent } from "../../../kernel/events.ts";
import { randomIds } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { ARCHIVE_BYTES_MAX } from "../archive-limits.ts";
import { eventsMigrations } from "../migrations.ts";
import { incoming } from "../put-event.ts";
import { insertArchived, sizesOf } from "../rows/archives.ts";
import type { EventsTables } from "../tables.ts";
import { archiveRetention } from "./archive-retention.ts";
import { EventMatcher } from "./event-matcher.ts";
import { EventRouter } from "./event-router.ts";

const DAY_MS = 86_400_000;
const PLACE = { account_id: "000000000000", region: "us-east-1" };
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let nowMs = 1_700_000_000_000;
const clock = { nowMs: () => nowMs };
const dir = mkdtempSync(join(tmpdir(), "rolecast-archives-"));
let store: OpenedStore;
beforeAll(async () => {
  const file = { file: join(dir, "db"), durable: false, nowMs: clock.nowMs };
  store = await openStore({ shared: undefined, ...file, migrations: eventsMigrations });
});
afterAll(async () => {
  await store?.close();
  rmSync(dir, { recursive: true, force: true });
});

const tables = () => store.tables<EventsTables>();
const archived = (id: string, archive_id: string, bytes: number) => ({
  ...{ id, archive_id, time_ms: nowMs, archived_at_ms: nowMs, event: "{}", bytes },
});
const isFull = async (id: string) => {
  const found = tables().db.selectFrom("events_archives").select("full_at_ms");
  return (await found.where("archive_id", "=", id).executeTakeFirstOrThrow()).full_at_ms !== null;
};
const sizeOf = async (id: string) => (await sizesOf([id], tables().db))(id);

test("a full archive leaves out what comes until its retention has made room", async () => {
  const rest = { bus_name: "default", description: null, event_pattern: null, full_at_ms: null };
  const archive = (name: string, retention_days: number) => ({
    ...{ ...PLACE, ...rest, name, archive_id: name, retention_days, created_at_ms: nowMs },
  });
  await tables().transaction(async ({ db }) => {
    await db
      .insertInto("events_archives")
      .values([archive("day", 1), archive("ever", 0)])
      .execute();
    // Their lengths are what counts, and would take a while to be written.
    await insertArchived([archived("old", "day", ARCHIVE_BYTES_MAX - 100)], db);
  });
  nowMs += DAY_MS / 2;
  await tables().transaction(({ db }) => insertArchived([archived("new", "day", 50)], db));
  const event: AwsEvent = {
    ...{ version: "0", id: "1", "detail-type": "t", source: "x", time: "2023-11-15T00:00:00Z" },
    ...{ account: PLACE.account_id, region: PLACE.region, resources: [], detail: {} },
  };
  const metrics = { matched: () => undefined };
  const matcher = new EventMatcher(log);
  const parts = { store, clock, ids: randomIds, webhooks: [], matcher, metrics };
  const route = () => new EventRouter(parts).route(incoming(event));
  await route();
  expect([await isFull("day"), await isFull("ever")]).toEqual([true, false]);
  expect(await sizeOf("day")).toEqual({ count: 2, bytes: ARCHIVE_BYTES_MAX - 50 });
  const { length } = incoming(event).json;
  expect(await sizeOf("ever")).toEqual({ count: 1, bytes: length });

  const retention = archiveRetention({ clock, log, store });
  retention.start();
  await retention.wake();
  expect(await isFull("day")).toBe(true);
  nowMs += DAY_MS / 2 + 1;
  await retention.wake();
  expect(await isFull("day")).toBe(false);
  expect(await sizeOf("day")).toEqual({ count: 1, bytes: 50 });
  await route();
  expect(await sizeOf("day")).toEqual({ count: 2, bytes: 50 + length });
  nowMs += 400 * DAY_MS;
  await retention.wake();
  expect(await sizeOf("day")).toEqual({ count: 0, bytes: 0 });
  // Those of an archive without a retention stay for good.
  expect(await sizeOf("ever")).toEqual({ count: 2, bytes: 2 * length });
  await retention.close();
});
