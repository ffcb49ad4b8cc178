import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { bucketArn, objectArn } from "../resource-arn.ts";
import type { BucketRow } from "../tables.ts";
import { grantsOf, isEnforced, storedAcl, writerOf } from "./acl.ts";
import {
  type AclInput,
  ALL_USERS,
  AUTHENTICATED_USERS,
  checkAcl,
  OWNER_CONTROLS,
} from "./acl-syntax.ts";
import { canonicalUserId } from "./canonical-user-id.ts";
import { isBlocked, preventedByBlock } from "./public-access.ts";

/** The members of an input that name an object and its ACL. */
export type ObjectAclInput = AclInput & {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
};

/**
 * The ACL of an object that is about to be written. Its writer owns it, unless there are no ACLs,
 * or the bucket's owner is to have it anyway and the writer says so. Throws what S3 answers to
 * other ACLs.
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
  const isUnsigned = context.caller.principal.kind === "anonymous";
  return storedAcl(grantsOf(input, owner, bucket.account_id), owner, bucket, isUnsigned);
}

/** Whether it grants everybody, or everybody with an account, something. */
export function isPublicAcl(input: AclInput): boolean {
  return grantsOf(input, "", "").some(({ to }) => to === ALL_USERS || to === AUTHENTICATED_USERS);
}

export function checkGrants(input: AclInput, bucket: BucketRow, prevented: () => Error): void {
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

export function preventedBy(
  action: string,
  bucket: BucketRow,
  key: string | undefined,
  context: RequestContext,
): () => Error {
  const { bucket_name: name } = bucket;
  const resource = key === undefined ? bucketArn(name) : objectArn(name, key);
  return () => preventedByBlock("BlockPublicAcls", action, resource, context);
}

export function aclNotSupported(): AwsError {
  return new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", {
    status: 400,
  });
}
