import type { ServiceApi } from "../../kernel/service.ts";
import { cloudwatchConstraints } from "./constraints.ts";
import type { MetricStore } from "./metric-store.ts";
import { metricOperations } from "./metrics.ts";
import { cloudwatchSchemas } from "./schema.ts";

export function cloudWatchApi(metrics: MetricStore): ServiceApi {
  return {
    schemas: cloudwatchSchemas,
    constraints: cloudwatchConstraints,
    operations: metricOperations(metrics),
  };
}
