import type { ServiceConstraints } from "../../kernel/constraints.ts";

const BYTES = ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"];
const BITS = ["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"];
const perSecond = (unit: string) => `${unit}/Second`;
const UNITS = [
  ...["Seconds", "Microseconds", "Milliseconds", ...BYTES, ...BITS, "Percent", "Count"],
  ...[...BYTES, ...BITS, "Count"].map(perSecond),
  "None",
];

const STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];

/** Source: CloudWatch API reference, the operations' request parameters. */
export const cloudwatchConstraints: ServiceConstraints = {
  errorCode: "ValidationError",
  showsValues: true,
  unsupported: [
    "GetMetricData.LabelOptions",
    "GetMetricData.MetricDataQueries.AccountId",
    "ListMetrics.IncludeLinkedAccounts",
    "ListMetrics.OwningAccount",
    "PutMetricAlarm.ActionConfiguration",
    "PutMetricAlarm.EvaluationCriteria",
    "PutMetricAlarm.EvaluationInterval",
    "PutMetricAlarm.EvaluationWindow",
    "PutMetricAlarm.Metrics.AccountId",
    "PutMetricAlarm.ThresholdMetricId",
    "PutMetricAlarm.WarmUpConfiguration",
    "PutCompositeAlarm.ActionConfiguration",
    "PutCompositeAlarm.ActionsSuppressor",
    "PutCompositeAlarm.ActionsSuppressorExtensionPeriod",
    "PutCompositeAlarm.ActionsSuppressorWaitPeriod",
    "DescribeAlarmHistory.AlarmContributorId",
  ],
  // The model leaves them out for alarms by PromQL, which aren't here.
  required: { PutMetricAlarm: ["EvaluationPeriods", "ComparisonOperator"] },
  // PutMetricData checks these itself, and says so in words of its own.
  optional: ["metricName", "dimensions.*.member.name", "dimensions.*.member.value"].flatMap(
    (name) => [
      `metricData.*.member.${name}`,
      `entityMetricData.*.member.metricData.*.member.${name}`,
    ],
  ),
  members: {
    Namespace: { min: 1, max: 255, pattern: "[^:].*" },
    MetricName: { min: 1, max: 255 },
    Dimensions: { max: 30 },
    Period: { min: 1 },
    Statistics: { min: 1, max: 5 },
    "Statistics.member": { values: STATISTICS },
    MetricData: { max: 1_000 },
    MetricDataQueries: { max: 500 },
    MaxDatapoints: { min: 1, max: 100_800 },
    ScanBy: { values: ["TimestampDescending", "TimestampAscending"] },
    "GetMetricData.Id": { min: 1, max: 255 },
    "PutMetricAlarm.Id": { min: 1, max: 255 },
    AlarmName: { min: 1, max: 255 },
    AlarmNames: { max: 100 },
    "AlarmNames.member": { min: 1, max: 255 },
    AlarmNamePrefix: { min: 1, max: 255 },
    ChildrenOfAlarmName: { min: 1, max: 255 },
    ParentsOfAlarmName: { min: 1, max: 255 },
    AlarmDescription: { min: 0, max: 1_024 },
    AlarmRule: { min: 1, max: 10_240 },
    "AlarmTypes.member": { values: ["CompositeAlarm", "MetricAlarm", "LogAlarm"] },
    ...Object.fromEntries(
      ["AlarmActions", "OKActions", "InsufficientDataActions"].flatMap((name) => [
        [name, { max: 5 }],
        [`${name}.member`, { min: 1, max: 1_024 }],
      ]),
    ),
    ActionPrefix: { min: 1, max: 1_024 },
    ActionsSuppressor: { min: 1, max: 1_600 },
    Statistic: { values: STATISTICS },
    EvaluationPeriods: { min: 1 },
    DatapointsToAlarm: { min: 1 },
    ComparisonOperator: {
      values: [
        ...["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold"],
        ...["LessThanOrEqualToThreshold", "LessThanLowerOrGreaterThanUpperThreshold"],
        ...["LessThanLowerThreshold", "GreaterThanUpperThreshold"],
      ],
    },
    TreatMissingData: { min: 1, max: 255 },
    EvaluateLowSampleCountPercentile: { min: 1, max: 255 },
    ThresholdMetricId: { min: 1, max: 255 },
    StateValue: { values: ["INSUFFICIENT_DATA", "ALARM", "OK"] },
    StateReason: { min: 0, max: 1_023 },
    StateReasonData: { min: 0, max: 4_000 },
    MaxRecords: { min: 1, max: 100 },
    HistoryItemType: { values: ["ConfigurationUpdate", "StateUpdate", "Action"] },
    ResourceARN: { min: 1, max: 1_024 },
    "TagKeys.member": { min: 1, max: 128 },
    ...Object.fromEntries(
      ["PutMetricAlarm", "PutCompositeAlarm", "TagResource"].map((operation) => [
        `${operation}.Key`,
        { min: 1, max: 128 },
      ]),
    ),
    "TagResource.Value": { max: 256 },
    Expression: { min: 1, max: 2_048 },
    AccountId: { min: 1, max: 255 },
    OwningAccount: { min: 1, max: 255 },
    RecentlyActive: { values: ["PT3H"] },
    StorageResolution: { min: 1 },
    ExtendedStatistics: { min: 1, max: 10 },
    Unit: { values: UNITS },
    "ListMetrics.Dimensions": { max: 10 },
    Name: { min: 1, max: 255 },
    "GetMetricStatistics.Value": { min: 1, max: 1_024 },
    "GetMetricData.Value": { min: 1, max: 1_024 },
    "ListMetrics.Value": { min: 1, max: 1_024 },
    "DescribeAlarmsForMetric.Value": { min: 1, max: 1_024 },
    "PutMetricAlarm.Dimensions.Value": { min: 1, max: 1_024 },
    "PutMetricAlarm.Tags.Value": { max: 256 },
    "PutCompositeAlarm.Tags.Value": { max: 256 },
    "PutMetricData.MetricName": {},
    "PutMetricData.Name": {},
  },
};
