import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { malformedXml } from "../errors.ts";
import { updateBucket } from "../rows/buckets.ts";

/** PutBucketAbac and GetBucketAbac: whether a bucket's tags are condition keys. */
export function bucketAbacOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketAbac: bucketOperation("PutBucketAbac", async (bucket, input, context) => {
      const status = input.AbacStatus?.Status;
      if (status !== "Enabled" && status !== "Disabled") throw malformedXml();
      await updateBucket(bucket, { abac: status === "Enabled" ? 1 : 0 }, context);
      return {};
    }),
    GetBucketAbac: bucketOperation("GetBucketAbac", ({ abac }) => {
      return { AbacStatus: { Status: abac === 1 ? "Enabled" : "Disabled" } };
    }),
  });
}
