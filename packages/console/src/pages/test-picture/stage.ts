import {
  type Channel,
  CreateChannelCommand,
  CreateRecordingConfigurationCommand,
  GetRecordingConfigurationCommand,
  type IvsClient,
  ListChannelsCommand,
  ListRecordingConfigurationsCommand,
  UpdateChannelCommand,
} from "@aws-sdk/client-ivs";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, type STSClient } from "@aws-sdk/client-sts";

/** The channel that the overview streams its test picture to. */
const STAGE_NAME = "test-picture";
const CONFIGURATION_NAME = "recordings";
/** A configuration is made within seconds. */
const CREATING_LOOK_MS = 500;
const CREATING_LOOKS_MAX = 40;

export interface StageClients {
  readonly ivs: Pick<IvsClient, "send">;
  readonly s3: Pick<S3Client, "send">;
  readonly sts: Pick<STSClient, "send">;
  readonly region: string;
}

type Report = (sentence: string) => void;

/**
 * Returns the ARN of the channel for a test picture: the one of an earlier test picture, or a new
 * one. It records; what that needs and isn't there is made.
 */
export async function readyStage(clients: StageClients, report: Report): Promise<string> {
  const { ivs } = clients;
  const filter = new ListChannelsCommand({ filterByName: STAGE_NAME });
  const [known] = (await ivs.send(filter)).channels ?? [];
  if (known?.arn !== undefined) {
    if (!known.recordingConfigurationArn) await recordChannel(clients, known.arn, report);
    return known.arn;
  }
  const recordingConfigurationArn = await readyConfiguration(clients, report);
  report("Creating the channel");
  const { channel } = await ivs.send(
    new CreateChannelCommand({
      name: STAGE_NAME,
      // The source alone is served: nothing has to be encoded.
      type: "BASIC",
      recordingConfigurationArn,
    }),
  );
  return arnOf(channel);
}

/** Lets a channel record, with a configuration that is there or with a new one. */
export async function recordChannel(
  clients: StageClients,
  arn: string,
  report: Report,
): Promise<void> {
  const recordingConfigurationArn = await readyConfiguration(clients, report);
  report("Letting the channel record");
  await clients.ivs.send(new UpdateChannelCommand({ arn, recordingConfigurationArn }));
}

async function readyConfiguration(clients: StageClients, report: Report): Promise<string> {
  const { ivs } = clients;
  const listed = await ivs.send(new ListRecordingConfigurationsCommand({}));
  const active = listed.recordingConfigurations?.find(({ state }) => state === "ACTIVE");
  if (active?.arn !== undefined) return active.arn;
  const bucketName = await readyBucket(clients, report);
  report("Creating the recording configuration, and with it the role of IVS");
  const { recordingConfiguration } = await ivs.send(
    new CreateRecordingConfigurationCommand({
      name: CONFIGURATION_NAME,
      destinationConfiguration: { s3: { bucketName } },
    }),
  );
  const arn = arnOf(recordingConfiguration);
  await untilActive(clients, arn);
  return arn;
}

async function untilActive({ ivs }: StageClients, arn: string): Promise<void> {
  for (let look = 0; look < CREATING_LOOKS_MAX; look += 1) {
    const { recordingConfiguration } = await ivs.send(
      new GetRecordingConfigurationCommand({ arn }),
    );
    const state = recordingConfiguration?.state;
    if (state === "ACTIVE") return;
    if (state === "CREATE_FAILED") {
      throw new Error("The recording configuration couldn't be created: see its page.");
    }
    await new Promise((resolve) => setTimeout(resolve, CREATING_LOOK_MS));
  }
  throw new Error("The recording configuration is still being created. Try again.");
}

/** The account's bucket for test pictures of this Region; buckets' names are everybody's. */
async function readyBucket(clients: StageClients, report: Report): Promise<string> {
  const { s3, sts, region } = clients;
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  const Bucket = `rolecast-recordings-${Account}-${region}`;
  report(`Creating the bucket ${Bucket}`);
  const LocationConstraint = region as BucketLocationConstraint;
  // us-east-1 is S3's default, and isn't named.
  const place = region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint } };
  try {
    await s3.send(new CreateBucketCommand({ Bucket, ...place }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "BucketAlreadyOwnedByYou") throw error;
  }
  return Bucket;
}

function arnOf(made: Pick<Channel, "arn"> | undefined): string {
  if (made?.arn === undefined) throw new Error("IVS answered without an ARN.");
  return made.arn;
}
