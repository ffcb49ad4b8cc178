import { expect, test } from "vitest";
import { widgetsOf } from "./dashboard-widgets.ts";

const metricsOf = (metrics: unknown, properties = {}) =>
  widgetsOf(
    JSON.stringify({ widgets: [{ type: "metric", properties: { metrics, ...properties } }] }),
  )
    .flatMap(({ queries }) => queries)
    .map(({ MetricStat, Expression }) =>
      MetricStat
        ? [
            MetricStat.Metric?.Namespace,
            MetricStat.Metric?.MetricName,
            ...(MetricStat.Metric?.Dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`),
            `${MetricStat.Stat}/${MetricStat.Period}`,
          ].join(" ")
        : Expression,
    );

test("a metric may repeat what the one before has", () => {
  expect(
    metricsOf([
      ["AWS/IVS", "IngestFramerate", "Channel", "a"],
      [".", ".", ".", "b", { stat: "Minimum", period: 60 }],
      ["...", "c"],
      [".", "ConcurrentViews"],
      [{ expression: "m0 / 2", label: "Half" }],
    ]),
  ).toEqual([
    "AWS/IVS IngestFramerate Channel=a Average/300",
    "AWS/IVS IngestFramerate Channel=b Minimum/60",
    "AWS/IVS IngestFramerate Channel=c Average/300",
    "AWS/IVS ConcurrentViews Average/300",
    "m0 / 2",
  ]);
});

test("widgets stand from top to bottom, whatever their order in the body", () => {
  const widget = (x: number, y: number, markdown: string) => {
    return { type: "text", x, y, properties: { markdown } };
  };
  const widgets = [widget(0, 6, "c"), widget(12, 0, "b"), widget(0, 0, "a")];
  const texts = widgetsOf(JSON.stringify({ widgets })).map(({ text }) => text);
  expect(texts).toEqual(["a", "b", "c"]);
  expect(widgetsOf("{}")).toEqual([]);
});
