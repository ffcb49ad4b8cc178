import type { ServiceConstraints } from "../../kernel/constraints.ts";

/** Source: CloudWatch API reference, the operations' request parameters. */
export const cloudwatchConstraints: ServiceConstraints = {
  errorCode: "ValidationError",
  members: {
    Namespace: { min: 1, max: 255, pattern: "[^:].*" },
    MetricName: { min: 1, max: 255 },
    Dimensions: { max: 30 },
    Period: { min: 1 },
    Statistics: { min: 1, max: 5 },
    "Statistics.member": { values: ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] },
    MetricData: { max: 1_000 },
    MetricDataQueries: { max: 500 },
    ScanBy: { values: ["TimestampDescending", "TimestampAscending"] },
  },
};
