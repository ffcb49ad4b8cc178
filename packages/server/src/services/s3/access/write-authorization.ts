import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { LockInput } from "../rows/stored-lock.ts";
import type { BucketRow } from "../tables.ts";
import { type AclInput, aclKeys } from "./acl-syntax.ts";
import { onObject } from "./authorization.ts";
import { lockKeys } from "./lock-keys.ts";
import { requestTagKeys, tagsInHeader } from "./tag-keys.ts";

/** The members that decide what may be written. */
export interface WriteInput extends AclInput, LockInput {
  readonly Key: string;
  readonly CopySource?: string | undefined;
  readonly MetadataDirective?: string | undefined;
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly Tagging?: string | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
}

/** The actions that writing an object needs: `s3:PutObject`, and those of its ACL and tags. */
export function writeAuthorizations(
  input: WriteInput,
  bucket: BucketRow,
  context: RequestContext,
): readonly Authorization[] {
  const { Key: key } = input;
  const tags = tagsInHeader(input.Tagging);
  const acl = aclKeys(input);
  const lock = lockKeys(input, context);
  const keys = { ...writeKeys(input, bucket, context), ...acl, ...lock, ...requestTagKeys(tags) };
  const needed = [onObject("PutObject", bucket, key, context, keys)];
  if (tags) {
    needed.push(onObject("PutObjectTagging", bucket, key, context, requestTagKeys(tags)));
  }
  if (Object.values(acl).some((value) => value !== undefined) && !isLogDelivery(input, context)) {
    needed.push(onObject("PutObjectAcl", bucket, key, context, acl));
  }
  if (input.ObjectLockMode !== undefined)
    needed.push(onObject("PutObjectRetention", bucket, key, context, lock));
  if (input.ObjectLockLegalHoldStatus !== undefined)
    needed.push(onObject("PutObjectLegalHold", bucket, key, context, lock));
  return needed;
}

/**
 * A service that hands an object over to the bucket's owner needs no `s3:PutObjectAcl`: the
 * policies that AWS tells to put on buckets for logs don't grant it.
 */
function isLogDelivery({ ACL }: WriteInput, { caller }: RequestContext): boolean {
  return caller.principal.kind === "service" && ACL === "bucket-owner-full-control";
}

function writeKeys(input: WriteInput, bucket: BucketRow, context: RequestContext): ContextEntries {
  return {
    "s3:if-match": input.IfMatch,
    "s3:if-none-match": input.IfNoneMatch,
    "s3:x-amz-copy-source": input.CopySource,
    "s3:x-amz-metadata-directive": input.MetadataDirective,
    "s3:x-amz-server-side-encryption": input.ServerSideEncryption,
    "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArnOf(input, bucket, context),
    "s3:x-amz-server-side-encryption-customer-algorithm": input.SSECustomerAlgorithm,
    "s3:x-amz-storage-class": input.StorageClass,
    "s3:x-amz-website-redirect-location": input.WebsiteRedirectLocation,
  };
}

/** Policies name KMS keys by ARN, in whatever form the request does. An alias keeps its own. */
function keyArnOf(
  { SSEKMSKeyId: keyId }: WriteInput,
  { region }: BucketRow,
  { accountId }: RequestContext,
): string | undefined {
  if (keyId === undefined || keyId.startsWith("arn:")) return keyId;
  return `arn:aws:kms:${region}:${accountId}:${keyId.startsWith("alias/") ? "" : "key/"}${keyId}`;
}
