import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { insertHistory } from "../rows/alarm-history.ts";
import { writeState } from "../rows/alarms.ts";
import type { AlarmHistoryRow, AlarmRow, AlarmState, CloudWatchTables } from "../tables.ts";
import { configurationEvent, momentText, stateChangeEvent } from "./alarm-events.ts";
import { alarmJson } from "./alarm-json.ts";
import { compositeAlarmView, metricAlarmView } from "./alarm-views.ts";
import type { HistoryLimits } from "./history-limits.ts";

type Tx = Transaction<CloudWatchTables>;

/** Source: API reference, AlarmHistoryItem, HistoryData. */
const HISTORY_DATA_MAX = 4_095;

/** Everything that a change of an alarm needs beside its transaction. */
export interface ChangeParts {
  readonly ids: Ids;
  readonly events: EventBus;
  readonly history: HistoryLimits;
}

export interface NewState {
  readonly state: AlarmState;
  readonly reason: string;
  readonly reasonData: string | null;
}

/** Notes an alarm's creation, change or removal in its history, and publishes its event. */
export async function noteConfiguration(
  operation: "create" | "update" | "delete",
  row: AlarmRow,
  before: AlarmRow | undefined,
  nowMs: number,
  tx: Tx,
  parts: ChangeParts,
): Promise<void> {
  const verb = `${operation}d`;
  const type = operation.charAt(0).toUpperCase() + operation.slice(1);
  const dataOf = (alarm: object) => alarmJson({ version: "1.0", type, [`${verb}Alarm`]: alarm });
  const whole = dataOf(historyView(row));
  const data = whole.length > HISTORY_DATA_MAX ? dataOf({ alarmName: row.name }) : whole;
  const item = { item_type: "ConfigurationUpdate", summary: `Alarm "${row.name}" ${verb}`, data };
  await note(row, item, nowMs, tx, parts);
  const event = configurationEvent(operation, row, before, factsOf(parts.ids, nowMs));
  tx.afterCommit(() => parts.events.publish(event));
}

/**
 * Gives an alarm another state, or its state another reason. False, and nothing changes: another
 * node, or a request, changed it since it was read.
 */
export async function changeState(
  before: AlarmRow,
  { state, reason, reasonData }: NewState,
  nowMs: number,
  tx: Tx,
  parts: ChangeParts,
): Promise<boolean> {
  const isTransition = state !== before.state_value;
  const row: AlarmRow = {
    ...before,
    state_value: state,
    state_reason: reason,
    state_reason_data: reasonData,
    state_updated_ms: nowMs,
    state_transitioned_ms: isTransition ? nowMs : before.state_transitioned_ms,
  };
  if (!(await writeState(before, row, tx.db))) return false;
  if (!isTransition) return true;
  const change = `Alarm updated from ${before.state_value} to ${state}`;
  const data = `{"version":"1.0","oldState":${stateText(before)},"newState":${stateText(row)}}`;
  const item = { item_type: "StateUpdate", summary: change, data };
  await note(row, item, nowMs, tx, parts);
  await noteActions(row, nowMs, tx, parts);
  const event = stateChangeEvent(row, before, factsOf(parts.ids, nowMs));
  tx.afterCommit(() => parts.events.publish(event));
  return true;
}

/** Nothing that an action would notify is here: the history says so of each. */
async function noteActions(
  row: AlarmRow,
  nowMs: number,
  tx: Tx,
  parts: ChangeParts,
): Promise<void> {
  if (row.actions_enabled === 0) return;
  for (const arn of actionsOf(row)) {
    const data = {
      actionState: "Failed",
      stateUpdateTimestamp: nowMs,
      notificationResource: arn,
      publishedMessage: null,
      error: "Rolecast carries out no actions of alarms: use a rule of EventBridge.",
    };
    const summary = `Failed to execute action ${arn}`;
    const item = { item_type: "Action", summary, data: JSON.stringify(data) };
    await note(row, item, nowMs, tx, parts);
  }
}

function actionsOf(row: AlarmRow): readonly string[] {
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = viewOf(row);
  switch (row.state_value) {
    case "ALARM":
      return AlarmActions;
    case "OK":
      return OKActions;
    case "INSUFFICIENT_DATA":
      return InsufficientDataActions;
  }
}

async function note(
  { account_id, region, name: alarm_name, type: alarm_type }: AlarmRow,
  item: Pick<AlarmHistoryRow, "item_type" | "summary" | "data">,
  nowMs: number,
  tx: Tx,
  { ids, history }: ChangeParts,
): Promise<void> {
  const place = { account_id, region, alarm_name, alarm_type };
  await insertHistory({ id: ids.uuid(), ...place, at_ms: nowMs, ...item }, tx.db);
  tx.afterCommit(() => history.noted());
}

function stateText({ state_value, state_reason, state_reason_data: data }: AlarmRow): string {
  const state = `"stateValue":"${state_value}","stateReason":${JSON.stringify(state_reason)}`;
  // It is JSON, the evaluator's or a caller's: read and written again it would lose its floats.
  return data === null ? `{${state}}` : `{${state},"stateReasonData":${data}}`;
}

function viewOf(row: AlarmRow) {
  return row.type === "MetricAlarm" ? metricAlarmView(row) : compositeAlarmView(row);
}

/** The alarm with names as Java's beans have them. */
function historyView(row: AlarmRow): object {
  const renamed = Object.entries(viewOf(row)).map(([name, value]) => [
    name === "OKActions" ? "okactions" : name.charAt(0).toLowerCase() + name.slice(1),
    value instanceof Date ? momentText(value.getTime()) : value,
  ]);
  return Object.fromEntries(renamed) as object;
}

function factsOf(ids: Ids, nowMs: number) {
  return { id: ids.uuid(), metricId: ids.uuid(), nowMs };
}
