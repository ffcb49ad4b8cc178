import { type OperationHandler, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type BucketInput, requireBucket } from "../rows/buckets.ts";
import type { BucketRow } from "../tables.ts";
import { onBucket } from "./authorization.ts";

/**
 * An operation that is decided by `action` on the bucket that its input names, and handled with that
 * same bucket.
 */
export function bucketOperation<Input extends BucketInput, Output>(
  action: string,
  handle: (bucket: BucketRow, input: Input, context: RequestContext) => Promise<Output> | Output,
): OperationHandler<Input, Output> {
  return withSubject({
    authorize: async (input: Input, context) => {
      const bucket = await requireBucket(input, context);
      return { pairs: onBucket(action, bucket, context), subject: bucket };
    },
    handle: (input, context, bucket) => handle(bucket, input, context),
  });
}
