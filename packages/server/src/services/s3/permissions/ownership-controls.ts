import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { aclWithoutAcls, isOwnership } from "../access/object-ownership.ts";
import { malformedXml, notConfigured } from "../errors.ts";
import { updateBucket } from "../rows/buckets.ts";

/** Put-, Get- and DeleteBucketOwnershipControls: whose objects are, and whether there are ACLs. */
export function objectOwnershipOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketOwnershipControls: bucketOperation(
      "PutBucketOwnershipControls",
      async (bucket, input, context) => {
        const rules = input.OwnershipControls?.Rules ?? [];
        const ownership = rules[0]?.ObjectOwnership;
        if (rules.length !== 1 || !isOwnership(ownership)) throw malformedXml();
        if (ownership === "BucketOwnerEnforced" && bucket.acl !== null)
          throw aclWithoutAcls(bucket.bucket_name);
        await updateBucket(bucket, { ownership }, context);
        return {};
      },
    ),
    GetBucketOwnershipControls: bucketOperation("GetBucketOwnershipControls", (bucket) => {
      const { ownership, bucket_name: name } = bucket;
      if (isOwnership(ownership))
        return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } };
      const message = "The bucket ownership controls were not found";
      throw notConfigured("OwnershipControlsNotFoundError", message, name);
    }),
    DeleteBucketOwnershipControls: bucketOperation(
      "PutBucketOwnershipControls",
      async (bucket, _input, context) => {
        await updateBucket(bucket, { ownership: null }, context);
        return {};
      },
    ),
  });
}
