import { expect, test } from "vitest";
import type { AwsEvent } from "../../../kernel/events.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { incoming } from "../put-event.ts";
import type { RuleRow } from "../tables.ts";
import { EventMatcher } from "./event-matcher.ts";

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const ruleOf = (account_id: string, event_pattern: string, at = 0): RuleRow => ({
  ...{ account_id, region: "us-east-1", bus_name: "default", name: `rule-${at}`, event_pattern },
  ...{ state: "ENABLED", description: null, schedule_expression: null, role_arn: null },
  ...{ tags: "{}", created_at_ms: 0 },
});

const eventOf = (account: string, detail: AwsEvent["detail"]): AwsEvent => ({
  ...{ version: "0", id: "1", "detail-type": "t", source: "x", time: "2026-01-01T00:00:00Z" },
  ...{ account, region: "us-east-1", resources: [], detail },
});

test("an account's event waits for no other account's events", async () => {
  const matcher = new EventMatcher(quiet);
  const ended: string[] = [];
  const match = async (account: string, rules: readonly RuleRow[], detail: AwsEvent["detail"]) => {
    await matcher.matching(incoming(eventOf(account, detail)), { rules, archives: [] });
    ended.push(account);
  };
  const busy = "111111111111";
  const texts = Array.from({ length: 30 }, (_, at) => ({ wildcard: `*${"a".repeat(9)}b*${at}` }));
  const pattern = JSON.stringify({ detail: { at: texts } });
  const rules = Array.from({ length: 150 }, (_, at) => ruleOf(busy, pattern, at));
  const busyEvents = [1, 2].map(() => match(busy, rules, { at: "a".repeat(12_000) }));
  const other = match("222222222222", [ruleOf("222222222222", '{"source":["x"]}')], {});
  await Promise.all([...busyEvents, other]);
  expect(ended).toEqual(["222222222222", busy, busy]);
  await matcher.close();
});
