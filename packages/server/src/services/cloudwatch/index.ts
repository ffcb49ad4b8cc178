import { defineService } from "../../kernel/define-service.ts";
import type { MetricSink } from "../../kernel/ports/metric-sink.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import { AlarmEvaluator } from "./alarms/alarm-evaluator.ts";
import { HistoryLimits } from "./alarms/history-limits.ts";
import { accessDenied } from "./errors.ts";
import { MetricStore } from "./metrics/metric-store.ts";
import { cloudwatchMigrations } from "./migrations.ts";
import { cloudwatchResourceTypes } from "./resources/cloudwatch-type-names.ts";

const VALUES = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"];
const INSIGHTS = ["MaxContributorValue", "UniqueContributors"];
const FLOATS = [
  ...[...VALUES, "ExtendedStatistics"].map((name) => `Datapoint.${name}`),
  ...["MetricAlarm.Threshold", "MetricDataResult.Values"],
  ...[...VALUES, ...INSIGHTS].map((name) => `InsightRuleMetricDatapoint.${name}`),
  "GetInsightRuleReportOutput.AggregateValue",
  "InsightRuleContributor.ApproximateAggregateValue",
  "InsightRuleContributorDatapoint.ApproximateValue",
];
const API = {
  signingName: "monitoring",
  version: "2010-08-01",
  xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
  floats: FLOATS,
};
const FURTHER = { ...API, targetPrefix: "GraniteServiceVersion20100801", queryCompatible: true };

/** Amazon CloudWatch: metrics of services and those that are put, alarms, dashboards. */
export const cloudwatch = defineService({
  title: "CloudWatch",
  definition: {
    ...API,
    name: "cloudwatch",
    protocol: "awsQuery",
    precision: "shortest",
    emptyLists: { DescribeAlarmsOutput: ["LogAlarms"] },
  },
  furtherProtocols: [
    { ...FURTHER, name: "cloudwatch-json", protocol: "awsJson1_0" },
    { ...FURTHER, name: "cloudwatch-cbor", protocol: "rpcV2Cbor" },
  ],
  migrations: cloudwatchMigrations,
  create({
    store,
    clock,
    log,
    ids,
    events,
  }: Pick<ServiceDependencies, "store" | "clock" | "log" | "ids" | "events">) {
    const metrics = new MetricStore(store, clock, log);
    const changes = { ids, events, history: new HistoryLimits(store) };
    const alarms = new AlarmEvaluator({ store, clock, log, metrics, ...changes });
    const changed = () => alarms.changed();
    return {
      api: async () => (await import("./api.ts")).cloudWatchApi({ metrics, changed, ...changes }),
      accessDenied,
      start: async () => {
        metrics.start();
        alarms.start();
      },
      async close() {
        await alarms.close();
        await metrics.close();
      },
      reset: async () => {
        metrics.clear();
        alarms.clear();
      },
      provides: { metrics: metrics satisfies MetricSink },
      contributes: { resourceTypes: [cloudwatchResourceTypes], metricSinks: [metrics] },
    };
  },
});
