import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Log } from "../../../kernel/ports/log.ts";
import { TaskQueue } from "../../../kernel/work/task-queue.ts";
import { openStore } from "../../../storage/open-store.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { eventsMigrations } from "../migrations.ts";
import type { DeliveryRow, EventsTables } from "../tables.ts";
import { kindOfNeed, leave, leftDeliveries, settingNeed } from "./left-deliveries.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NEED = settingNeed("arn:aws:lambda:us-east-1:000000000000:function:f");

let nowMs = 1_700_000_000_000;
const clock = { nowMs: () => nowMs };
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const dir = mkdtempSync(join(tmpdir(), "rolecast-left-"));
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
const delivery = (id: string): DeliveryRow => ({
  ...{ id, account_id: "000000000000", region: "us-east-1", rule_name: "r", target_id: "t" },
  ...{ kind: "function", is_forwarded: 0, event: "{}", bytes: 2, attempts: 0, failed_starts: 0 },
  ...{ owner: "" },
  ...{ first_at_ms: nowMs, next_at_ms: nowMs, claimed_until_ms: 0 },
});
const put = (row: DeliveryRow) =>
  tables().transaction(({ db }) => db.insertInto("events_deliveries").values(row).execute());
const waiting = async () => {
  const rows = await tables().db.selectFrom("events_deliveries").select("id").execute();
  return rows.map(({ id }) => id);
};

/** A node that takes a delivery of this kind and does `run` with it. */
async function node(kind: string, run: "leave" | "fail" | "take") {
  const queue = new TaskQueue<DeliveryRow>({
    ...{ store, clock, atOnceMax: 1, leaseMs: () => 15 * MINUTE_MS, failed: () => {} },
    table: {
      ...{ name: "events_deliveries", id: "id", owner: "owner", attempts: "attempts" },
      ...{ leasedUntilMs: "claimed_until_ms", dueMs: "next_at_ms", orderBy: ["next_at_ms"] },
      failedStarts: "failed_starts",
      pending: { column: "kind", values: [kind] },
    },
    giveUp: async () => {},
    owner: `node ${nowMs}`,
    run: async (task) => {
      if (run === "leave") await leave(task, NEED);
      if (run === "fail") await task.retryIn(5 * MINUTE_MS);
    },
  });
  expect(await queue.step()).toBe(true);
  if (run !== "take") await queue.step();
}

test("a delivery is given up ten minutes after it was left, however old it is", async () => {
  const givenUp: string[] = [];
  const metrics = { givenUp: ({ rule_name: rule }: { rule_name: string }) => givenUp.push(rule) };
  const rounds = leftDeliveries({ clock, log, store, metrics });
  rounds.start();
  const after = async (ms: number) => {
    nowMs += ms;
    await rounds.wake();
    return waiting();
  };
  await put(delivery("left"));
  // Its target was away.
  expect(await after(HOUR_MS)).toEqual(["left"]);
  await node("function", "leave");
  expect(await after(10 * MINUTE_MS)).toEqual(["left"]);
  expect(await after(1)).toEqual([]);
  expect(givenUp).toEqual(["r"]);

  await put(delivery("tried in vain"));
  await node("function", "leave");
  nowMs += 9 * MINUTE_MS;
  await node(kindOfNeed(NEED), "fail");
  expect(await after(15 * MINUTE_MS)).toEqual(["tried in vain"]);
  await node(kindOfNeed(NEED), "take");
  // Its node is at it, and dies.
  expect(await after(15 * MINUTE_MS)).toEqual(["tried in vain"]);
  expect(await after(10 * MINUTE_MS)).toEqual(["tried in vain"]);
  expect(await after(1)).toEqual([]);

  // Tried and left by turns for a day.
  await put({ ...delivery("old"), first_at_ms: nowMs - 24 * HOUR_MS });
  await node("function", "leave");
  expect(await after(0)).toEqual(["old"]);
  expect(await after(1)).toEqual([]);
  await rounds.close();
});
