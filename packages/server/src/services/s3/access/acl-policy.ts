import type { ResourcePolicy } from "../../../kernel/authorization.ts";
import { ownValue } from "../../../kernel/own-value.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { type Acl, aclOf, type Permission } from "./acl.ts";
import { ALL_USERS, AUTHENTICATED_USERS } from "./acl-syntax.ts";
import { canonicalUserId } from "./canonical-user-id.ts";
import { isBlocked } from "./public-access.ts";

/* Source: S3 user guide, "Mapping of ACL permissions and access policy permissions". */

/**
 * The permissions that a bucket's ACL decides. Whoever may write a new object may give it an ACL,
 * and whoever may list the bucket learns of an object that it isn't there.
 */
const OF_BUCKETS: Readonly<Record<string, Permission>> = {
  ListBucket: "READ",
  ListBucketVersions: "READ",
  ListBucketMultipartUploads: "READ",
  PutObject: "WRITE",
  PutObjectAcl: "WRITE",
  GetBucketAcl: "READ_ACP",
  PutBucketAcl: "WRITE_ACP",
  GetObject: "READ",
  GetObjectVersion: "READ",
  GetObjectAcl: "READ",
  GetObjectVersionAcl: "READ",
};
/** The actions that an object's ACL decides on. */
const OF_OBJECTS: Readonly<Record<string, Permission>> = {
  GetObject: "READ",
  GetObjectVersion: "READ",
  GetObjectAcl: "READ_ACP",
  GetObjectVersionAcl: "READ_ACP",
  PutObjectAcl: "WRITE_ACP",
  PutObjectVersionAcl: "WRITE_ACP",
};

/**
 * The grants of an ACL to the request's caller for an action, as a policy; undefined for nothing.
 * Owners need no grant. With `object` its ACL is meant, otherwise the bucket's.
 */
export function policyOfAcl(
  action: string,
  bucketArn: string,
  bucket: BucketRow,
  object: Pick<ObjectRow, "acl"> | undefined,
  context: RequestContext,
): ResourcePolicy | undefined {
  const acl = aclOf(object ?? bucket, bucket);
  const needed = ownValue(object ? OF_OBJECTS : OF_BUCKETS, action);
  if (!acl || needed === undefined) return undefined;
  return policyOf(acl, needed, action, bucketArn, bucket, context);
}

/** A permission for an action to whoever may write to the bucket by its ACL. */
export function policyOfWriters(
  action: string,
  bucketArn: string,
  bucket: BucketRow,
  context: RequestContext,
): ResourcePolicy | undefined {
  const acl = aclOf(bucket, bucket);
  return acl && policyOf(acl, "WRITE", action, bucketArn, bucket, context);
}

function policyOf(
  acl: Acl,
  needed: Permission,
  action: string,
  bucketArn: string,
  bucket: BucketRow,
  context: RequestContext,
): ResourcePolicy | undefined {
  const [principal] = acl.grants
    .filter(({ permission }) => permission === needed || permission === "FULL_CONTROL")
    .flatMap(({ to }) => principalsOf(to, acl.owner ?? bucket.account_id, bucket, context));
  if (principal === undefined) return undefined;
  // It decides on one request only, and compiles once for all of the bucket's objects: they aren't
  // named.
  const statement = { Effect: "Allow", Principal: principal, Action: `s3:${action}` };
  const document = { Version: "2012-10-17", Statement: { ...statement, Resource: "*" } };
  const text = JSON.stringify(document);
  return { id: `${bucketArn}?acl&${action}&${JSON.stringify(principal)}`, text, kind: "resource" };
}

/** The grantee, if the caller is one of them. */
function principalsOf(
  grantee: string,
  owner: string,
  bucket: BucketRow,
  { caller: { principal } }: RequestContext,
): readonly unknown[] {
  const accountId = "accountId" in principal ? principal.accountId : undefined;
  if (grantee === ALL_USERS || (grantee === AUTHENTICATED_USERS && accountId !== undefined))
    return isBlocked(bucket, "IgnorePublicAcls") ? [] : ["*"];
  if (accountId === undefined || accountId === owner) return [];
  return grantee === canonicalUserId(accountId) ? [{ AWS: `arn:aws:iam::${accountId}:root` }] : [];
}
