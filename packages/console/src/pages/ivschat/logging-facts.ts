import type { DestinationConfiguration } from "@aws-sdk/client-ivschat";

/** The kind and the name of a destination: `S3`, `films`. */
export function destinationOf(
  destination: DestinationConfiguration | undefined,
): readonly [kind: string, name: string] {
  if (destination?.s3) return ["S3", destination.s3.bucketName ?? ""];
  if (destination?.cloudWatchLogs)
    return ["CloudWatch Logs", destination.cloudWatchLogs.logGroupName ?? ""];
  return ["Firehose", destination?.firehose?.deliveryStreamName ?? ""];
}
