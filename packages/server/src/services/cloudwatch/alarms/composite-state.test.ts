import { expect, test } from "vitest";
import type { Log } from "../../../kernel/ports/log.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import type { AlarmRow } from "../tables.ts";
import { compositeChanges } from "./composite-state.ts";

const ALARM: AlarmRow = {
  ...{ account_id: "111111111111", region: "us-east-1", name: "child", type: "MetricAlarm" },
  ...{ definition: "{}", actions_enabled: 1, tags: "{}", configured_ms: 0, state_value: "ALARM" },
  ...{ state_reason: "", state_reason_data: null, state_updated_ms: 0, state_transitioned_ms: 0 },
};
const composite = (name: string, definition: string): AlarmRow => ({
  ...ALARM,
  ...{ name, definition, type: "CompositeAlarm", state_value: "INSUFFICIENT_DATA" },
});

test("a composite alarm that can't be read keeps no other's state", () => {
  const named: object[] = [];
  const log = { error: (fields: object) => named.push(fields) } as unknown as Log;
  const rule = JSON.stringify({ AlarmRule: "ALARM(child)" });
  const changes = compositeChanges(
    [...[ALARM, composite("torn", '{"torn'), composite("empty", "{}")], composite("whole", rule)],
    new ReadableRows("cloudwatch", log),
  );
  expect(changes.map(([{ name }, { state }]) => [name, state])).toEqual([["whole", "ALARM"]]);
  expect(named).toHaveLength(2);
});
