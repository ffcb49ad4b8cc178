import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { alarmArn } from "../access/alarm-access.ts";
import type { AlarmRow } from "../tables.ts";
import type { CompositeDefinition } from "./composite-alarm.ts";
import type { MetricDefinition } from "./metric-alarm.ts";

type Shown = cloudwatch.MetricAlarm & cloudwatch.CompositeAlarm;

export function metricDefinition({ definition }: Pick<AlarmRow, "definition">): MetricDefinition {
  return JSON.parse(definition) as MetricDefinition;
}

export function compositeDefinition({
  definition,
}: Pick<AlarmRow, "definition">): CompositeDefinition {
  return JSON.parse(definition) as CompositeDefinition;
}

export function metricAlarmView(row: AlarmRow): cloudwatch.MetricAlarm {
  const definition = metricDefinition(row);
  // A query's own dimensions are in it; a metric's are listed though there are none.
  const { Dimensions = definition.Metrics ? undefined : [] } = definition;
  return {
    ...shared(row),
    ...definition,
    ...actionsOf(definition),
    ...(Dimensions && { Dimensions }),
  };
}

export function compositeAlarmView(row: AlarmRow): cloudwatch.CompositeAlarm {
  const definition = compositeDefinition(row);
  return { ...shared(row), ...definition, ...actionsOf(definition) };
}

/** Lists are shown empty where nothing was given. */
function actionsOf(definition: MetricDefinition | CompositeDefinition) {
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = definition;
  return { AlarmActions, OKActions, InsufficientDataActions };
}

function shared(row: AlarmRow): Shown {
  return {
    AlarmName: row.name,
    AlarmArn: alarmArn(row),
    AlarmConfigurationUpdatedTimestamp: new Date(row.configured_ms),
    ActionsEnabled: row.actions_enabled === 1,
    StateValue: row.state_value,
    StateReason: row.state_reason,
    ...(row.state_reason_data === null ? {} : { StateReasonData: row.state_reason_data }),
    StateUpdatedTimestamp: new Date(row.state_updated_ms),
    StateTransitionedTimestamp: new Date(row.state_transitioned_ms),
  };
}

/** The description as events have it, where there is one. */
export function describedBy({
  AlarmDescription: description,
}: MetricDefinition | CompositeDefinition) {
  return description === undefined ? {} : { description };
}
