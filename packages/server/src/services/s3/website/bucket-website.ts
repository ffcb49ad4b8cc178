import type * as s3 from "@aws-sdk/client-s3";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { noSuchWebsite } from "../errors.ts";
import { findConfiguration, storeConfiguration } from "../rows/bucket-configurations.ts";
import { type BucketInput, requireBucket } from "../rows/buckets.ts";
import { checkWebsite } from "./website-configuration.ts";

/** PutBucketWebsite, GetBucketWebsite, DeleteBucketWebsite. */
export function bucketWebsiteOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketWebsite: {
      authorize: needs("PutBucketWebsite"),
      handle: async ({ WebsiteConfiguration: website, ...input }, context) => {
        checkWebsite(website);
        await storeConfiguration(await requireBucket(input, context), "website", website, context);
        return {};
      },
    },
    GetBucketWebsite: {
      authorize: needs("GetBucketWebsite"),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        const website = await findConfiguration<s3.WebsiteConfiguration>(
          bucket,
          "website",
          context,
        );
        if (website) return website;
        throw noSuchWebsite(bucket.bucket_name);
      },
    },
    DeleteBucketWebsite: {
      authorize: needs("DeleteBucketWebsite"),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        await storeConfiguration(bucket, "website", undefined, context);
        return {};
      },
    },
  });
}

function needs(action: string) {
  return async (input: BucketInput, context: RequestContext): Promise<Authorization> =>
    onBucket(action, await requireBucket(input, context), context);
}
