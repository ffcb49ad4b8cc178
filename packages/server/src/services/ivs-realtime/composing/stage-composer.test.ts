import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { realTimeMigrations } from "../migrations.ts";
import { findComposition, type StoredDestination } from "../rows/compositions.ts";
import type { CompositionRow, RealTimeTables } from "../tables.ts";
import {
  ARN,
  BUCKET,
  type ComposerProcess,
  type ComposerWorld,
  composerProcess,
  DESTINATION,
  PLACE,
  ROW,
} from "../testing/composer-process.ts";

let folder: string;
let store: OpenedStore;
let world: ComposerWorld;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "rolecast-composer-"));
  const file = join(folder, "state.db");
  const options = { durable: false, migrations: realTimeMigrations, nowMs: () => 1 };
  store = await openStore({ file, ...options });
  world = { store, nowMs: 0, published: [] };
  const stage = { ...PLACE, id: "stagestage12", tags: "{}", created_at_ms: 1, name: "" };
  await store.tables<RealTimeTables>().transaction(async ({ db }) => {
    await db
      .insertInto("ivs_stages")
      .values({ ...stage, recording: "{}", storage_configuration_arn: "" })
      .execute();
    await db.insertInto("ivs_compositions").values(ROW).execute();
  });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const processOf = () => composerProcess(world);

async function destined(...destinations: readonly StoredDestination[]) {
  await store.tables<RealTimeTables>().transaction(async ({ db }) => {
    const change = { destinations: JSON.stringify(destinations) };
    await db.updateTable("ivs_compositions").set(change).execute();
  });
}

async function changed(change: Partial<CompositionRow>) {
  await store.tables<RealTimeTables>().transaction(async ({ db }) => {
    await db.updateTable("ivs_compositions").set(change).execute();
  });
}

async function found() {
  const row = await findComposition(store.tables<RealTimeTables>().db, ROW);
  const [destination] = JSON.parse(row?.destinations ?? "[]") as StoredDestination[];
  return `${row?.state} ${destination?.state}`;
}

const names = () => world.published.map(({ detail }) => detail.event_name);

test("waits for a publisher for a minute, and for five more minutes is known", async () => {
  const one = processOf();
  one.composer.start();
  await one.round(60_000);
  expect(await found()).toBe("STARTING STARTING");
  await one.round(60_001);
  expect(await found()).toBe("STOPPED STOPPED");
  expect(names()).toEqual(["Destination End", "Session End"]);
  await one.round(60_001 + 300_000);
  expect(await found()).toBe("STOPPED STOPPED");
  await one.round(60_002 + 300_000);
  expect(await found()).toBe("undefined undefined");
  await one.composer.close();
});

test("begins with the first publisher, and ends a minute after the last", async () => {
  const one = processOf();
  one.composer.start();
  one.publish(1);
  await one.round(1_000);
  expect(one.plans).toMatchObject([
    {
      ...{ composition: ARN, outputs: [{ output: "destination1", name: "key" }] },
      scene: { group: "st-1", cast: [{ publication: "p" }] },
    },
  ]);
  one.heard({ type: "output-started" });
  one.heard({ type: "output-reconnecting", message: "cut off" });
  one.heard({ type: "output-started" });
  one.publish(0);
  await one.round(61_000);
  expect(await found()).toBe("ACTIVE ACTIVE");
  await one.round(61_001);
  expect(await found()).toBe("STOPPED STOPPED");
  expect(one.stopped).toEqual([ARN]);
  expect(names()).toEqual([
    ...["Session Start", "Destination Start", "Destination Reconnecting", "Destination Start"],
    ...["Destination End", "Session End"],
  ]);
  await one.composer.close();
});

test("ends after a day, and with its stage", async () => {
  const one = processOf();
  one.composer.start();
  one.publish(1);
  await one.round(1_000);
  const day = 24 * 60 * 60_000;
  await one.round(day);
  expect(await found()).toBe("ACTIVE STARTING");
  await one.round(day + 1);
  expect(await found()).toBe("STOPPED STOPPED");
  await one.composer.close();
});

test("of a process that was killed it waits again, and goes on in the next", async () => {
  const killed = processOf();
  killed.composer.start();
  killed.publish(1);
  await killed.round(1_000);
  killed.heard({ type: "output-started" });
  await killed.round(2_000);
  const next = processOf();
  world.nowMs = 100_000;
  next.composer.start();
  await next.round(100_000);
  expect(await found()).toBe("ACTIVE RECONNECTING");
  next.publish(1);
  await next.round(110_000);
  next.heard({ type: "output-started" });
  await next.round(111_000);
  expect(await found()).toBe("ACTIVE ACTIVE");
  expect(next.plans).toHaveLength(1);
  await next.composer.close();
  expect(await found()).toBe("ACTIVE RECONNECTING");
  expect(next.stopped).toEqual([ARN]);
  await killed.composer.close();
});

test.each([
  ["has no stream key", (one: ComposerProcess) => one.withoutKey(), "stream key"],
  ["has no room", (one: ComposerProcess) => one.refuse("no processors"), "processors"],
])("fails, and says why, where it %s", async (_what, spoil, why) => {
  const one = processOf();
  one.composer.start();
  spoil(one);
  one.publish(1);
  await one.round(1_000);
  expect(await found()).toBe("FAILED FAILED");
  expect(names()).toEqual(["Session Start", "Destination Failure", "Session Failure"]);
  expect(JSON.stringify(world.published)).toContain(why);
  await one.composer.close();
});

test("fails with its last destination", async () => {
  const one = processOf();
  one.composer.start();
  one.publish(1);
  await one.round(1_000);
  one.heard({ type: "publication-failed", publication: "p", message: "no such codec" });
  expect(await found()).toBe("ACTIVE STARTING");
  one.heard({ type: "output-failed", message: "the channel is live" });
  one.heard({ type: "composition-over" });
  await one.round(2_000);
  expect(await found()).toBe("FAILED FAILED");
  const detail = { event_name: "Session Failure", reason: "the channel is live" };
  expect(world.published.at(-1)?.detail).toMatchObject(detail);
  expect(one.warned).toEqual([{ composition: ARN, participant: "p", reason: "no such codec" }]);
  await one.composer.close();
});

test("fails with its stage, and its destinations end as ever", async () => {
  const one = processOf();
  one.composer.start();
  one.publish(1);
  await one.round(1_000);
  await store
    .tables<RealTimeTables>()
    .transaction(({ db }) => db.deleteFrom("ivs_stages").execute());
  await one.round(2_000);
  expect(await found()).toBe("FAILED STOPPED");
  expect(names()).toEqual(["Session Start", "Destination End", "Session Failure"]);
  await one.composer.close();
});

test("fails with its stage, if the process is killed before recordings end, too", async () => {
  await destined(BUCKET, { ...BUCKET, id: "destination3" });
  const killed = processOf();
  killed.composer.start();
  killed.publish(1);
  await killed.round(1_000);
  killed.heard({ type: "output-failed", output: "destination3", message: "too slow" });
  killed.hang();
  await store
    .tables<RealTimeTables>()
    .transaction(({ db }) => db.deleteFrom("ivs_stages").execute());
  world.nowMs = 2_000;
  await killed.composer.look();
  await expect.poll(found).toMatch(/^STOPPING/);
  const next = processOf();
  next.composer.start();
  await next.round(3_000);
  expect(await found()).toBe("FAILED STOPPED");
  expect(names()).toEqual([
    ...["Session Start", "Destination Failure", "Destination End", "Session Failure"],
  ]);
  expect(world.published.at(-1)?.detail).toMatchObject({ reason: "the stage was deleted" });
  expect(next.recorded).toEqual(["conclude destination3"]);
  await next.composer.close();
});

test("encodes once for destinations with the same picture, and twice otherwise", async () => {
  const picture = { ...BUCKET.picture, width: 640 };
  for (const [bucket, names] of [
    [BUCKET, [ARN]],
    [{ ...BUCKET, picture }, [ARN, `${ARN}/1`]],
  ] as const) {
    await destined(DESTINATION, bucket);
    const one = processOf();
    one.composer.start();
    one.publish(1);
    await one.round(1_000);
    expect(one.plans.map(({ composition }) => composition)).toEqual(names);
    expect(one.plans.flatMap(({ outputs }) => outputs.map(({ kind }) => kind))).toEqual([
      ...["stream", "recording"],
    ]);
    await one.composer.close();
    expect(one.stopped).toEqual(names);
    expect(one.recorded).toEqual(["open destination2"]);
  }
});

test("ends a recording with its composition, failed where the engine gave it up", async () => {
  await destined(BUCKET);
  const one = processOf();
  one.composer.start();
  one.publish(1);
  await one.round(1_000);
  one.heard({ type: "output-failed", output: "destination2", message: "too slow" });
  one.heard({ type: "composition-over" });
  await one.round(2_000);
  expect(one.recorded).toEqual(["open destination2", "conclude destination2"]);
  expect(JSON.stringify(world.published)).toContain("too slow");
  await one.composer.close();
});

test.each<[string, (one: ComposerProcess) => unknown]>([
  ["sees it", () => undefined],
  ["sees it stopped", () => changed({ state: "STOPPING" })],
  [
    "loses its outputs",
    (one) => {
      one.heard({ type: "output-failed", message: "the stream ended" });
      one.heard({ type: "composition-over" });
    },
  ],
])("leaves it to the node that took it, when it %s", async (what, happen) => {
  const one = processOf();
  one.composer.start();
  one.publish(1);
  await one.round(1_000);
  one.heard({ type: "output-started" });
  await one.round(2_000);
  await changed({ owner: "other", session_id: "st-2" });
  await happen(one);
  const state = await found();
  await one.round(3_000);
  expect(one.stopped).toEqual(what === "loses its outputs" ? [] : [ARN]);
  await one.composer.close();
  expect(await found()).toBe(state);
  expect(state).toMatch(/ ACTIVE$/);
  expect(one.recorded).toEqual([]);
  expect(names()).toEqual(["Session Start", "Destination Start"]);
});

test("ends after a recording that a process has left, which may have failed", async () => {
  await destined(BUCKET);
  await changed({ state: "STOPPING", owner: "dead", session_id: "st-2" });
  const one = processOf();
  one.composer.start();
  one.busy(true);
  await one.round(1_000);
  expect(await found()).toBe("STOPPING STARTING");
  await destined({ ...BUCKET, state: "FAILED" });
  one.busy(false);
  await one.round(2_000);
  expect(await found()).toBe("FAILED FAILED");
  await one.composer.close();
});

test("writes nothing beside a recording that is yet to be finished", async () => {
  await destined(BUCKET);
  const one = processOf();
  one.composer.start();
  one.publish(1);
  one.busy(true);
  await one.round(1_000);
  expect(one.recorded).toEqual([]);
  one.busy(false);
  one.refuse("no processors");
  await one.round(2_000);
  expect(one.recorded).toEqual([
    ...["open destination2", "discard cr-destination2", "conclude destination2"],
  ]);
  expect(await found()).toBe("FAILED FAILED");
  await one.composer.close();
});

test("one whose row can't be read keeps no other from its end", async () => {
  await store.tables<RealTimeTables>().transaction(async ({ db }) => {
    const torn = {
      ...ROW,
      id: "aaaaaaaaaaaa",
      created_at_ms: -1,
      destinations: '[{"torn',
      layout: '{"torn',
    };
    await db.insertInto("ivs_compositions").values(torn).execute();
  });
  const one = processOf();
  one.composer.start();
  await one.round(60_001);
  expect(await found()).toBe("STOPPED STOPPED");
  await one.composer.close();
});
