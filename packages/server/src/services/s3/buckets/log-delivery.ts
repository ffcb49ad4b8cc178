import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { aclOf, LOG_DELIVERY } from "../access/acl.ts";
import { onObject } from "../access/authorization.ts";
import { isPermitted } from "../access/is-permitted.ts";
import { malformedXml } from "../errors.ts";
import { bucketArn } from "../resource-arn.ts";
import { findBucket } from "../rows/buckets.ts";
import type { BucketRow } from "../tables.ts";
import { DEFAULT_REGION } from "./create-bucket.ts";

/*
 * Where server access logs may be delivered. Source: S3 user guide, "Enabling Amazon S3 server
 * access logging".
 */

const LOGGING_SERVICE = "logging.s3.amazonaws.com";
/** The form of the names that log files have behind their prefix. */
const LOG_FILE = "2006-03-01-00-00-00-0123456789ABCDEF";

/**
 * Throws InvalidTargetBucketForLogging, CrossLocationLoggingProhibitted, MalformedXML.
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
  if (isGranted(target) || (await isAllowed(prefix, target, bucket, context))) return;
  throw refused(
    [
      "You must either provide the necessary permissions to the logging service using a",
      "bucket policy or give the log-delivery group WRITE and READ_ACP permissions to the",
      "target bucket",
    ].join(" "),
  );
}

/** Whether the bucket's ACL lets the log delivery group write. */
function isGranted(target: BucketRow): boolean {
  const permissions = (aclOf(target, target)?.grants ?? [])
    .filter(({ to }) => to === LOG_DELIVERY)
    .map(({ permission }) => permission);
  if (permissions.includes("FULL_CONTROL")) return true;
  return permissions.includes("WRITE") && permissions.includes("READ_ACP");
}

/** Whether policies let the logging service write, which it does by HTTPS and by itself. */
function isAllowed(
  prefix: string,
  target: BucketRow,
  source: BucketRow,
  context: RequestContext,
): Promise<boolean> {
  const keys = {
    "aws:sourcearn": bucketArn(source.bucket_name),
    "aws:sourceaccount": source.account_id,
    "aws:securetransport": "true",
    "aws:sourceip": undefined,
  };
  const put = onObject("PutObject", target, prefix + LOG_FILE, context, keys);
  const caller = { principal: { kind: "service", serviceName: LOGGING_SERVICE } } as const;
  // Grants of the ACL are the request's caller's.
  const { grants: _grants, ...decided } = put;
  return isPermitted({ ...decided, caller }, context);
}
