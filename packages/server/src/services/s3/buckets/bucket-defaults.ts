import type * as s3 from "@aws-sdk/client-s3";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { notConfigured } from "../errors.ts";
import { type BucketInput, requireBucket } from "./find-bucket.ts";

/**
 * Reads of what can't be changed here: the answers are those of a bucket that nobody configured,
 * and they are true. Clients such as Terraform ask for all of them.
 */
export function bucketDefaultOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    GetBucketWebsite: {
      authorize: needs("GetBucketWebsite"),
      handle: absent(
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
      ),
    },
    // Nothing is there to be deleted, which S3 answers with success.
    DeleteBucketWebsite: { authorize: needs("DeleteBucketWebsite"), handle: () => ({}) },
  });
}

function needs(action: string) {
  return async (input: BucketInput, context: RequestContext): Promise<Authorization> =>
    onBucket(action, await requireBucket(input, context), context);
}

function absent(code: string, message: string) {
  return (input: BucketInput): never => {
    throw notConfigured(code, message, input.Bucket ?? "");
  };
}
