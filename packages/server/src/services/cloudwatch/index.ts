import { defineService } from "../../kernel/define-service.ts";
import type { MetricSink } from "../../kernel/ports/metric-sink.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { accessDenied } from "./errors.ts";
import { MetricStore } from "./metric-store.ts";
import { cloudwatchMigrations } from "./migrations.ts";

const API = {
  signingName: "monitoring",
  version: "2010-08-01",
  xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
};
const FURTHER = { ...API, targetPrefix: "GraniteServiceVersion20100801", queryCompatible: true };

/** Amazon CloudWatch's metrics: what services measure, and what PutMetricData is given. */
export const cloudwatch = defineService({
  title: "CloudWatch",
  definition: { ...API, name: "cloudwatch", protocol: "awsQuery" },
  furtherProtocols: [
    { ...FURTHER, name: "cloudwatch-json", protocol: "awsJson1_0" },
    { ...FURTHER, name: "cloudwatch-cbor", protocol: "rpcV2Cbor" },
  ],
  migrations: cloudwatchMigrations,
  create({ store, clock, log }: Pick<ServiceDependencies, "store" | "clock" | "log">) {
    const metrics = new MetricStore(store, clock, log);
    return {
      api: async () => (await import("./api.ts")).cloudWatchApi(metrics),
      accessDenied,
      start: async () => metrics.start(),
      close: () => metrics.close(),
      reset: async () => metrics.clear(),
      provides: { metrics: metrics satisfies MetricSink },
    };
  },
});
