import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { invalidRequest, notConfigured } from "../errors.ts";
import { type BucketInput, requireBucket, updateBucket } from "../rows/buckets.ts";
import { checkLifecycleRules } from "./check-lifecycle-rules.ts";
import { readLifecycle } from "./lifecycle-rules.ts";
import type { LifecycleWorker } from "./lifecycle-worker.ts";

type MinimumSize = s3.TransitionDefaultMinimumObjectSize;
const DEFAULT_MINIMUM: MinimumSize = "all_storage_classes_128K";
const MINIMA: readonly string[] = [DEFAULT_MINIMUM, "varies_by_storage_class"];

/** PutBucketLifecycleConfiguration, GetBucketLifecycleConfiguration, DeleteBucketLifecycle. */
export function bucketLifecycleOperations(
  { ids }: S3Dependencies,
  worker: LifecycleWorker,
): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketLifecycleConfiguration: {
      authorize: needs("PutLifecycleConfiguration"),
      handle: async (input, context) => {
        const minimum = input.TransitionDefaultMinimumObjectSize ?? DEFAULT_MINIMUM;
        if (!MINIMA.includes(minimum))
          throw invalidRequest(`Invalid TransitionDefaultMinimumObjectSize found: ${minimum}`);
        const rules = checkLifecycleRules(input.LifecycleConfiguration?.Rules, ids);
        const bucket = await requireBucket(input, context);
        const lifecycle = JSON.stringify(rules);
        await updateBucket(bucket, { lifecycle, lifecycle_minimum_size: minimum }, context);
        worker.wake(bucket.bucket_name);
        return { TransitionDefaultMinimumObjectSize: minimum };
      },
    },
    GetBucketLifecycleConfiguration: {
      authorize: needs("GetLifecycleConfiguration"),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        if (bucket.lifecycle !== null)
          return {
            Rules: [...readLifecycle(bucket)],
            TransitionDefaultMinimumObjectSize: bucket.lifecycle_minimum_size as MinimumSize,
          };
        throw notConfigured(
          "NoSuchLifecycleConfiguration",
          "The lifecycle configuration does not exist",
          bucket.bucket_name,
        );
      },
    },
    DeleteBucketLifecycle: {
      authorize: needs("PutLifecycleConfiguration"),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        await updateBucket(bucket, { lifecycle: null, lifecycle_minimum_size: null }, context);
        return {};
      },
    },
  });
}

function needs(action: string) {
  return async (input: BucketInput, context: RequestContext) =>
    onBucket(action, await requireBucket(input, context), context);
}
