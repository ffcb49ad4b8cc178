import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../kernel/log.ts";
import { type OpenedStore, openStore } from "../../storage/store.ts";
import { MetricStore } from "./metric-store.ts";
import { cloudwatchMigrations } from "./migrations.ts";
import type { CloudWatchTables } from "./tables.ts";

const MINUTE_MS = 60_000;
const START_MS = 1_700_000_040_000;
const SERIES = 3;
const ROWS_MAX = 10;

const log: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (fields) => {
    throw new Error(JSON.stringify(fields));
  },
};

const dir = mkdtempSync(join(tmpdir(), "rolecast-metrics-"));
let store: OpenedStore | undefined;
afterAll(async () => {
  await store?.close();
  rmSync(dir, { recursive: true, force: true });
});

test("no more minutes are kept than the limit, the newest of all series", async () => {
  let nowMs = START_MS;
  const clock: Clock = { nowMs: () => nowMs };
  store = await openStore({
    shared: undefined,
    file: join(dir, crypto.randomUUID()),
    durable: false,
    migrations: cloudwatchMigrations,
    nowMs: clock.nowMs,
  });
  const metrics = new MetricStore(store, clock, log, ROWS_MAX);
  const minutes = 30;
  for (let minute = 0; minute < minutes; minute += 1, nowMs += MINUTE_MS) {
    const samples = Array.from({ length: SERIES }, (_, index) => ({
      accountId: "000000000000",
      region: "us-east-1",
      namespace: "Studio",
      name: "Frames",
      dimensions: { Camera: String(index) },
      unit: "Count",
      value: minute,
      atMs: nowMs,
    }));
    metrics.put(samples);
    await metrics.flush();
  }
  const { db } = store.tables<CloudWatchTables>();
  const rows = await db.selectFrom("cloudwatch_datapoints").select("sum").execute();
  // Trimmed last after the 21st minute, to three minutes of three series; then nine minutes came.
  expect(rows.map((row) => row.sum).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 12 }, (_, index) => index + 18).flatMap((sum) => Array(SERIES).fill(sum)),
  );
});
