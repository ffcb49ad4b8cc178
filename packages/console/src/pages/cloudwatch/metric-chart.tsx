import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import Box from "@cloudscape-design/components/box";
import LineChart from "@cloudscape-design/components/line-chart";
import { CallFailure } from "../../shared/call-failure.tsx";
import { useCall } from "../../wire/use-call.ts";
import { clockTime } from "../ivs/chart-scale.ts";
import { readSeries } from "./metric-calls.ts";

/** CloudWatch's smallest usual period; charts are read again this often. */
const POLL_MS = 30_000;

const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** Metrics over the last minutes, with a threshold if there is one. */
export function MetricChart(props: {
  readonly title: string;
  readonly queries: MetricDataQuery[];
  readonly minutes: number;
  readonly threshold?: number | undefined;
}) {
  const { title, queries, minutes, threshold } = props;
  const data = useCall(
    `${JSON.stringify(queries)} over ${minutes}`,
    async (aws) => {
      const series = await readSeries(aws, queries, minutes);
      const toMs = Date.now();
      return { series, time: [new Date(toMs - minutes * 60_000), new Date(toMs)] as const };
    },
    { everyMs: POLL_MS },
  );
  if (data.error !== undefined) {
    return (
      <CallFailure title={`${title} can't be shown`} error={data.error} onRetry={data.reload} />
    );
  }
  const series = data.data?.series ?? [];
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  const shown = threshold === undefined || values.length === 0 ? values : [...values, threshold];
  return (
    <LineChart
      series={[
        ...series
          .filter(({ points }) => points.length > 0)
          .map(({ label, points }) => ({ title: label, type: "line" as const, data: points })),
        ...(threshold === undefined || values.length === 0
          ? []
          : [{ title: "Threshold", type: "threshold" as const, y: threshold }]),
      ]}
      xScaleType="time"
      {...(data.data ? { xDomain: [...data.data.time] } : {})}
      yDomain={[Math.min(0, ...shown), Math.max(0, ...shown) * 1.1 || 1]}
      height={180}
      hideFilter
      statusType={data.data ? "finished" : "loading"}
      loadingText={`Loading ${title}`}
      ariaLabel={title}
      i18nStrings={{
        xTickFormatter: (at) => clockTime(at as Date).slice(0, 5),
        yTickFormatter: (value) => COMPACT.format(value),
      }}
      empty={<Box textAlign="center">Nothing measured in this time</Box>}
    />
  );
}
