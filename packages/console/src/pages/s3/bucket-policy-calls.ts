import { GetBucketPolicyCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import type { AwsClients } from "../../wire/aws-clients.ts";

/** The bucket's policy; undefined if it has none. */
export async function readBucketPolicy(
  { s3 }: AwsClients,
  Bucket: string,
): Promise<string | undefined> {
  try {
    return (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy;
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchBucketPolicy") return undefined;
    throw error;
  }
}

export function writeBucketPolicy(
  { s3 }: AwsClients,
  Bucket: string,
  Policy: string,
): Promise<unknown> {
  return s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
}
