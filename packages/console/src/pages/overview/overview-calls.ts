import { ListStreamsCommand, type ListStreamsResponse } from "@aws-sdk/client-ivs";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { type FoundRecordings, latestRecordings } from "../recordings/recording-index.ts";
import { type RecordedStages, stageSources } from "../recordings/stage-recordings.ts";

export { listChannels, listRecordingConfigurations } from "../ivs/ivs-lists.ts";
export { readRecordedStages } from "../recordings/stage-recordings.ts";

const BUCKETS_COUNTED = 10;

export async function listStreams({
  ivs,
}: AwsClients): Promise<NonNullable<ListStreamsResponse["streams"]>> {
  return (await ivs.send(new ListStreamsCommand({ maxResults: 100 }))).streams ?? [];
}

export async function listBuckets({ s3 }: AwsClients): Promise<readonly unknown[]> {
  return (await s3.send(new ListBucketsCommand({ MaxBuckets: BUCKETS_COUNTED }))).Buckets ?? [];
}

/** The latest recordings of channels in these buckets, and of stages. */
export async function lastRecordings(
  aws: AwsClients,
  buckets: readonly string[],
  stages: RecordedStages,
  max: number,
): Promise<FoundRecordings> {
  const sources = await stageSources(aws, stages, {});
  return latestRecordings(aws, buckets, {}, max, sources);
}
