import {
  CloudWatchClient,
  type MetricDataQuery,
  paginateGetMetricData,
} from "@aws-sdk/client-cloudwatch";
import type { AwsClients } from "../../wire/aws-clients.ts";

export function cloudWatchOf(aws: AwsClients): CloudWatchClient {
  return aws.client("cloudwatch", (options) => new CloudWatchClient(options));
}

export interface Series {
  readonly id: string;
  readonly label: string;
  readonly points: readonly { readonly x: Date; readonly y: number }[];
}

/** The values of some metrics over the last minutes, the earliest first. */
export async function readSeries(
  aws: AwsClients,
  MetricDataQueries: MetricDataQuery[],
  minutes: number,
): Promise<readonly Series[]> {
  const EndTime = new Date();
  const StartTime = new Date(EndTime.getTime() - minutes * 60_000);
  const input = { StartTime, EndTime, MetricDataQueries, ScanBy: "TimestampAscending" } as const;
  const found = new Map<string, Series>();
  for await (const page of paginateGetMetricData({ client: cloudWatchOf(aws) }, input)) {
    for (const { Id = "", Label = Id, Timestamps = [], Values = [] } of page.MetricDataResults ??
      []) {
      const points = Timestamps.map((x, index) => ({ x, y: Values[index] ?? 0 }));
      const before = found.get(Id)?.points ?? [];
      found.set(Id, { id: Id, label: Label, points: [...before, ...points] });
    }
  }
  return [...found.values()];
}
