import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import { bucketNamed } from "../resource-arn.ts";

/** Throws InvalidDestination unless reports go to a bucket that is named by its ARN. */
export function checkAnalytics(given: s3.AnalyticsConfiguration): void {
  const { Destination: destination } = given.StorageClassAnalysis?.DataExport ?? {};
  const { Bucket: target } = destination?.S3BucketDestination ?? {};
  if (target === undefined || bucketNamed(target) !== undefined) return;
  throw new AwsError("InvalidDestination", "Invalid bucket ARN.", { status: 400 });
}
