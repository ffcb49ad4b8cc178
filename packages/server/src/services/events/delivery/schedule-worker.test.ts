import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomIds } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { openStore } from "../../../storage/open-store.ts";
import { eventsMigrations } from "../migrations.ts";
import { planSchedule } from "../rows/schedules.ts";
import type { EventsTables, RuleRow } from "../tables.ts";
import { EventMatcher } from "./event-matcher.ts";
import { EventRouter } from "./event-router.ts";
import { ScheduleWorker } from "./schedule-worker.ts";

const PLACE = { account_id: "000000000000", region: "us-east-1" };
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let nowMs = 0;
const clock = { nowMs: () => nowMs };
const dir = mkdtempSync(join(tmpdir(), "rolecast-schedules-"));
let store: Awaited<ReturnType<typeof openStore>>;

beforeAll(async () => {
  const options = { shared: undefined, durable: false, migrations: eventsMigrations, ...clock };
  store = await openStore({ file: join(dir, "db"), ...options });
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Workers of two nodes, which share the database. */
function workers(planned: () => void = () => {}) {
  const shared: Store = {
    shared: true,
    db: store.db,
    transaction: (run) => store.transaction(run),
    tables: () => store.tables(),
  };
  return [1, 2].map(() => {
    const router = new EventRouter({
      ...{ store: shared, clock, ids: randomIds, webhooks: [], matcher: new EventMatcher(log) },
      metrics: { matched: () => undefined },
    });
    const planFor: EventRouter["planFor"] = async (...of) => {
      const found = await EventRouter.prototype.planFor.apply(router, of);
      planned();
      return found;
    };
    const planning = Object.assign(router, { planFor });
    const parts = { store: shared, clock, log, ids: randomIds, router: planning, delivered() {} };
    return new ScheduleWorker(parts);
  });
}

const rule = (name: string, schedule: string, state = "ENABLED"): RuleRow => ({
  ...{ ...PLACE, bus_name: "default", name, state, description: null, event_pattern: "" },
  ...{ schedule_expression: schedule, role_arn: null, tags: "{}", created_at_ms: nowMs },
});

function plan(row: RuleRow): Promise<void> {
  const facts = { nowMs, id: randomIds.uuid() };
  return store.tables<EventsTables>().transaction(({ db }) => planSchedule(row, facts, db));
}

async function timesOf(name: string): Promise<string[]> {
  const rows = await store
    .tables<EventsTables>()
    .db.selectFrom("events_deliveries")
    .select("event")
    .where("rule_name", "=", name)
    .execute();
  return rows.map(({ event }) => JSON.parse(event).time).sort();
}

async function addTarget(name: string): Promise<void> {
  const target = { ...PLACE, rule_name: name, id: "one", target: "{}" };
  await store
    .tables<EventsTables>()
    .transaction(({ db }) => db.insertInto("events_targets").values(target).execute());
}

test("a rule's targets get an event at each moment, once over several workers", async () => {
  nowMs = Date.parse("2026-11-28T12:00:00Z");
  for (const name of ["rate", "cron", "off"]) await addTarget(name);
  await plan(rule("rate", "rate(2 minutes)"));
  await plan(rule("cron", "cron(1,3 * * * ? *)"));
  await plan(rule("off", "rate(1 minute)"));
  await plan(rule("off", "rate(1 minute)", "DISABLED"));
  const both = workers();
  for (const worker of both) worker.start();
  const stepTo = async (time: string, rates: string[], crons: string[]) => {
    nowMs = Date.parse(`2026-11-28T${time}Z`);
    for (const worker of both) worker.wake();
    const whole = (times: string[]) => times.map((each) => `2026-11-28T${each}:00Z`);
    await expect.poll(() => timesOf("rate")).toEqual(whole(rates));
    await expect.poll(() => timesOf("cron")).toEqual(whole(crons));
  };
  await stepTo("12:00:59", [], []);
  await stepTo("12:01:00", [], ["12:01"]);
  await stepTo("12:02:01", ["12:02"], ["12:01"]);
  // What was put again as it was goes on in its beat.
  await plan(rule("rate", "rate(2 minutes)"));
  await stepTo("12:04:00", ["12:02", "12:04"], ["12:01", "12:03"]);
  // A pause of the server is one event, and the beat goes on.
  await stepTo("12:30:30", ["12:02", "12:04", "12:06"], ["12:01", "12:03"]);
  await stepTo("12:32:00", ["12:02", "12:04", "12:06", "12:32"], ["12:01", "12:03"]);
  expect(await timesOf("off")).toEqual([]);
  for (const worker of both) await worker.close();
});

test("a clock that is set back meanwhile gives no moment a second event", async () => {
  nowMs = Date.parse("2026-11-28T13:00:30Z");
  await addTarget("back");
  await plan(rule("back", "cron(* * * * ? *)"));
  const [worker] = workers(() => {
    nowMs -= 50;
  });
  worker?.start();
  const stepTo = async (time: string, minutes: string[]) => {
    nowMs = Date.parse(`2026-11-28T${time}Z`);
    worker?.wake();
    await expect
      .poll(() => timesOf("back"))
      .toEqual(minutes.map((minute) => `2026-11-28T13:${minute}:00Z`));
  };
  await stepTo("13:01:00", ["01"]);
  await stepTo("13:01:01", ["01"]);
  await stepTo("13:02:00", ["01", "02"]);
  await worker?.close();
});
