import { type BucketLocationConstraint, CreateBucketCommand } from "@aws-sdk/client-s3";
import type { AwsClients } from "../../wire/aws-clients.ts";

/** Makes a bucket in the clients' Region. */
export async function createBucket(
  { s3, region }: AwsClients,
  Bucket: string,
  withObjectLock = false,
): Promise<void> {
  const LocationConstraint = region as BucketLocationConstraint;
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(withObjectLock ? { ObjectLockEnabledForBucket: true } : {}),
      // us-east-1 is S3's default, and isn't named.
      ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint } }),
    }),
  );
}
