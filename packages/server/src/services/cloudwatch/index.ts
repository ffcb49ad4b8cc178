import type { MetricSink } from "../../kernel/ports/metric-sink.ts";
import type { Service, ServiceDependencies } from "../../kernel/service.ts";
import { cloudwatchConstraints } from "./constraints.ts";
import { accessDenied } from "./errors.ts";
import { MetricStore } from "./metric-store.ts";
import { metricOperations } from "./metrics.ts";
import { cloudwatchMigrations } from "./migrations.ts";
import { cloudwatchSchemas } from "./schema.ts";

export interface CloudWatchServices {
  /** One API in the three protocols that AWS serves it in; which a client speaks is its own choice. */
  readonly services: readonly [Service, Service, Service];
  readonly metrics: MetricSink;
}

/** Amazon CloudWatch's metrics: what services measure, and what PutMetricData is given. */
export function createCloudWatchServices(deps: ServiceDependencies): CloudWatchServices {
  const metrics = new MetricStore(deps.store, deps.clock, deps.log);
  const shared = {
    operations: metricOperations(metrics),
    constraints: cloudwatchConstraints,
    accessDenied,
  };
  const api = {
    signingName: "monitoring",
    version: "2010-08-01",
    xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    schemas: cloudwatchSchemas,
  };
  const query: Service = {
    ...shared,
    definition: { ...api, name: "cloudwatch", protocol: "awsQuery" },
    migrations: cloudwatchMigrations,
    start: async () => metrics.start(),
    close: () => metrics.close(),
    reset: async () => metrics.clear(),
  };
  const asWell = (name: string, protocol: "awsJson1_0" | "rpcV2Cbor"): Service => ({
    ...shared,
    definition: {
      ...api,
      name,
      protocol,
      targetPrefix: "GraniteServiceVersion20100801",
      queryCompatible: true,
    },
    migrations: [],
    sameApiAs: "cloudwatch",
  });
  const services = [
    query,
    asWell("cloudwatch-json", "awsJson1_0"),
    asWell("cloudwatch-cbor", "rpcV2Cbor"),
  ] as const;
  return { services, metrics };
}
