import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import {
  aclOf,
  grantsOf,
  isEnforced,
  ownerOf,
  shownAcl,
  storedAcl,
  writerOf,
} from "../access/acl.ts";
import {
  type AclInput,
  ALL_USERS,
  AUTHENTICATED_USERS,
  aclKeys,
  checkAcl,
  grantHeaders,
  OWNER_CONTROLS,
} from "../access/acl-syntax.ts";
import { objectArn, onBucket } from "../access/authorization.ts";
import { canonicalUserId } from "../access/canonical-user-id.ts";
import { isBlocked } from "../access/public-access.ts";
import { onVersion, readAuthorizations } from "../access/read-authorization.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { accessDenied, noSuchKey, noSuchVersion } from "../errors.ts";
import { announce } from "../notifications/object-events.ts";
import { requireBucket } from "../rows/find-bucket.ts";
import { findObject, requireNoMarker, requireObject } from "../rows/find-object.ts";
import { existingTagKeys } from "../rows/tag-set.ts";
import { updateBucket } from "../rows/update-bucket.ts";
import { updateVersion } from "../rows/version-rows.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { preventedByBlock } from "./public-access-blocks.ts";

type ObjectAclInput = AclInput & {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
};

/** Put and Get of buckets' and objects' access control lists. */
export function accessControlListOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketAcl: {
      authorize: async (input, context) =>
        onBucket("PutBucketAcl", await requireBucket(input, context), context, aclKeys(input)),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        requireAclNamed(input);
        if (isEnforced(bucket)) throw aclNotSupported();
        const { account_id: owner } = bucket;
        checkGrants(input, bucket, preventedBy("PutBucketAcl", bucket, undefined, context));
        checkOwner(input, owner);
        const acl = storedAcl(grantsOf(input, owner, owner), owner, bucket);
        await updateBucket(bucket, { acl }, context);
        return {};
      },
    },
    GetBucketAcl: {
      authorize: async (input, context) =>
        onBucket("GetBucketAcl", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        return shownAcl(aclOf(bucket, bucket), bucket);
      },
    },
    PutObjectAcl: {
      authorize: async (input, context) => {
        const bucket = await requireBucket(input, context);
        const row = await findObject(input, context);
        const keys = { ...aclKeys(input), ...existingTagKeys(row?.tags) };
        return onVersion("PutObjectAcl", bucket, input, context, keys, row);
      },
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        await requireNoMarker(input, context);
        const row = await requireObject(input, context);
        requireAclNamed(input);
        checkGrants(input, bucket, preventedBy("PutObjectAcl", bucket, input.Key, context));
        // Said of an object that is the bucket owner's, where there are no ACLs.
        if (!isEnforced(bucket)) await putObjectAcl(input, row, bucket, context, deps);
        return {};
      },
    },
    GetObjectAcl: {
      authorize: async (input, context) => {
        const bucket = await requireBucket(input, context);
        return readAuthorizations(["GetObjectAcl"], bucket, input, context);
      },
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        return shownAcl(aclOf(await requireObject(input, context), bucket), bucket);
      },
    },
  });
}

/**
 * The ACL of an object that is about to be written. Its writer owns it, unless there are no ACLs, or
 * the bucket's owner is to have it anyway and the writer says so. Throws what S3 answers to other ACLs.
 */
export function aclOfNew(
  input: ObjectAclInput,
  bucket: BucketRow,
  context: RequestContext,
): string | null {
  checkGrants(input, bucket, preventedBy("PutObject", bucket, input.Key, context));
  const isGivenUp = bucket.ownership === "BucketOwnerPreferred" && input.ACL === OWNER_CONTROLS;
  if (isEnforced(bucket) || isGivenUp) return null;
  const owner = writerOf(context, bucket);
  return storedAcl(grantsOf(input, owner, bucket.account_id), owner, bucket);
}

/** Whether it grants everybody, or everybody with an account, something. */
export function isPublicAcl(input: AclInput): boolean {
  return grantsOf(input, "", "").some(({ to }) => to === ALL_USERS || to === AUTHENTICATED_USERS);
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
    // S3 tells of changes only (user guide, "Supported event types for EventBridge").
    if (acl === row.acl) return;
    const changed = { object_key: key, version_id, etag };
    announce({ type: "Object ACL Updated" }, changed, bucket, context, tx, deps);
  });
}

function checkGrants(input: AclInput, bucket: BucketRow, prevented: () => Error): void {
  checkAcl(input);
  if (isEnforced(bucket) && !saysWhatIsEnforced(input, bucket)) throw aclNotSupported();
  if (isPublicAcl(input) && isBlocked(bucket, "BlockPublicAcls")) throw prevented();
}

/**
 * Without ACLs a writer may say no more than that the bucket's owner has everything (S3 user guide,
 * "Controlling ownership of objects").
 */
function saysWhatIsEnforced(input: AclInput, { account_id: owner }: BucketRow): boolean {
  if ((input.ACL ?? OWNER_CONTROLS) !== OWNER_CONTROLS) return false;
  return grantsOf(input, owner, owner).every(({ to }) => to === canonicalUserId(owner));
}

function preventedBy(
  action: string,
  bucket: BucketRow,
  key: string | undefined,
  context: RequestContext,
): () => Error {
  const resource =
    key === undefined ? `arn:aws:s3:::${bucket.bucket_name}` : objectArn(bucket.bucket_name, key);
  return () => preventedByBlock("BlockPublicAcls", action, resource, context);
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

function aclNotSupported(): AwsError {
  return new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", {
    status: 400,
  });
}
