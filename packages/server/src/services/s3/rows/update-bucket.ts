import type { RequestContext } from "../../../kernel/request-context.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { assertBucketStays } from "./find-bucket.ts";

/** What a request may change of a bucket that is there. */
export type BucketSettings = Partial<
  Pick<
    BucketRow,
    | "policy"
    | "encryption"
    | "ownership"
    | "acl"
    | "public_access_block"
    | "versioning"
    | "event_bridge"
    | "lifecycle"
    | "lifecycle_minimum_size"
    | "requester_pays"
    | "object_lock"
    | "abac"
  >
>;

/**
 * Throws NoSuchBucket when the bucket that the request began with has gone, and what `check` throws of
 * the settings that the transaction finds.
 */
export function updateBucket(
  bucket: BucketRow,
  settings: BucketSettings,
  context: RequestContext,
  check?: (current: Pick<BucketRow, "versioning" | "object_lock">) => void,
): Promise<void> {
  return context.transaction<S3Tables, void>(async (tx) => {
    const current = await assertBucketStays(bucket, tx);
    check?.(current);
    await tx.db
      .updateTable("s3_buckets")
      .set(settings)
      .where("bucket_name", "=", bucket.bucket_name)
      .execute();
  });
}
