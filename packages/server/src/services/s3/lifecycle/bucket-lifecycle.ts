import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { invalidRequest, notConfigured } from "../errors.ts";
import { updateBucket } from "../rows/buckets.ts";
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
    PutBucketLifecycleConfiguration: bucketOperation(
      "PutLifecycleConfiguration",
      async (bucket, input, context) => {
        const minimum = input.TransitionDefaultMinimumObjectSize ?? DEFAULT_MINIMUM;
        if (!MINIMA.includes(minimum))
          throw invalidRequest(`Invalid TransitionDefaultMinimumObjectSize found: ${minimum}`);
        const rules = checkLifecycleRules(input.LifecycleConfiguration?.Rules, ids);
        const lifecycle = JSON.stringify(rules);
        await updateBucket(bucket, { lifecycle, lifecycle_minimum_size: minimum }, context);
        context.afterCommit(() => worker.wake(bucket.bucket_name));
        return { TransitionDefaultMinimumObjectSize: minimum };
      },
    ),
    GetBucketLifecycleConfiguration: bucketOperation("GetLifecycleConfiguration", (bucket) => {
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
    }),
    DeleteBucketLifecycle: bucketOperation(
      "PutLifecycleConfiguration",
      async (bucket, _input, context) => {
        await updateBucket(bucket, { lifecycle: null, lifecycle_minimum_size: null }, context);
        return {};
      },
    ),
  });
}
