import type { ReadableRows } from "../../../kernel/readable-rows.ts";
import { alarmArn } from "../access/alarm-access.ts";
import type { AlarmRow } from "../tables.ts";
import type { NewState } from "./alarm-changes.ts";
import { momentText } from "./alarm-events.ts";
import { parseRule } from "./alarm-rule.ts";
import { compositeDefinition } from "./alarm-views.ts";
import { nameInRule } from "./composite-alarm.ts";

/**
 * The composite alarms whose rules say another state than they have.
 * @param rows - all alarms of an account's Region
 */
export function compositeChanges(
  rows: readonly AlarmRow[],
  readable: ReadableRows,
): readonly (readonly [AlarmRow, NewState])[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const composites = rows.filter(({ type }) => type === "CompositeAlarm");
  const changes = readable.of("alarm", composites, alarmArn, (row) => {
    const rule = parseRule(compositeDefinition(row).AlarmRule);
    const childOf = (alarm: string) => byName.get(nameInRule(alarm, row) ?? "");
    const state = rule.holds((alarm) => childOf(alarm)?.state_value) ? "ALARM" : "OK";
    if (state === row.state_value) return undefined;
    const children = rule.alarms.flatMap((alarm) => childOf(alarm) ?? []);
    return [row, compositeReason(row, state, children)] as const;
  });
  return changes.filter((change) => change !== undefined);
}

/** The child whose state changed last made the rule hold, or no longer hold. */
function compositeReason(
  row: AlarmRow,
  state: "ALARM" | "OK",
  children: readonly AlarmRow[],
): NewState {
  const [last] = [...children].sort((a, b) => b.state_transitioned_ms - a.state_transitioned_ms);
  const isFirst = row.state_value === "INSUFFICIENT_DATA";
  const triggering = isFirst || !last ? children : [last];
  const reason =
    isFirst || !last
      ? `${alarmArn(row)} was created and its alarm rule evaluates to ${state}`
      : `${alarmArn(last)} transitioned to ${last.state_value} at ` +
        dayText(last.state_transitioned_ms);
  const triggeringAlarms = triggering.map((child) => ({
    arn: alarmArn(child),
    state: { value: child.state_value, timestamp: momentText(child.state_transitioned_ms) },
  }));
  return { state, reason, reasonData: JSON.stringify({ triggeringAlarms }) };
}

/** Made once it is needed: the first format of a process takes as long as 27 ms. */
let dayFormat: Intl.DateTimeFormat | undefined;

/** `Friday 22 July, 2022 15:57:45 UTC`. */
function dayText(ms: number): string {
  dayFormat ??= new Intl.DateTimeFormat("en-GB", {
    weekday: "long",
    day: "2-digit",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  const parts = new Map(dayFormat.formatToParts(ms).map(({ type, value }) => [type, value]));
  const date = `${parts.get("weekday")} ${parts.get("day")} ${parts.get("month")}`;
  return `${date}, ${parts.get("year")} ${new Date(ms).toISOString().slice(11, 19)} UTC`;
}
