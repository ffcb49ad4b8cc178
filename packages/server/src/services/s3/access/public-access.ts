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

/**
 * Whether a public policy is in force for the owner's account and AWS's services alone. Source: S3
 * user guide, "Blocking public access", RestrictPublicBuckets.
 */
export function isRestricted(bucket: BucketRow): boolean {
  if (bucket.policy === null || bucket.public_access_block === null) return false;
  return (
    (readPublicAccessBlock(bucket)?.RestrictPublicBuckets ?? false) && isPublicPolicy(bucket.policy)
  );
}
