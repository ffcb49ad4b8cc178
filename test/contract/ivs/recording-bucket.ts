import {
  CreateRecordingConfigurationCommand,
  type CreateRecordingConfigurationCommandInput,
  GetRecordingConfigurationCommand,
  type RecordingConfiguration,
} from "@aws-sdk/client-ivs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import type { Clients } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

let made = 0;

/** A bucket in the clients' Region. */
export async function makeBucket(clients: Clients, region = "us-east-1"): Promise<string> {
  made += 1;
  const Bucket = `recordings-${region}-${made}`;
  await clients.s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } }),
    }),
  );
  return Bucket;
}

/** A recording configuration for a bucket, once it has left CREATING. */
export async function makeRecordingConfiguration(
  clients: Clients,
  bucketName: string,
  settings: Partial<CreateRecordingConfigurationCommandInput> = {},
): Promise<RecordingConfiguration & { arn: string }> {
  const created = await clients.ivs.send(
    new CreateRecordingConfigurationCommand({
      ...settings,
      destinationConfiguration: { s3: { bucketName } },
    }),
  );
  return settled(clients, created.recordingConfiguration?.arn ?? "");
}

/** Polls as clients do: there is no waiter. */
export async function settled(
  clients: Clients,
  arn: string,
): Promise<RecordingConfiguration & { arn: string }> {
  return until(
    async () => {
      const { recordingConfiguration } = await clients.ivs.send(
        new GetRecordingConfigurationCommand({ arn }),
      );
      return (
        recordingConfiguration !== undefined &&
        recordingConfiguration.state !== "CREATING" && { ...recordingConfiguration, arn }
      );
    },
    `the end of CREATING of ${arn}`,
    { everyMs: 25 },
  );
}
