import { ListStreamsCommand, type ListStreamsResponse } from "@aws-sdk/client-ivs";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import type { AwsClients } from "../../wire/aws-clients.ts";

export { listChannels, listRecordingConfigurations } from "../ivs/ivs-lists.ts";
export { latestRecordings } from "../recordings/recording-index.ts";

const BUCKETS_COUNTED = 10;

export async function listStreams({
  ivs,
}: AwsClients): Promise<NonNullable<ListStreamsResponse["streams"]>> {
  return (await ivs.send(new ListStreamsCommand({ maxResults: 100 }))).streams ?? [];
}

export async function listBuckets({ s3 }: AwsClients): Promise<readonly unknown[]> {
  return (await s3.send(new ListBucketsCommand({ MaxBuckets: BUCKETS_COUNTED }))).Buckets ?? [];
}
