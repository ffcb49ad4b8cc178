import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { notConfigured } from "../errors.ts";
import { assertBucketStays, requireBucket } from "../rows/buckets.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { checkCorsRules } from "./cors-rules.ts";

/** PutBucketCors, GetBucketCors, DeleteBucketCors. */
export function bucketCorsOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketCors: {
      authorize: async (input, context) =>
        onBucket("PutBucketCORS", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const rules = checkCorsRules(input.CORSConfiguration?.CORSRules);
        await setCors(await requireBucket(input, context), JSON.stringify(rules), context);
        return {};
      },
    },
    GetBucketCors: {
      authorize: async (input, context) =>
        onBucket("GetBucketCORS", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const { cors, bucket_name: name } = await requireBucket(input, context);
        if (cors !== null) return { CORSRules: JSON.parse(cors) as s3.CORSRule[] };
        const message = "The CORS configuration does not exist";
        throw notConfigured("NoSuchCORSConfiguration", message, name);
      },
    },
    DeleteBucketCors: {
      authorize: async (input, context) =>
        onBucket("PutBucketCORS", await requireBucket(input, context), context),
      handle: async (input, context) => {
        await setCors(await requireBucket(input, context), null, context);
        return {};
      },
    },
  });
}

async function setCors(
  bucket: BucketRow,
  cors: string | null,
  context: RequestContext,
): Promise<void> {
  await context.transaction<S3Tables, void>(async (tx) => {
    await assertBucketStays(bucket, tx);
    await tx.db
      .updateTable("s3_buckets")
      .set({ cors })
      .where("bucket_name", "=", bucket.bucket_name)
      .execute();
  });
}
