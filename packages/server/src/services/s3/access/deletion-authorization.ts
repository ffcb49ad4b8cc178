import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { bucketArn } from "../resource-arn.ts";
import { findObject, type VersionInput } from "../rows/objects.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { aclOf } from "./acl.ts";
import { policyOfWriters } from "./acl-policy.ts";
import { onVersion } from "./read-authorization.ts";

/**
 * The permission to delete an object. Whoever may write to the bucket by its ACL may delete what
 * they own there, and nobody's may be deleted by anybody (S3 user guide, "Access control list
 * overview"). Only buckets with such a grant have the object looked up.
 */
export function onDeletion(
  bucket: BucketRow,
  input: VersionInput,
  context: RequestContext,
  keys: ContextEntries = {},
): Authorization | Promise<Authorization> {
  const deletion = onVersion("DeleteObject", bucket, input, context, keys);
  if (bucket.acl === null || input.VersionId !== undefined) return deletion;
  const grants = policyOfWriters("DeleteObject", bucketArn(bucket.bucket_name), bucket, context);
  if (!grants) return deletion;
  const named = { Bucket: bucket.bucket_name, Key: input.Key };
  return findObject(named, context).then((row) =>
    row && isCallers(row, bucket, context) ? { ...deletion, grants } : deletion,
  );
}

function isCallers(row: ObjectRow, bucket: BucketRow, { caller }: RequestContext): boolean {
  const { owner, isUnsigned = false } = aclOf(row, bucket) ?? {};
  const { principal } = caller;
  if (principal.kind === "anonymous") return isUnsigned;
  return "accountId" in principal && principal.accountId === owner;
}
