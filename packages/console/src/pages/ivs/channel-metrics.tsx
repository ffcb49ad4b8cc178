import {
  CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useState } from "react";
import { CallFailure } from "../../shared/call-failure.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";
import { Chart, type Sample } from "./live-charts.tsx";

/**
 * Source: IVS user guide, "Monitoring with CloudWatch": high resolution, "use a 5-second period".
 */
const POLL_MS = 5_000;

/** The metrics of AWS/IVS that a channel has, in the units of the charts. */
const METRICS = [
  { id: "video", name: "IngestVideoBitrate", title: "Video, kbit/s", divisor: 1_000 },
  { id: "audio", name: "IngestAudioBitrate", title: "Audio, kbit/s", divisor: 1_000 },
  { id: "frames", name: "IngestFramerate", title: "Frame rate, frames/s", divisor: 1 },
  { id: "keyframes", name: "KeyframeInterval", title: "Keyframe interval, s", divisor: 1 },
  { id: "views", name: "ConcurrentViews", title: "Viewers", divisor: 1 },
] as const;

/**
 * A period of 5 s for 15 minutes and of a minute for 3 hours make as many points as a chart shows.
 */
const SPANS = [
  { id: "15", text: "15 minutes", minutes: 15, periodSeconds: 5 },
  { id: "180", text: "3 hours", minutes: 180, periodSeconds: 60 },
  { id: "1440", text: "1 day", minutes: 1_440, periodSeconds: 300 },
] as const;

/** CloudWatch's metrics of the channel's ingest and viewers. */
export function ChannelMetrics({ channelArn }: { readonly channelArn: string }) {
  const [spanId, setSpanId] = useState<string>(SPANS[0].id);
  const span = SPANS.find(({ id }) => id === spanId) ?? SPANS[0];
  const data = useCall(
    `metrics of ${channelArn} over ${span.minutes}`,
    (aws) => readMetrics(aws, channelArn, span),
    { everyMs: POLL_MS },
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SegmentedControl
              label="Over"
              selectedId={spanId}
              options={[...SPANS]}
              onChange={({ detail }) => setSpanId(detail.selectedId)}
            />
          }
        >
          Metrics
        </Header>
      }
    >
      {data.error !== undefined ? (
        <CallFailure title="The metrics can't be shown" error={data.error} onRetry={data.reload} />
      ) : (
        <ColumnLayout columns={2} minColumnWidth={300}>
          {METRICS.map(({ id, title }) => (
            <Chart key={id} title={title} samples={data.data?.get(id) ?? []} />
          ))}
        </ColumnLayout>
      )}
    </Container>
  );
}

async function readMetrics(
  aws: AwsClients,
  channelArn: string,
  { minutes, periodSeconds }: (typeof SPANS)[number],
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const client = aws.client("cloudwatch", (options) => new CloudWatchClient(options));
  const channelId = channelArn.split("/").at(-1) ?? "";
  const now = new Date();
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now.getTime() - minutes * 60_000),
      EndTime: now,
      ScanBy: "TimestampAscending",
      MetricDataQueries: METRICS.map(
        ({ id, name }): MetricDataQuery => ({
          Id: id,
          MetricStat: {
            Metric: {
              Namespace: "AWS/IVS",
              MetricName: name,
              Dimensions: [{ Name: "Channel", Value: channelId }],
            },
            Period: periodSeconds,
            Stat: "Average",
          },
        }),
      ),
    }),
  );
  return new Map(
    METRICS.map(({ id, divisor }) => {
      const result = MetricDataResults.find(({ Id }) => Id === id);
      const values = result?.Values ?? [];
      const samples = (result?.Timestamps ?? []).map((at, index) => ({
        at,
        value: (values[index] ?? 0) / divisor,
      }));
      return [id, samples];
    }),
  );
}
