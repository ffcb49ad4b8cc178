import {
  type CompositeAlarm,
  DeleteAlarmsCommand,
  type MetricAlarm,
  type MetricDataQuery,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Removal } from "../../shared/remove-items.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { cloudWatchOf } from "./metric-calls.ts";

export type Alarm = MetricAlarm | CompositeAlarm;

export const ALARM_TYPES: ("MetricAlarm" | "CompositeAlarm")[] = ["MetricAlarm", "CompositeAlarm"];

export function alarmPages(aws: AwsClients): AsyncIterable<readonly Alarm[]> {
  const pages = paginateDescribeAlarms({ client: cloudWatchOf(aws) }, { AlarmTypes: ALARM_TYPES });
  return pagesOf(pages, ({ MetricAlarms = [], CompositeAlarms = [] }) => [
    ...MetricAlarms,
    ...CompositeAlarms,
  ]);
}

export const ALARM_REMOVAL: Removal<Pick<Alarm, "AlarmName">> = {
  one: "alarm",
  nameOf: ({ AlarmName = "" }) => AlarmName,
  remove: async (aws, { AlarmName = "" }) => {
    await cloudWatchOf(aws).send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] }));
  },
};

export function AlarmState({ state }: { readonly state: string | undefined }) {
  if (state === "ALARM") return <StatusIndicator type="error">In alarm</StatusIndicator>;
  if (state === "OK") return <StatusIndicator>OK</StatusIndicator>;
  return <StatusIndicator type="pending">Insufficient data</StatusIndicator>;
}

const SIGNS: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: "≥",
  GreaterThanThreshold: ">",
  LessThanThreshold: "<",
  LessThanOrEqualToThreshold: "≤",
};

/** `IngestFramerate < 20 for 2 of 2 × 60 s`, or a composite alarm's rule. */
export function conditionOf(alarm: Alarm): string {
  if ("AlarmRule" in alarm && alarm.AlarmRule !== undefined) return alarm.AlarmRule;
  const { MetricName, ComparisonOperator = "", Threshold, Period, Metrics } = alarm as MetricAlarm;
  const { EvaluationPeriods = 1, DatapointsToAlarm = EvaluationPeriods } = alarm as MetricAlarm;
  const what = MetricName ?? Metrics?.find(({ ReturnData }) => ReturnData !== false)?.Expression;
  const sign = SIGNS[ComparisonOperator] ?? ComparisonOperator;
  const seconds = Period ?? Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 60;
  const span = `${DatapointsToAlarm} of ${EvaluationPeriods} × ${seconds} s`;
  return `${what} ${sign} ${Threshold} for ${span}`;
}

/** The metrics that an alarm looks at; none of a composite one. */
export function queriesOf(alarm: Alarm): MetricDataQuery[] {
  const {
    Metrics = [],
    MetricName,
    Namespace,
    Dimensions,
    Period,
    Statistic,
    ExtendedStatistic,
  } = alarm as MetricAlarm;
  if (MetricName === undefined) return Metrics;
  const Metric = { Namespace, MetricName, Dimensions };
  const Stat = Statistic ?? ExtendedStatistic;
  return [{ Id: "watched", MetricStat: { Metric, Period, Stat } }];
}
