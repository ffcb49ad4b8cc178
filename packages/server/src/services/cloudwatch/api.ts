import type { ServiceApi } from "../../kernel/service.ts";
import { alarmReads } from "./alarms/alarm-reads.ts";
import { type AlarmParts, alarmOperations } from "./alarms/alarms.ts";
import { cloudwatchConstraints } from "./constraints.ts";
import { dashboardOperations } from "./dashboards/dashboards.ts";
import { metricOperations } from "./metrics/metric-operations.ts";
import type { MetricStore } from "./metrics/metric-store.ts";
import { cloudwatchSchemas } from "./schema.ts";
import { tagOperations } from "./tags.ts";

interface CloudWatchApiParts extends AlarmParts {
  readonly metrics: MetricStore;
}

export function cloudWatchApi(parts: CloudWatchApiParts): ServiceApi {
  return {
    schemas: cloudwatchSchemas,
    constraints: cloudwatchConstraints,
    operations: {
      ...metricOperations(parts.metrics),
      ...alarmOperations(parts),
      ...alarmReads,
      ...dashboardOperations,
      ...tagOperations,
    },
  };
}
