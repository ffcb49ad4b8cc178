import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { onBucket } from "../access/authorization.ts";
import { malformedXml } from "../errors.ts";
import { requireBucket, updateBucket } from "../rows/buckets.ts";

/** PutBucketAbac and GetBucketAbac: whether a bucket's tags are condition keys. */
export function bucketAbacOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketAbac: {
      authorize: async (input, context) =>
        onBucket("PutBucketAbac", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const status = input.AbacStatus?.Status;
        if (status !== "Enabled" && status !== "Disabled") throw malformedXml();
        const bucket = await requireBucket(input, context);
        await updateBucket(bucket, { abac: status === "Enabled" ? 1 : 0 }, context);
        return {};
      },
    },
    GetBucketAbac: {
      authorize: async (input, context) =>
        onBucket("GetBucketAbac", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const { abac } = await requireBucket(input, context);
        return { AbacStatus: { Status: abac === 1 ? "Enabled" : "Disabled" } };
      },
    },
  });
}
