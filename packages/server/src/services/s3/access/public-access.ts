import type { RequestContext } from "../../../kernel/request-context.ts";
import { accessDenied } from "../errors.ts";
import type { BucketRow } from "../tables.ts";
import { isPublicPolicy } from "./public-policy.ts";

/** A bucket's Block Public Access settings as they are stored and shown. */
export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

/** Source: S3 user guide, "Default settings for new S3 buckets FAQ": so since April 2023. */
export const NEW_BUCKETS_BLOCK: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

export function readPublicAccessBlock({
  public_access_block: block,
}: BucketRow): PublicAccessBlock | undefined {
  return block === null ? undefined : (JSON.parse(block) as PublicAccessBlock);
}

type Blocked = Pick<BucketRow, "public_access_block" | "account_public_access_block">;

/**
 * Whether a public policy is in force for the owner's account and AWS's services alone. Source: S3
 * user guide, "Blocking public access", RestrictPublicBuckets.
 */
export function isRestricted(bucket: Blocked & Pick<BucketRow, "policy">): boolean {
  return (
    bucket.policy !== null &&
    isBlocked(bucket, "RestrictPublicBuckets") &&
    isPublicPolicy(bucket.policy)
  );
}

/**
 * Whether the bucket's settings or its account's say so. Source: S3 user guide, "Blocking public
 * access": of the two the more restrictive one counts.
 */
export function isBlocked(bucket: Blocked, setting: keyof PublicAccessBlock): boolean {
  return [bucket.public_access_block, bucket.account_public_access_block].some(
    (block) => block !== null && (JSON.parse(block) as PublicAccessBlock)[setting],
  );
}

/** The refusal of what would make a bucket public. Source: S3 user guide, "Access Denied". */
export function preventedByBlock(
  setting: "BlockPublicAcls" | "BlockPublicPolicy",
  action: string,
  resource: string,
  context: RequestContext,
): Error {
  const { principal } = context.caller;
  const caller = "arn" in principal ? principal.arn : "anonymous";
  const what = setting === "BlockPublicAcls" ? "public ACLs" : "public policies";
  return accessDenied(
    `User: ${caller} is not authorized to perform: s3:${action} on resource: "${resource}" because ${what} are prevented by the ${setting} setting in S3 Block Public Access.`,
  );
}
