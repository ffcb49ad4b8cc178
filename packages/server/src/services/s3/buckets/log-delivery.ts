import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { isEnforced } from "../access/acl.ts";
import { onObject } from "../access/authorization.ts";
import { isPermitted } from "../access/is-permitted.ts";
import { malformedXml } from "../errors.ts";
import { bucketArn } from "../resource-arn.ts";
import { findBucket } from "../rows/buckets.ts";
import { readLockRule } from "../rows/stored-lock.ts";
import type { BucketRow } from "../tables.ts";
import { DEFAULT_REGION } from "./create-bucket.ts";

const LOGGING_SERVICE = "logging.s3.amazonaws.com";
/** The form of the names that log files have after their prefix. */
const LOG_FILE = "2006-03-01-00-00-00-0123456789ABCDEF";
const ALLOW_ALL = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" },
});

const MAY_NOT_WRITE = [
  "You must either provide the necessary permissions to the logging service using a bucket policy",
  "or give the log-delivery group WRITE and READ_ACP permissions to the target bucket",
].join(" ");

/**
 * Throws InvalidTargetBucketForLogging, CrossLocationLoggingProhibitted, MalformedXML,
 * AccessControlListNotSupported. Whether anything allows the logging service to write isn't asked,
 * as on AWS: the permission may come later. A target that can't receive logs whatever is granted is
 * refused (S3 user guide, "Enabling Amazon S3 server access logging" and "Requester Pays buckets").
 */
export async function checkLogTarget(
  logging: s3.LoggingEnabled,
  bucket: BucketRow,
  context: RequestContext,
): Promise<void> {
  const { TargetBucket: name, TargetPrefix: prefix, TargetGrants: grants = [] } = logging;
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
  if (target.requester_pays === 1)
    throw refused("The target bucket for logging cannot be a Requester Pays bucket");
  if (target.object_lock !== null && readLockRule(target))
    throw refused("The target bucket for logging cannot have an Object Lock default retention");
  if (await isDenied(prefix, target, bucket, context)) throw refused(MAY_NOT_WRITE);
  if (grants.length > 0 && isEnforced(target))
    throw new AwsError(
      "AccessControlListNotSupported",
      "Target grants not allowed for bucket owner enforced buckets",
      { status: 400 },
    );
}

/**
 * Whether a policy denies the logging service to write, which it does by HTTPS and by itself: asked
 * as if the target's ACL allowed everything.
 */
async function isDenied(
  prefix: string,
  target: BucketRow,
  source: BucketRow,
  context: RequestContext,
): Promise<boolean> {
  if (target.policy === null) return false;
  const put = onObject("PutObject", target, prefix + LOG_FILE, context, {
    "aws:securetransport": "true",
    "aws:sourceip": undefined,
  });
  const onBehalfOf = {
    accountId: source.account_id,
    resourceArn: bucketArn(source.bucket_name),
  };
  const caller = {
    principal: { kind: "service", serviceName: LOGGING_SERVICE, onBehalfOf },
  } as const;
  const grants = { id: `${bucketArn(target.bucket_name)}?logs`, text: ALLOW_ALL } as const;
  return !(await isPermitted({ ...put, caller, grants: { ...grants, kind: "resource" } }, context));
}
