import type * as s3 from "@aws-sdk/client-s3";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { readPublicAccessBlock } from "../access/public-access.ts";
import { malformedXml, notConfigured } from "../errors.ts";
import { type BucketInput, requireBucket, updateBucket } from "../rows/buckets.ts";

/** PutPublicAccessBlock, GetPublicAccessBlock, DeletePublicAccessBlock. */
export function publicAccessBlockOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutPublicAccessBlock: {
      authorize: needs("PutBucketPublicAccessBlock"),
      handle: async (input, context) => {
        const { PublicAccessBlockConfiguration: given } = input;
        if (!given) throw malformedXml();
        const block = JSON.stringify({
          BlockPublicAcls: given.BlockPublicAcls ?? false,
          IgnorePublicAcls: given.IgnorePublicAcls ?? false,
          BlockPublicPolicy: given.BlockPublicPolicy ?? false,
          RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
        });
        const bucket = await requireBucket(input, context);
        await updateBucket(bucket, { public_access_block: block }, context);
        return {};
      },
    },
    GetPublicAccessBlock: {
      authorize: needs("GetBucketPublicAccessBlock"),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        const block = readPublicAccessBlock(bucket);
        if (block) return { PublicAccessBlockConfiguration: block };
        throw notConfigured(
          "NoSuchPublicAccessBlockConfiguration",
          "The public access block configuration was not found",
          bucket.bucket_name,
        );
      },
    },
    DeletePublicAccessBlock: {
      authorize: needs("PutBucketPublicAccessBlock"),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        await updateBucket(bucket, { public_access_block: null }, context);
        return {};
      },
    },
  });
}

function needs(action: string) {
  return async (input: BucketInput, context: RequestContext): Promise<Authorization> =>
    onBucket(action, await requireBucket(input, context), context);
}
