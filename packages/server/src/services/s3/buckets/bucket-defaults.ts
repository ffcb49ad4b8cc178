import type * as s3 from "@aws-sdk/client-s3";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { notConfigured } from "../errors.ts";
import { type BucketInput, requireBucket } from "./find-bucket.ts";

/**
 * Reads of what can't be changed here: the answers are those of a bucket that nobody configured,
 * and they are true. Clients such as Terraform ask for all of them.
 */
export function bucketDefaultOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    GetBucketAccelerateConfiguration: {
      authorize: needs("GetAccelerateConfiguration"),
      handle: () => ({}),
    },
    GetBucketLogging: { authorize: needs("GetBucketLogging"), handle: () => ({}) },
    GetBucketRequestPayment: {
      authorize: needs("GetBucketRequestPayment"),
      handle: () => ({ Payer: "BucketOwner" as const }),
    },
    GetBucketLifecycleConfiguration: {
      authorize: needs("GetLifecycleConfiguration"),
      handle: absent("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    },
    GetBucketReplication: {
      authorize: needs("GetReplicationConfiguration"),
      handle: absent(
        "ReplicationConfigurationNotFoundError",
        "The replication configuration was not found",
      ),
    },
    GetBucketWebsite: {
      authorize: needs("GetBucketWebsite"),
      handle: absent(
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
      ),
    },
    // Nothing is there to be deleted, which S3 answers with success.
    DeleteBucketLifecycle: { authorize: needs("PutLifecycleConfiguration"), handle: () => ({}) },
    DeleteBucketReplication: {
      authorize: needs("PutReplicationConfiguration"),
      handle: () => ({}),
    },
    DeleteBucketWebsite: { authorize: needs("DeleteBucketWebsite"), handle: () => ({}) },
    ListBucketAnalyticsConfigurations: {
      authorize: needs("GetAnalyticsConfiguration"),
      handle: () => ({ IsTruncated: false }),
    },
    ListBucketIntelligentTieringConfigurations: {
      authorize: needs("GetIntelligentTieringConfiguration"),
      handle: () => ({ IsTruncated: false }),
    },
    ListBucketInventoryConfigurations: {
      authorize: needs("GetInventoryConfiguration"),
      handle: () => ({ IsTruncated: false }),
    },
    ListBucketMetricsConfigurations: {
      authorize: needs("GetMetricsConfiguration"),
      handle: () => ({ IsTruncated: false }),
    },
    GetBucketAnalyticsConfiguration: {
      authorize: needs("GetAnalyticsConfiguration"),
      handle: absent("NoSuchConfiguration", "The specified configuration does not exist."),
    },
    GetBucketIntelligentTieringConfiguration: {
      authorize: needs("GetIntelligentTieringConfiguration"),
      handle: absent("NoSuchConfiguration", "The specified configuration does not exist."),
    },
    GetBucketInventoryConfiguration: {
      authorize: needs("GetInventoryConfiguration"),
      handle: absent("NoSuchConfiguration", "The specified configuration does not exist."),
    },
    GetBucketMetricsConfiguration: {
      authorize: needs("GetMetricsConfiguration"),
      handle: absent("NoSuchConfiguration", "The specified configuration does not exist."),
    },
    GetObjectLockConfiguration: {
      authorize: needs("GetBucketObjectLockConfiguration"),
      handle: absent(
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
      ),
    },
  });
}

function needs(action: string) {
  return async (input: BucketInput, context: RequestContext): Promise<Authorization> =>
    onBucket(action, await requireBucket(input, context), context);
}

function absent(code: string, message: string) {
  return (input: BucketInput): never => {
    throw notConfigured(code, message, input.Bucket ?? "");
  };
}
