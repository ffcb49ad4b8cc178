import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { givenBlock } from "../access/given-block.ts";
import { readPublicAccessBlock } from "../access/public-access.ts";
import { notConfigured } from "../errors.ts";
import { updateBucket } from "../rows/buckets.ts";

/** PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock. */
export function publicAccessBlockOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutPublicAccessBlock: bucketOperation(
      "PutBucketPublicAccessBlock",
      async (bucket, input, context) => {
        const block = JSON.stringify(givenBlock(input.PublicAccessBlockConfiguration));
        await updateBucket(bucket, { public_access_block: block }, context);
        return {};
      },
    ),
    GetPublicAccessBlock: bucketOperation("GetBucketPublicAccessBlock", (bucket) => {
      const block = readPublicAccessBlock(bucket);
      if (block) return { PublicAccessBlockConfiguration: block };
      throw notConfigured(
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
        bucket.bucket_name,
      );
    }),
    DeletePublicAccessBlock: bucketOperation(
      "PutBucketPublicAccessBlock",
      async (bucket, _input, context) => {
        await updateBucket(bucket, { public_access_block: null }, context);
        return {};
      },
    ),
  });
}
