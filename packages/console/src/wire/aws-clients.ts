import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { IAMClient } from "@aws-sdk/client-iam";
import { IvsClient } from "@aws-sdk/client-ivs";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import type { SignedIn } from "../session/signed-in.ts";
import type { CallLog } from "./call-log.ts";
import { recordCalls } from "./record-calls.ts";

/** The SDK's clients of one key in one Region; they talk to the server that the page came from. */
export interface AwsClients {
  readonly cloudtrail: CloudTrailClient;
  readonly cloudwatch: CloudWatchClient;
  readonly iam: IAMClient;
  readonly ivs: IvsClient;
  readonly s3: S3Client;
  /** Signs URLs; what it signs isn't a call of the page. */
  readonly s3Presigner: S3Client;
  readonly sts: STSClient;
  readonly region: string;
}

export function awsClients(key: SignedIn, region: string, log: CallLog): AwsClients {
  const options = {
    endpoint: window.location.origin,
    region,
    credentials: { ...key },
    // A page shows the first answer; users ask again for another.
    maxAttempts: 1,
  };
  const s3Options = {
    ...options,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  } as const;
  const clients = {
    cloudtrail: new CloudTrailClient(options),
    cloudwatch: new CloudWatchClient(options),
    iam: new IAMClient(options),
    ivs: new IvsClient(options),
    s3: new S3Client(s3Options),
    s3Presigner: new S3Client(s3Options),
    sts: new STSClient(options),
  };
  recordCalls(clients.cloudtrail.middlewareStack, { service: "cloudtrail", region }, log);
  recordCalls(clients.cloudwatch.middlewareStack, { service: "cloudwatch", region }, log);
  recordCalls(clients.iam.middlewareStack, { service: "iam", region }, log);
  recordCalls(clients.ivs.middlewareStack, { service: "ivs", region }, log);
  recordCalls(clients.s3.middlewareStack, { service: "s3api", region }, log);
  recordCalls(clients.sts.middlewareStack, { service: "sts", region }, log);
  return { ...clients, region };
}
