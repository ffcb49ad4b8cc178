import type * as s3 from "@aws-sdk/client-s3";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { notConfigured } from "../errors.ts";
import { assertBucketStays } from "../rows/buckets.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { checkCorsRules } from "./cors-rules.ts";

/** PutBucketCors, GetBucketCors, DeleteBucketCors. */
export function bucketCorsOperations(): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketCors: bucketOperation("PutBucketCORS", async (bucket, input, context) => {
      const rules = checkCorsRules(input.CORSConfiguration?.CORSRules);
      await setCors(bucket, JSON.stringify(rules), context);
      return {};
    }),
    GetBucketCors: bucketOperation("GetBucketCORS", ({ cors, bucket_name: name }) => {
      if (cors !== null) return { CORSRules: JSON.parse(cors) as s3.CORSRule[] };
      const message = "The CORS configuration does not exist";
      throw notConfigured("NoSuchCORSConfiguration", message, name);
    }),
    DeleteBucketCors: bucketOperation("PutBucketCORS", async (bucket, _input, context) => {
      await setCors(bucket, null, context);
      return {};
    }),
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
