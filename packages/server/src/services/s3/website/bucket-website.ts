import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { noSuchWebsite } from "../errors.ts";
import { findConfiguration, storeConfiguration } from "../rows/bucket-configurations.ts";
import { checkWebsite } from "./website-configuration.ts";

/** PutBucketWebsite, GetBucketWebsite, DeleteBucketWebsite. */
export function bucketWebsiteOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketWebsite: bucketOperation("PutBucketWebsite", async (bucket, input, context) => {
      const { WebsiteConfiguration: website } = input;
      checkWebsite(website);
      await storeConfiguration(bucket, "website", website, context);
      return {};
    }),
    GetBucketWebsite: bucketOperation("GetBucketWebsite", async (bucket, _input, context) => {
      const website = await findConfiguration<s3.WebsiteConfiguration>(bucket, "website", context);
      if (website) return website;
      throw noSuchWebsite(bucket.bucket_name);
    }),
    DeleteBucketWebsite: bucketOperation("DeleteBucketWebsite", async (bucket, _input, context) => {
      await storeConfiguration(bucket, "website", undefined, context);
      return {};
    }),
  });
}
