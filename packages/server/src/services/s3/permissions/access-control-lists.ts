import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { aclOf, grantsOf, isEnforced, ownerOf, shownAcl, storedAcl } from "../access/acl.ts";
import {
  aclNotSupported,
  checkGrants,
  type ObjectAclInput,
  preventedBy,
} from "../access/acl-of-new.ts";
import { type AclInput, aclKeys, checkAcl, grantHeaders } from "../access/acl-syntax.ts";
import { onBucket } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { canonicalUserId } from "../access/canonical-user-id.ts";
import { onVersion, readAuthorizations } from "../access/read-authorization.ts";
import { existingTagKeys } from "../access/tag-keys.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { accessDenied, noSuchKey, noSuchVersion } from "../errors.ts";
import { announce } from "../notifications/object-events.ts";
import { updateBucket } from "../rows/buckets.ts";
import { findObject, requireNoMarker, requireObject } from "../rows/objects.ts";
import { updateVersion } from "../rows/versions.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";

/** Put and Get of buckets' and objects' access control lists. */
export function accessControlListOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketAcl: bucketOperation(
      (bucket, input, context) => onBucket("PutBucketAcl", bucket, context, aclKeys(input)),
      async (bucket, input, context) => {
        requireAclNamed(input);
        checkAcl(input);
        if (isEnforced(bucket)) throw aclNotSupported();
        const { account_id: owner } = bucket;
        checkGrants(input, bucket, preventedBy("PutBucketAcl", bucket, undefined, context));
        checkOwner(input, owner);
        const acl = storedAcl(grantsOf(input, owner, owner), owner, bucket);
        await updateBucket(bucket, { acl }, context);
        return {};
      },
    ),
    GetBucketAcl: bucketOperation("GetBucketAcl", (bucket) => {
      return shownAcl(aclOf(bucket, bucket), bucket);
    }),
    PutObjectAcl: bucketOperation(
      async (bucket, input, context) => {
        const row = await findObject(input, context);
        const keys = { ...aclKeys(input), ...existingTagKeys(row?.tags) };
        return onVersion("PutObjectAcl", bucket, input, context, keys, row);
      },
      async (bucket, input, context) => {
        await requireNoMarker(input, context);
        const row = await requireObject(input, context);
        requireAclNamed(input);
        checkGrants(input, bucket, preventedBy("PutObjectAcl", bucket, input.Key, context));
        // Said of an object that is the bucket owner's, where there are no ACLs.
        if (!isEnforced(bucket)) await putObjectAcl(input, row, bucket, context, deps);
        return {};
      },
    ),
    GetObjectAcl: bucketOperation(
      (bucket, input, context) => readAuthorizations(["GetObjectAcl"], bucket, input, context),
      async (bucket, input, context) =>
        shownAcl(aclOf(await requireObject(input, context), bucket), bucket),
    ),
  });
}

async function putObjectAcl(
  input: ObjectAclInput,
  row: ObjectRow,
  bucket: BucketRow,
  context: RequestContext,
  deps: S3Dependencies,
): Promise<void> {
  const owner = ownerOf(row, bucket);
  checkOwner(input, owner);
  const acl = storedAcl(grantsOf(input, owner, bucket.account_id), owner, bucket);
  await deps.commits.commit(context, async (tx) => {
    const { object_key: key, version_id, etag } = row;
    if (!(await updateVersion(row, { acl }, tx)))
      throw input.VersionId === undefined ? noSuchKey(key) : noSuchVersion(key, version_id);
    // S3 publishes changes only (user guide, "Supported event types for EventBridge").
    if (acl === row.acl) return;
    const changed = { object_key: key, version_id, etag };
    announce({ type: "Object ACL Updated" }, changed, bucket, context, tx, deps);
  });
}

/** An ACL's document names the owner, and can't give what it is of to somebody else. */
function checkOwner({ AccessControlPolicy: policy }: AclInput, owner: string): void {
  if (policy && policy.Owner?.ID !== canonicalUserId(owner)) throw accessDenied();
}

function requireAclNamed(input: AclInput): void {
  if (input.ACL !== undefined || input.AccessControlPolicy || grantHeaders(input).length > 0)
    return;
  throw new AwsError("MissingSecurityHeader", "Your request was missing a required header", {
    status: 400,
    fields: { MissingHeaderName: "x-amz-acl" },
  });
}
