import type { Authorization } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { onBucket, onObject } from "./authorization.ts";
import { findObject } from "./find-object.ts";
import type { BucketRow } from "./tables.ts";
import { existingTagKeys } from "./tag-set.ts";

/**
 * What reading an object needs. Whether a missing object is missing is told only to whoever may
 * list the bucket (S3 API, GetObject, "Permissions"); everybody else is denied.
 */
export async function readAuthorizations(
  actions: readonly string[],
  bucket: BucketRow,
  key: string,
  context: RequestContext,
): Promise<readonly Authorization[]> {
  const row = await findObject(bucket.bucket_name, key, context);
  const keys = existingTagKeys(row?.tags);
  const reads = actions.map((action) => onObject(action, bucket, key, context, keys));
  return row ? reads : [...reads, onBucket("ListBucket", bucket, context)];
}
