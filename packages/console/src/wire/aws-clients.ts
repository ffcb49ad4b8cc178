import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { IAMClient } from "@aws-sdk/client-iam";
import { IvsClient } from "@aws-sdk/client-ivs";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import type { MiddlewareStack } from "@smithy/types";
import type { SignedIn } from "../session/signed-in.ts";
import type { CallLog } from "./call-log.ts";
import { recordCalls } from "./record-calls.ts";

type ClientOptions = ReturnType<typeof clientOptions>;

/** The services that pages call, by the AWS CLI's name, each with its client. */
const CLIENTS = {
  cloudtrail: (options: ClientOptions) => new CloudTrailClient(options),
  cloudwatch: (options: ClientOptions) => new CloudWatchClient(options),
  iam: (options: ClientOptions) => new IAMClient(options),
  ivs: (options: ClientOptions) => new IvsClient(options),
  s3api: s3Client,
  sts: (options: ClientOptions) => new STSClient(options),
} as const;

type CalledServices = {
  readonly [Name in keyof typeof CLIENTS]: ReturnType<(typeof CLIENTS)[Name]>;
};

/** The SDK's clients of one key in one Region; they talk to the server that the page came from. */
export interface AwsClients extends Omit<CalledServices, "s3api"> {
  readonly s3: S3Client;
  /** Signs URLs; what it signs isn't a call of the page. */
  readonly s3Presigner: S3Client;
  readonly region: string;
}

export function awsClients(key: SignedIn, region: string, log: CallLog): AwsClients {
  const options = clientOptions(key, region);
  const made = Object.entries(CLIENTS).map(([service, make]) => {
    const client = make(options);
    // The stacks are typed by their services' inputs, of which recording knows nothing.
    const stack = client.middlewareStack as MiddlewareStack<object, object>;
    recordCalls(stack, { service, region }, log);
    return [service, client] as const;
  });
  const { s3api: s3, ...others } = Object.fromEntries(made) as unknown as CalledServices;
  return { ...others, s3, s3Presigner: s3Client(options), region };
}

function clientOptions(key: SignedIn, region: string) {
  return {
    endpoint: window.location.origin,
    region,
    credentials: { ...key },
    // A page shows the first answer; users ask again for another.
    maxAttempts: 1,
  };
}

function s3Client(options: ClientOptions): S3Client {
  return new S3Client({
    ...options,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}
