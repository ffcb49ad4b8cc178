import type * as s3 from "@aws-sdk/client-s3";
import { BucketLocationConstraint } from "@aws-sdk/client-s3/dist-es/models/enums.js";
import { wholeSeconds } from "../../../kernel/clock.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { onBucket, requestKeys } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { canonicalUserId } from "../access/canonical-user-id.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { bucketNotEmpty, invalidArgument, invalidArgumentOf } from "../errors.ts";
import { bucketArn, EVERY_BUCKET } from "../resource-arn.ts";
import { assertBucketStays, requireBucketAnywhere } from "../rows/buckets.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { authorizeCreation, createBucket, DEFAULT_REGION } from "./create-bucket.ts";

const LIST_BUCKETS_PAGE_SIZE = 10_000;
const BUCKETS_MARK = "bucket";
const REGIONS: ReadonlySet<string> = new Set([
  DEFAULT_REGION,
  ...Object.values(BucketLocationConstraint),
]);

/** CreateBucket, HeadBucket, GetBucketLocation, ListBuckets, DeleteBucket. */
export function bucketOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    CreateBucket: {
      authorize: authorizeCreation,
      handle: (input, context) => createBucket(input, context, deps),
    },
    HeadBucket: bucketOperation("ListBucket", ({ region, bucket_name: name }, _input, context) => {
      context.response.headers["content-type"] = "application/xml";
      return { BucketRegion: region, BucketArn: bucketArn(name), AccessPointAlias: false };
    }),
    GetBucketLocation: withSubject({
      authorize: async (input, context) => {
        const bucket = await requireBucketAnywhere(input, context);
        return { pairs: onBucket("GetBucketLocation", bucket, context), subject: bucket };
      },
      handle: (_input, _context, { region, location_constraint }) => {
        if (region === DEFAULT_REGION) return {};
        const named = location_constraint ?? region;
        return { LocationConstraint: named as s3.BucketLocationConstraint };
      },
    }),
    ListBuckets: {
      authorize: (_input, context) => ({
        action: "s3:ListAllMyBuckets",
        resource: EVERY_BUCKET,
        context: requestKeys(context),
      }),
      handle: listBuckets,
    },
    DeleteBucket: bucketOperation("DeleteBucket", async (bucket, _input, context) => {
      await context.transaction<S3Tables, void>((tx) => deleteBucket(bucket, tx, deps));
      return {};
    }),
  });
}

/** Uploads in progress don't count as content; they end with the bucket. */
async function deleteBucket(
  bucket: BucketRow,
  tx: Transaction<S3Tables>,
  { leases }: S3Dependencies,
): Promise<void> {
  const name = bucket.bucket_name;
  const { versioning } = await assertBucketStays(bucket, tx);
  for (const table of ["s3_objects", "s3_versions"] as const) {
    const row = await tx.db
      .selectFrom(table)
      .select("object_id")
      .where("bucket_name", "=", name)
      .limit(1)
      .executeTakeFirst();
    if (row) throw bucketNotEmpty(name, versioning !== null);
  }
  const uploads = tx.db
    .selectFrom("s3_uploads")
    .select("upload_id")
    .where("bucket_name", "=", name);
  const parts = await tx.db
    .selectFrom("s3_parts")
    .select("blob_id")
    .where("upload_id", "in", uploads)
    .execute();
  await tx.db.deleteFrom("s3_parts").where("upload_id", "in", uploads).execute();
  await tx.db.deleteFrom("s3_uploads").where("bucket_name", "=", name).execute();
  await tx.db.deleteFrom("s3_bucket_configurations").where("bucket_name", "=", name).execute();
  await tx.db.deleteFrom("s3_buckets").where("bucket_name", "=", name).execute();
  const blobIds = parts.map((part) => part.blob_id);
  await leases.removeAfterCommit(bucket.bucket_id, blobIds, tx);
}

async function listBuckets(input: s3.ListBucketsCommandInput, context: RequestContext) {
  const accountId = requireAccount(context);
  const size = input.MaxBuckets ?? LIST_BUCKETS_PAGE_SIZE;
  const after = input.ContinuationToken && nameIn(input.ContinuationToken);
  let query = context
    .db<S3Tables>()
    .selectFrom("s3_buckets")
    .select(["bucket_name", "created_ms", "region"])
    .where("account_id", "=", accountId)
    .orderBy("bucket_name")
    .limit(size + 1);
  if (after) query = query.where("bucket_name", ">", after);
  if (input.BucketRegion) query = query.where("region", "=", input.BucketRegion);
  const prefix = input.Prefix ?? "";
  if (prefix !== "") {
    // Bucket names are ASCII: nothing with the prefix sorts after it followed by DEL.
    query = query.where("bucket_name", ">=", prefix).where("bucket_name", "<", `${prefix}\u007f`);
  }
  const rows = await query.execute();
  const { BucketRegion: region } = input;
  // A Region that AWS has added since is known by the buckets that are in it.
  if (region !== undefined && rows.length === 0 && !REGIONS.has(region))
    throw invalidArgumentOf(`Argument value ${region} is not a valid AWS Region`, "bucket-region");
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const paginated = input.MaxBuckets !== undefined || region !== undefined;
  return {
    Owner: { ID: canonicalUserId(accountId) },
    Buckets: page.map((row) => ({
      Name: row.bucket_name,
      CreationDate: new Date(wholeSeconds(row.created_ms)),
      BucketArn: bucketArn(row.bucket_name),
      ...(paginated || prefix !== "" ? { BucketRegion: row.region } : {}),
    })),
    ...(input.Prefix === undefined ? {} : { Prefix: input.Prefix }),
    ...(rows.length > size && last
      ? { ContinuationToken: pageToken(BUCKETS_MARK, [last.bucket_name]) }
      : {}),
  };
}

function nameIn(token: string): string {
  const place = readPageToken(token, BUCKETS_MARK, ["string"]);
  if (place) return place[0];
  throw invalidArgument(
    "The continuation token provided is incorrect",
    "continuation-token",
    token,
  );
}
