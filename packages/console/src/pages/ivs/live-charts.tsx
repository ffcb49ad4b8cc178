import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import LineChart from "@cloudscape-design/components/line-chart";
import { clockTime, commonDomain, niceMax, wholeTick } from "./chart-scale.ts";

export interface Sample {
  readonly at: Date;
  readonly value: number;
}

/** Samples that a chart keeps: about two minutes. */
export const SAMPLES_MAX = 60;

/** Health, bitrate and frame rate over the last minutes. */
export function LiveCharts(props: {
  readonly health: readonly Sample[];
  readonly bitrate: readonly Sample[];
  readonly frameRate: readonly Sample[];
}) {
  const domain = commonDomain([props.health, props.bitrate, props.frameRate]);
  return (
    <ColumnLayout columns={3} minColumnWidth={260}>
      <Chart title="Bitrate, kbit/s" samples={props.bitrate} domain={domain} />
      <Chart title="Frame rate, frames/s" samples={props.frameRate} domain={domain} />
      <Chart
        title="Health"
        samples={props.health}
        domain={domain}
        max={1}
        tick={(value) => (value === 1 ? "Healthy" : value === 0 ? "Starving" : "")}
      />
    </ColumnLayout>
  );
}

/** One series over time, its latest value in the heading. */
export function Chart(props: {
  readonly title: string;
  readonly samples: readonly Sample[];
  readonly max?: number;
  readonly tick?: (value: number) => string;
  /** The time that it shows; left out: that of its samples. */
  readonly domain?: readonly [Date, Date] | undefined;
}) {
  const { title, samples, domain, tick = wholeTick } = props;
  const max = props.max ?? niceMax(samples.map(({ value }) => value));
  const last = samples.at(-1);
  return (
    <div>
      <Box variant="h3">
        {title}
        {last ? `: ${tick(Math.round(last.value))}` : ""}
      </Box>
      <LineChart
        series={[
          { title, type: "line", data: samples.map(({ at, value }) => ({ x: at, y: value })) },
        ]}
        xScaleType="time"
        yDomain={[0, max]}
        {...(domain ? { xDomain: [...domain] } : {})}
        height={120}
        hideFilter
        hideLegend
        ariaLabel={title}
        i18nStrings={{
          xTickFormatter: (at) => clockTime(at as Date),
          yTickFormatter: tick,
        }}
        empty={<Box textAlign="center">Nothing measured yet</Box>}
      />
    </div>
  );
}
