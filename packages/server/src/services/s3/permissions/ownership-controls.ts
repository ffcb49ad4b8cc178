import type * as s3 from "@aws-sdk/client-s3";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { aclWithoutAcls, isOwnership } from "../access/object-ownership.ts";
import { malformedXml, notConfigured } from "../errors.ts";
import { type BucketInput, requireBucket, updateBucket } from "../rows/buckets.ts";

/** Put-, Get- and DeleteBucketOwnershipControls: whose objects are, and whether there are ACLs. */
export function objectOwnershipOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketOwnershipControls: {
      authorize: needs("PutBucketOwnershipControls"),
      handle: async (input, context) => {
        const rules = input.OwnershipControls?.Rules ?? [];
        const ownership = rules[0]?.ObjectOwnership;
        if (rules.length !== 1 || !isOwnership(ownership)) throw malformedXml();
        const bucket = await requireBucket(input, context);
        if (ownership === "BucketOwnerEnforced" && bucket.acl !== null)
          throw aclWithoutAcls(bucket.bucket_name);
        await updateBucket(bucket, { ownership }, context);
        return {};
      },
    },
    GetBucketOwnershipControls: {
      authorize: needs("GetBucketOwnershipControls"),
      handle: async (input, context) => {
        const { ownership, bucket_name: name } = await requireBucket(input, context);
        if (isOwnership(ownership))
          return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } };
        const message = "The bucket ownership controls were not found";
        throw notConfigured("OwnershipControlsNotFoundError", message, name);
      },
    },
    DeleteBucketOwnershipControls: {
      authorize: needs("PutBucketOwnershipControls"),
      handle: async (input, context) => {
        await updateBucket(await requireBucket(input, context), { ownership: null }, context);
        return {};
      },
    },
  });
}

function needs(action: string) {
  return async (input: BucketInput, context: RequestContext): Promise<Authorization> =>
    onBucket(action, await requireBucket(input, context), context);
}
