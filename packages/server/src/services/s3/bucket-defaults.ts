import type * as s3 from "@aws-sdk/client-s3";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { onBucket } from "./authorization.ts";
import { canonicalUserId } from "./canonical-user-id.ts";
import { notConfigured } from "./errors.ts";
import { type BucketInput, requireBucket } from "./find-bucket.ts";
import { requireObject } from "./find-object.ts";
import { readAuthorizations } from "./read-authorization.ts";

/**
 * Reads of what can't be changed here: the answers are those of a bucket that nobody configured,
 * and they are true. Clients such as Terraform ask for all of them.
 */
export function bucketDefaultOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    GetBucketVersioning: { authorize: needs("GetBucketVersioning"), handle: () => ({}) },
    GetBucketAccelerateConfiguration: {
      authorize: needs("GetAccelerateConfiguration"),
      handle: () => ({}),
    },
    GetBucketLogging: { authorize: needs("GetBucketLogging"), handle: () => ({}) },
    GetBucketNotificationConfiguration: {
      authorize: needs("GetBucketNotification"),
      handle: () => ({}),
    },
    GetBucketRequestPayment: {
      authorize: needs("GetBucketRequestPayment"),
      handle: () => ({ Payer: "BucketOwner" as const }),
    },
    GetBucketOwnershipControls: {
      authorize: needs("GetBucketOwnershipControls"),
      handle: () => ({
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" as const }] },
      }),
    },
    GetBucketAcl: {
      authorize: needs("GetBucketAcl"),
      handle: async (input, context) => ownerOnly((await requireBucket(input, context)).account_id),
    },
    GetObjectAcl: {
      authorize: async (input, context) => {
        const bucket = await requireBucket(input, context);
        return readAuthorizations(["GetObjectAcl"], bucket, input.Key ?? "", context);
      },
      handle: async (input, context) => {
        const row = await requireObject(input.Bucket ?? "", input.Key ?? "", context);
        return ownerOnly(row.account_id);
      },
    },
    GetPublicAccessBlock: {
      authorize: needs("GetBucketPublicAccessBlock"),
      handle: absent(
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
      ),
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

function ownerOnly(accountId: string) {
  const ID = canonicalUserId(accountId);
  return {
    Owner: { ID },
    Grants: [
      { Grantee: { ID, Type: "CanonicalUser" as const }, Permission: "FULL_CONTROL" as const },
    ],
  };
}
