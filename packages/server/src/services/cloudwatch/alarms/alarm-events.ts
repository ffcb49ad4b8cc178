import { isoSeconds } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import { alarmArn } from "../access/alarm-access.ts";
import type { AlarmRow } from "../tables.ts";
import type { AlarmQuery } from "./alarm-queries.ts";
import { compositeDefinition, describedBy, metricDefinition } from "./alarm-views.ts";
import type { MetricDefinition } from "./metric-alarm.ts";

type MetricStat = NonNullable<AlarmQuery["MetricStat"]>;

/*
 * Source: CloudWatch user guide, "Alarm events and EventBridge".
 */

export interface EventFacts {
  readonly id: string;
  /** Names the metric of an alarm that isn't written as a query. */
  readonly metricId: string;
  readonly nowMs: number;
}

export function stateChangeEvent(row: AlarmRow, before: AlarmRow, facts: EventFacts): AwsEvent {
  return event("CloudWatch Alarm State Change", row, facts, {
    alarmName: row.name,
    state: stateOf(row),
    previousState: stateOf(before),
    configuration: watched(row, facts.metricId),
  });
}

export function configurationEvent(
  operation: "create" | "update" | "delete",
  row: AlarmRow,
  before: AlarmRow | undefined,
  facts: EventFacts,
): AwsEvent {
  return event("CloudWatch Alarm Configuration Change", row, facts, {
    alarmName: row.name,
    operation,
    state: { value: row.state_value, timestamp: momentText(row.state_updated_ms) },
    configuration: configurationOf(row, facts.metricId),
    ...(before && { previousConfiguration: configurationOf(before, facts.metricId) }),
  });
}

/** `2022-03-03T17:06:22.289+0000`. */
export function momentText(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "+0000");
}

function event(
  detailType: string,
  row: AlarmRow,
  { id, nowMs }: EventFacts,
  detail: AwsEvent["detail"],
): AwsEvent {
  return {
    version: "0",
    id,
    "detail-type": detailType,
    source: "aws.cloudwatch",
    account: row.account_id,
    time: isoSeconds(nowMs),
    region: row.region,
    resources: [alarmArn(row)],
    detail,
  };
}

function stateOf(row: AlarmRow) {
  return {
    value: row.state_value,
    reason: row.state_reason,
    ...(row.state_reason_data === null ? {} : { reasonData: row.state_reason_data }),
    timestamp: momentText(row.state_updated_ms),
  };
}

function watched(row: AlarmRow, metricId: string) {
  if (row.type === "CompositeAlarm") {
    const definition = compositeDefinition(row);
    return { alarmRule: definition.AlarmRule, ...describedBy(definition) };
  }
  const definition = metricDefinition(row);
  return { ...describedBy(definition), metrics: metricsOf(definition, metricId) };
}

function configurationOf(row: AlarmRow, metricId: string) {
  const definition = row.type === "MetricAlarm" ? metricDefinition(row) : compositeDefinition(row);
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = definition;
  return {
    ...("EvaluationPeriods" in definition ? ruleOf(definition) : {}),
    ...watched(row, metricId),
    alarmName: row.name,
    actionsEnabled: row.actions_enabled === 1,
    timestamp: momentText(row.configured_ms),
    okActions: OKActions,
    alarmActions: AlarmActions,
    insufficientDataActions: InsufficientDataActions,
  };
}

function ruleOf(definition: MetricDefinition) {
  const { EvaluationPeriods, DatapointsToAlarm, Threshold } = definition;
  const { ComparisonOperator, TreatMissingData } = definition;
  return {
    evaluationPeriods: EvaluationPeriods,
    ...(DatapointsToAlarm === undefined ? {} : { datapointsToAlarm: DatapointsToAlarm }),
    threshold: Threshold,
    comparisonOperator: ComparisonOperator,
    ...(TreatMissingData === undefined ? {} : { treatMissingData: TreatMissingData }),
  };
}

function metricsOf(definition: MetricDefinition, metricId: string) {
  const { Metrics, Namespace, MetricName, Dimensions, Period, Unit } = definition;
  if (!Metrics) {
    const metric = metricOf({ Namespace, MetricName, Dimensions });
    const stat = definition.Statistic ?? definition.ExtendedStatistic;
    const metricStat = { metric, period: Period, stat, ...(Unit && { unit: Unit }) };
    return [{ id: metricId, metricStat, returnData: true }];
  }
  return Metrics.map(({ Id, MetricStat, Expression, Label, ReturnData = true }) => ({
    ...{ id: Id, ...(Label && { label: Label }), returnData: ReturnData },
    ...(Expression === undefined ? {} : { expression: Expression }),
    ...(MetricStat && { metricStat: statOf(MetricStat) }),
  }));
}

function statOf({ Metric, Period: period, Stat: stat, Unit: unit }: MetricStat) {
  return { metric: metricOf(Metric), period, stat, ...(unit && { unit }) };
}

function metricOf({
  Namespace,
  MetricName,
  Dimensions = [],
}: Pick<MetricDefinition, "Namespace" | "MetricName" | "Dimensions">) {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  return { namespace: Namespace, name: MetricName, dimensions };
}
