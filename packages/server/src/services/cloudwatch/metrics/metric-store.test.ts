import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Clock } from "../../../kernel/clock.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store, Tables } from "../../../kernel/store.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { cloudwatchMigrations } from "../migrations.ts";
import type { CloudWatchTables } from "../tables.ts";
import { MetricStore } from "./metric-store.ts";

const MINUTE_MS = 60_000;
const START_MS = 1_700_000_040_000;
const SERIES = 3;
const MINUTES_MAX = 10;
const METRIC = {
  ...{ accountId: "000000000000", region: "us-east-1" },
  ...{ namespace: "AWS/Studio", name: "Frames", dimensions: { Camera: "0" } },
};
const WINDOW = { fromMs: START_MS, toMs: START_MS + MINUTE_MS, periodMs: MINUTE_MS };

const errors: string[] = [];
const log: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (_fields, message) => errors.push(message),
};

const dir = mkdtempSync(join(tmpdir(), "rolecast-metrics-"));
const opened: OpenedStore[] = [];
let nowMs = START_MS;
const clock: Clock = { nowMs: () => nowMs };
afterAll(async () => {
  for (const store of opened) await store.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(file: string, migrations = cloudwatchMigrations): Promise<OpenedStore> {
  const store = await openStore({
    ...{ shared: undefined, file: join(dir, file), durable: false, migrations },
    nowMs: clock.nowMs,
  });
  opened.push(store);
  return store;
}

function sample(value: number, camera = "0", namespace = METRIC.namespace) {
  return {
    ...METRIC,
    namespace,
    dimensions: { Camera: camera },
    unit: "Count",
    value,
    atMs: nowMs,
  };
}

test("no more minutes are kept than the limit, the newest of all series, the services' apart", async () => {
  const store = await open("limit");
  const metrics = new MetricStore(store, clock, log, { minutesMax: MINUTES_MAX });
  for (let minute = 0; minute < 30; minute += 1, nowMs += MINUTE_MS) {
    const cameras = Array.from({ length: SERIES }, (_, index) => String(index));
    metrics.put(cameras.map((camera) => sample(minute, camera)));
    metrics.put([sample(minute, "0", "Studio")]);
    await metrics.flush();
  }
  nowMs = START_MS;
  const kept = (ofService: number) =>
    store
      .tables<CloudWatchTables>()
      .db.selectFrom("cloudwatch_minutes")
      .where("of_service", "=", ofService)
      .select("sum")
      .execute();
  const sums = async (ofService: number) =>
    (await kept(ofService)).map(({ sum }) => sum).sort((a, b) => a - b);
  // Trimmed last after the 21st minute: to three minutes of three series, and four of the other.
  const since = (first: number) => Array.from({ length: 30 - first }, (_, index) => index + first);
  expect(await sums(1)).toEqual(since(18).flatMap((sum) => Array(SERIES).fill(sum)));
  expect(await sums(0)).toEqual(since(17));
});

test("too many metrics push out the oldest of their own, and none of the services'", async () => {
  const metrics = new MetricStore(await open("series"), clock, log, { seriesMax: 2 });
  metrics.put([sample(1)]);
  const ahead = { atMs: START_MS + MINUTE_MS };
  const cameras = ["a", "b", "c", "d", "e"];
  metrics.put(cameras.map((camera) => ({ ...sample(1, camera, "Studio"), ...ahead })));
  await metrics.flush();
  const { Metrics = [] } = await metrics.page(METRIC, {});
  expect(Metrics.map(({ Namespace }) => Namespace)).toEqual(["AWS/Studio", "Studio", "Studio"]);
});

test("PutMetricData is refused metrics past an account's number and size, and others aren't", async () => {
  const store = await open("quota");
  nowMs = START_MS;
  const key = (camera: string, accountId = METRIC.accountId) => {
    const { value: _value, atMs: _atMs, ...rest } = sample(1, camera, "Studio");
    return { ...rest, accountId };
  };
  const put = async (metrics: MetricStore, cameras: readonly string[], accountId?: string) => {
    const keys = cameras.map((camera) => key(camera, accountId));
    await metrics.admit(accountId ?? METRIC.accountId, keys);
    metrics.put(keys.map((each) => ({ ...each, value: 1, atMs: nowMs })));
    await metrics.flush();
  };
  const full = { code: "LimitExceededException" };
  const metrics = new MetricStore(store, clock, log, { seriesMax: 3 });
  await put(metrics, ["a", "b"]);
  // All or none.
  await expect(put(metrics, ["c", "d"])).rejects.toMatchObject(full);
  await put(metrics, ["a", "b", "c"]);
  await expect(put(metrics, ["d"])).rejects.toThrow("15 days makes room");
  await put(metrics, ["d"], "111122223333");
  // After a restart what is in the database counts.
  const again = new MetricStore(store, clock, log, { seriesMax: 3 });
  await expect(put(again, ["e"])).rejects.toMatchObject(full);
  await put(again, ["c"]);
  // And what has gone makes room.
  await store.empty();
  nowMs += MINUTE_MS;
  await put(again, ["e"]);
  const small = new MetricStore(await open("small"), clock, log, { charsMax: 1_000 });
  await put(small, ["a"]);
  await expect(put(small, ["x".repeat(1_000)])).rejects.toMatchObject(full);
});

test("an account's flood pushes out its own metrics, and no other account's", async () => {
  const OTHER = "111122223333";
  const store = await open("accounts");
  const metrics = new MetricStore(store, clock, log, { seriesMax: 3, minutesMax: 30 });
  nowMs = START_MS;
  const own = (camera: string) => sample(1, camera, "Studio");
  const others = (camera: string) => ({ ...own(camera), accountId: OTHER, atMs: nowMs + 60_000 });
  metrics.put([own("a"), own("b")]);
  metrics.put(Array.from({ length: 400 }, (_, index) => others(`flood${index}`)));
  await metrics.flush();
  const namesOf = async (accountId: string) =>
    (await metrics.page({ ...METRIC, accountId }, {})).Metrics?.length;
  expect(await namesOf(METRIC.accountId)).toBe(2);
  expect(await namesOf(OTHER)).toBe(3);
  const minutes = await store
    .tables<CloudWatchTables>()
    .db.selectFrom("cloudwatch_minutes")
    .select(({ fn }) => ["account_id", fn.countAll<number>().as("minutes")])
    .groupBy("account_id")
    .orderBy("account_id")
    .execute();
  expect(minutes.map(({ minutes: count }) => Number(count))).toEqual(
    [2, 0].slice(0, minutes.length),
  );
});

test("what could not be written is written with what comes next", async () => {
  const store = await open("failing");
  let failing = true;
  const inner = store.tables<CloudWatchTables>();
  const once: Store<CloudWatchTables> = {
    shared: false,
    db: inner.db,
    transaction: (run) =>
      failing ? Promise.reject(new Error("the disk is full")) : inner.transaction(run),
    tables: <U extends Tables>() => once as unknown as Store<U>,
  };
  const metrics = new MetricStore(once as unknown as Store, clock, log);
  metrics.put([sample(1)]);
  await metrics.flush();
  expect(errors).toEqual(["Metrics were not written yet"]);
  failing = false;
  metrics.put([sample(2)]);
  expect(await metrics.periods(METRIC, WINDOW)).toMatchObject([{ sampleCount: 2, sum: 3 }]);
});

test("minutes of before series had rows of their own are still there", async () => {
  const before = await open("moved", cloudwatchMigrations.slice(0, 1));
  const row = { namespace: METRIC.namespace, name: METRIC.name, dimensions: '[["Camera","0"]]' };
  await before.tables<{ cloudwatch_datapoints: Record<string, unknown> }>().transaction(({ db }) =>
    db
      .insertInto("cloudwatch_datapoints")
      .values({
        ...{ ...row, account_id: METRIC.accountId, region: METRIC.region, unit: "Count" },
        ...{ minute_ms: START_MS, sample_count: 2, sum: 5, minimum: 1, maximum: 4 },
      })
      .execute(),
  );
  await before.close();
  const metrics = new MetricStore(await open("moved"), clock, log);
  expect(await metrics.periods(METRIC, WINDOW)).toEqual([
    { atMs: START_MS, unit: "Count", sampleCount: 2, sum: 5, minimum: 1, maximum: 4 },
  ]);
  const { Metrics } = await metrics.page(METRIC, {});
  expect(Metrics).toMatchObject([{ MetricName: METRIC.name }]);
});

test("metrics are listed in pages, each once whatever its units", async () => {
  const metrics = new MetricStore(await open("pages"), clock, log);
  const count = 1_203;
  for (let camera = 0; camera < count; camera += 1)
    for (const unit of ["Bytes", "Count"]) metrics.put([{ ...sample(1, String(camera)), unit }]);
  const sizes: number[] = [];
  const cameras = new Set<string | undefined>();
  let token: string | undefined;
  do {
    const page = await metrics.page(METRIC, token === undefined ? {} : { NextToken: token });
    sizes.push(page.Metrics?.length ?? 0);
    for (const { Dimensions } of page.Metrics ?? []) cameras.add(Dimensions?.[0]?.Value);
    token = page.NextToken;
  } while (token !== undefined);
  expect([sizes, cameras.size]).toEqual([[500, 500, 203], count]);
});

test("a thousand metrics of an account have finer periods; more are logged once", async () => {
  const store = await open("full");
  nowMs = START_MS;
  const warnings: object[] = [];
  const warn = (fields: object) => void warnings.push(fields);
  const metrics = new MetricStore(store, clock, { ...log, warn });
  const put = (count: number, namespace = "Studio") =>
    metrics.put(Array.from({ length: count }, (_, index) => sample(1, String(index), namespace)));
  put(1_000);
  expect(warnings).toEqual([]);
  put(1_002);
  expect(warnings).toEqual([{ ofServices: false }]);
  await metrics.flush();
  put(1_002);
  expect(warnings).toEqual([{ ofServices: false }, { ofServices: false }]);
  const periods = (camera: string) =>
    metrics.periods(
      { ...METRIC, namespace: "Studio", dimensions: { Camera: camera } },
      { ...WINDOW, periodMs: 5_000 },
    );
  expect((await periods("999")).length).toBe(1);
  expect(await periods("1000")).toEqual([]);
  // The services' own have room beside them, and others once these are three hours old.
  put(1_001, "AWS/Studio");
  expect(warnings.length).toBe(2);
  nowMs += 4 * 60 * MINUTE_MS;
  await metrics.flush();
  metrics.put([sample(1, "new", "Studio")]);
  await metrics.flush();
  metrics.put([sample(1, "newer", "Studio")]);
  expect(warnings.length).toBe(2);
});

test("a look at some metrics, or at their list, writes no other minutes", async () => {
  const store = await open("asked");
  nowMs = START_MS;
  const metrics = new MetricStore(store, clock, log);
  const { db } = store.tables<CloudWatchTables>();
  const rows = async () =>
    (await db.selectFrom("cloudwatch_minutes").select("series_id").execute()).length;
  const measure = (count: number) =>
    metrics.put(Array.from({ length: count }, (_, index) => sample(1, String(index))));
  measure(2_000);
  expect(await metrics.periods(METRIC, WINDOW)).toMatchObject([{ sum: 1 }]);
  expect(await rows()).toBe(1);
  const keys = ["1", "2"].map((Camera) => ({ ...METRIC, dimensions: { Camera } }));
  await metrics.flushOf([...keys, ...keys]);
  expect(await rows()).toBe(3);
  metrics.put([sample(1)]);
  expect(await metrics.periods(METRIC, WINDOW)).toMatchObject([{ sampleCount: 2, sum: 2 }]);
  // A list needs those that it lacks.
  metrics.put([{ ...sample(1, "of another"), accountId: "111122223333" }]);
  expect((await metrics.page(METRIC, {})).Metrics).toHaveLength(500);
  expect(await rows()).toBe(2_000);
  nowMs += MINUTE_MS;
  measure(2_001);
  await metrics.page(METRIC, {});
  expect(await rows()).toBe(2_001);
  await metrics.flush();
  expect(await rows()).toBe(4_002);
});

test("a metric that is asked for while all are written counts no value twice", async () => {
  const store = await open("beside");
  nowMs = START_MS;
  const metrics = new MetricStore(store, clock, log);
  for (let round = 1; round <= 5; round += 1) {
    metrics.put(Array.from({ length: 1_000 }, (_, index) => sample(1, String(index))));
    const flushed = metrics.flush();
    metrics.put([sample(1, "999")]);
    for (const Camera of ["0", "500"]) {
      const metric = { ...METRIC, dimensions: { Camera } };
      expect(await metrics.periods(metric, WINDOW)).toMatchObject([{ sum: round }]);
    }
    await flushed;
  }
  await metrics.flush();
  const last = { ...METRIC, dimensions: { Camera: "999" } };
  expect(await metrics.periods(last, WINDOW)).toMatchObject([{ sum: 10 }]);
});
