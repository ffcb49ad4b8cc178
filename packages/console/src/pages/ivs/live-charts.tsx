import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import LineChart from "@cloudscape-design/components/line-chart";

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
  return (
    <ColumnLayout columns={3} minColumnWidth={260}>
      <Chart title="Bitrate, kbit/s" samples={props.bitrate} />
      <Chart title="Frame rate, frames/s" samples={props.frameRate} />
      <Chart
        title="Health"
        samples={props.health}
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
}) {
  const { title, samples, tick = (value) => String(Math.round(value)) } = props;
  const max = props.max ?? Math.max(1, ...samples.map(({ value }) => value)) * 1.2;
  const last = samples.at(-1);
  return (
    <div>
      <Box variant="h3">
        {title}
        {last ? `: ${tick(last.value)}` : ""}
      </Box>
      <LineChart
        series={[
          { title, type: "line", data: samples.map(({ at, value }) => ({ x: at, y: value })) },
        ]}
        xScaleType="time"
        yDomain={[0, max]}
        height={120}
        hideFilter
        hideLegend
        ariaLabel={title}
        i18nStrings={{
          xTickFormatter: (at) => (at as Date).toLocaleTimeString(),
          yTickFormatter: tick,
        }}
        empty={<Box textAlign="center">Nothing measured yet</Box>}
      />
    </div>
  );
}
