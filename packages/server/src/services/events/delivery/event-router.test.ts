import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AwsEvent } from "../../../kernel/events.ts";
import { randomIds } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { StoreUnavailableError } from "../../../kernel/store.ts";
import { openStore } from "../../../storage/open-store.ts";
import { eventsMigrations } from "../migrations.ts";
import { incoming } from "../put-event.ts";
import type { EventsTables } from "../tables.ts";
import { EventMatcher } from "./event-matcher.ts";
import { EventRouter } from "./event-router.ts";
import { PatientRouting } from "./patient-routing.ts";

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const PLACE = { account_id: "000000000000", region: "us-east-1" };

test("a pattern that isn't one any more keeps no event from the other rules", async () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-router-"));
  const clock = { nowMs: () => 0 };
  const store = await openStore({
    shared: undefined,
    file: join(dir, "db"),
    durable: false,
    migrations: eventsMigrations,
    nowMs: clock.nowMs,
  });
  const { db } = store.tables<EventsTables>();
  const patterns = { good: '{"source":["x"]}', bad: '{"source":[{"cidr":"10.0.0.0"}]}' };
  for (const [name, event_pattern] of Object.entries(patterns))
    await store.tables<EventsTables>().transaction(async (tx) => {
      const rest = { state: "ENABLED", description: null, role_arn: null, tags: "{}" };
      const rule = {
        ...PLACE,
        ...rest,
        bus_name: "default",
        name,
        event_pattern,
        created_at_ms: 0,
      };
      await tx.db.insertInto("events_rules").values(rule).execute();
      const target = { ...PLACE, rule_name: name, id: "one", target: "{}" };
      await tx.db.insertInto("events_targets").values(target).execute();
    });
  const warned: unknown[] = [];
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: (fields) => void warned.push(fields),
    error: () => {},
  };
  const router = new EventRouter({
    ...{ store, clock, ids: randomIds, webhooks: [], matcher: new EventMatcher(log) },
    metrics: { matched: () => undefined },
  });
  const event: AwsEvent = {
    ...{ version: "0", id: "1", "detail-type": "t", source: "x", time: "1970-01-01T00:00:00Z" },
    ...{ account: PLACE.account_id, region: PLACE.region, resources: [], detail: {} },
  };
  expect(await router.route(incoming(event))).toBe("waiting");
  const rows = await db.selectFrom("events_deliveries").select("rule_name").execute();
  expect(rows).toEqual([{ rule_name: "good" }]);
  expect(warned).toMatchObject([{ rule: "bad" }]);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

test("the server's events wait for a database that can't be reached", async () => {
  const routed: string[] = [];
  let failures = 3;
  const errors: unknown[] = [];
  const routing = new PatientRouting({
    log: { ...quiet, error: (facts) => errors.push(facts) },
    pauseMs: () => 1,
    route: async ({ id }) => {
      if (id === "broken") throw new Error("a bug");
      if (id === "waits" && failures-- > 0) throw new StoreUnavailableError("It is away.");
      routed.push(id);
      return true;
    },
  });
  const event = (id: string): AwsEvent => ({
    ...{ version: "0", id, "detail-type": "t", source: "x", time: "2023-11-15T00:00:00Z" },
    ...{ account: "000000000000", region: "us-east-1", resources: [], detail: {} },
  });
  for (const id of ["waits", "broken", "goes"]) routing.take(event(id));
  await expect.poll(() => routed).toEqual(["goes", "waits"]);
  expect(errors).toEqual([{ event: "broken", error: "Error" }]);
  failures = Number.POSITIVE_INFINITY;
  routing.take(event("waits"));
  await routing.close();
  expect(errors).toHaveLength(2);
});
