import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { malformedXml } from "../errors.ts";
import { findBucket } from "../rows/buckets.ts";
import type { BucketRow } from "../tables.ts";
import { DEFAULT_REGION } from "./create-bucket.ts";

/**
 * Throws InvalidTargetBucketForLogging, CrossLocationLoggingProhibitted, MalformedXML. Whether the
 * logging service may write to the target isn't asked, as on AWS: the permission may come later (S3
 * user guide, "Enabling Amazon S3 server access logging").
 */
export async function checkLogTarget(
  { TargetBucket: name, TargetPrefix: prefix }: s3.LoggingEnabled,
  bucket: BucketRow,
  context: RequestContext,
): Promise<void> {
  if (name === undefined || prefix === undefined) throw malformedXml();
  const refused = (message: string) =>
    new AwsError("InvalidTargetBucketForLogging", message, {
      status: 400,
      fields: { TargetBucket: name },
    });
  const target = await findBucket(name, context);
  if (!target) throw refused("The target bucket for logging does not exist");
  if (target.account_id !== bucket.account_id)
    throw refused("The owner for the bucket to be logged and the target bucket must be the same.");
  if (target.region !== bucket.region)
    throw new AwsError(
      "CrossLocationLoggingProhibitted",
      "Cross S3 location logging not allowed. ",
      {
        status: 403,
        fields: {
          ...(bucket.region === DEFAULT_REGION ? {} : { SourceBucketLocation: bucket.region }),
          TargetBucketLocation: target.region,
        },
      },
    );
}
