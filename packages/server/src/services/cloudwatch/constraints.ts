import type { ServiceConstraints } from "../../kernel/constraints.ts";

const BYTES = ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"];
const BITS = ["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"];
const perSecond = (unit: string) => `${unit}/Second`;
const UNITS = [
  ...["Seconds", "Microseconds", "Milliseconds", ...BYTES, ...BITS, "Percent", "Count"],
  ...[...BYTES, ...BITS, "Count"].map(perSecond),
  "None",
];

/** Source: CloudWatch API reference, the operations' request parameters. */
export const cloudwatchConstraints: ServiceConstraints = {
  errorCode: "ValidationError",
  showsValues: true,
  unsupported: [
    "GetMetricData.LabelOptions",
    "GetMetricData.MetricDataQueries.AccountId",
    "ListMetrics.IncludeLinkedAccounts",
    "ListMetrics.OwningAccount",
  ],
  members: {
    Namespace: { min: 1, max: 255, pattern: "[^:].*" },
    MetricName: { min: 1, max: 255 },
    Dimensions: { max: 30 },
    Period: { min: 1 },
    Statistics: { min: 1, max: 5 },
    "Statistics.member": { values: ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] },
    MetricData: { max: 1_000 },
    MetricDataQueries: { max: 500 },
    MaxDatapoints: { min: 1, max: 100_800 },
    ScanBy: { values: ["TimestampDescending", "TimestampAscending"] },
    "GetMetricData.Id": { min: 1, max: 255 },
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
  },
};
