import type { RequestContext } from "../../../kernel/request-context.ts";
import { statement } from "../../../kernel/statements.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { accessDenied, invalidBucketOwner, noSuchBucket, permanentRedirect } from "../errors.ts";
import type { BucketRow, S3Tables } from "../tables.ts";

const PAYER = "x-amz-request-payer";
const ACCOUNT_ID = /^\d{12}$/;

/** The members that name a bucket in nearly every input. */
export interface BucketInput {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** `authorize` and `handle` of one request see the same row. */
const found = new WeakMap<RequestContext, Map<string, Promise<BucketRow | undefined>>>();

const selection = statement<S3Tables, { bucket_name: string }, BucketRow>(
  (db, { bucket_name: name }) =>
    db.selectFrom("s3_buckets").selectAll().where("bucket_name", "=", name),
);

export function findBucket(name: string, context: RequestContext): Promise<BucketRow | undefined> {
  let ofRequest = found.get(context);
  if (!ofRequest) {
    ofRequest = new Map();
    found.set(context, ofRequest);
  }
  let row = ofRequest.get(name);
  if (!row) {
    row = selection(context.db(), { bucket_name: name }).then(([first]) => first);
    ofRequest.set(name, row);
  }
  return row;
}

/** The bucket whatever the request's Region. Throws NoSuchBucket, AccessDenied (other owner). */
export async function requireBucketAnywhere(
  input: BucketInput,
  context: RequestContext,
): Promise<BucketRow> {
  const name = input.Bucket;
  const owner = input.ExpectedBucketOwner;
  if (owner !== undefined && !ACCOUNT_ID.test(owner)) throw invalidBucketOwner(owner);
  const bucket = await findBucket(name, context);
  if (!bucket) throw noSuchBucket(name);
  if (owner !== undefined && owner !== bucket.account_id) throw accessDenied();
  if (bucket.requester_pays === 1) chargeRequester(bucket, context);
  return bucket;
}

/**
 * Everybody outside of the account of a bucket whose requesters pay must say so. Source: S3 user
 * guide, "Using Requester Pays buckets".
 */
function chargeRequester(bucket: BucketRow, context: RequestContext): void {
  const { caller, accountId, http, form } = context;
  // Calls from inside the process never say so.
  if (!(http ?? form) || accountId === bucket.account_id || caller.principal.kind === "service")
    return;
  const agreed =
    form?.fields.get(PAYER) ??
    http?.headers[PAYER] ??
    new URLSearchParams(http?.rawQuery).get(PAYER);
  if (agreed !== "requester" || caller.principal.kind === "anonymous") throw accessDenied();
  context.response.headers["x-amz-request-charged"] = "requester";
}

/**
 * The bucket that a request names. A request signed for another Region than the bucket's is sent
 * there with 301 and `x-amz-bucket-region`, the answer that every SDK knows how to follow.
 */
export async function requireBucket(
  input: BucketInput,
  context: RequestContext,
): Promise<BucketRow> {
  const bucket = await requireBucketAnywhere(input, context);
  if (context.regionIsSigned && bucket.region !== context.region) {
    throw permanentRedirect(bucket.bucket_name, bucket.region);
  }
  return bucket;
}

const settings = statement<
  S3Tables,
  { bucket_name: string },
  Pick<BucketRow, "bucket_id" | "versioning" | "object_lock">
>((db, { bucket_name: name }) =>
  db
    .selectFrom("s3_buckets")
    .select(["bucket_id", "versioning", "object_lock"])
    .where("bucket_name", "=", name),
);

/**
 * The bucket that a request began with, as what is about to be written sees it. Throws NoSuchBucket
 * when it has gone meanwhile.
 */
export async function assertBucketStays(
  bucket: BucketRow,
  tx: Transaction<S3Tables>,
): Promise<Pick<BucketRow, "versioning" | "object_lock">> {
  const [current] = await settings(tx.db, { bucket_name: bucket.bucket_name });
  if (current?.bucket_id !== bucket.bucket_id) throw noSuchBucket(bucket.bucket_name);
  return current;
}

/** The columns that a request may change in an existing bucket. */
export type BucketSettings = Partial<
  Pick<
    BucketRow,
    | "policy"
    | "encryption"
    | "ownership"
    | "acl"
    | "public_access_block"
    | "versioning"
    | "event_bridge"
    | "lifecycle"
    | "lifecycle_minimum_size"
    | "requester_pays"
    | "object_lock"
    | "abac"
  >
>;

/**
 * Throws NoSuchBucket when the bucket that the request began with has gone, and what `check` throws
 * of the settings that the transaction finds.
 */
export function updateBucket(
  bucket: BucketRow,
  settings: BucketSettings,
  context: RequestContext,
  check?: (current: Pick<BucketRow, "versioning" | "object_lock">) => void,
): Promise<void> {
  return context.transaction<S3Tables, void>(async (tx) => {
    const current = await assertBucketStays(bucket, tx);
    check?.(current);
    await tx.db
      .updateTable("s3_buckets")
      .set(settings)
      .where("bucket_name", "=", bucket.bucket_name)
      .execute();
  });
}

/** All of an account's buckets in a Region. */
export function bucketsIn(
  { account_id, region }: Pick<BucketRow, "account_id" | "region">,
  db: Transaction<S3Tables>["db"],
): Promise<readonly BucketRow[]> {
  return db
    .selectFrom("s3_buckets")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .orderBy("bucket_name")
    .execute();
}

/** A bucket by its name alone, whoever has it. */
export async function bucketNamed(
  name: string,
  db: Transaction<S3Tables>["db"],
): Promise<BucketRow | undefined> {
  const [row] = await selection(db, { bucket_name: name });
  return row;
}

/** An account's own PublicAccessBlockConfiguration as JSON; null without one. */
export async function accountBlock(
  account_id: string,
  db: Transaction<S3Tables>["db"],
): Promise<string | null> {
  const row = await db
    .selectFrom("s3_accounts")
    .select("public_access_block")
    .where("account_id", "=", account_id)
    .executeTakeFirst();
  return row?.public_access_block ?? null;
}

/** A bucket's CORS rules as JSON, null without any; undefined: there is no such bucket. */
export function findCors(
  bucket: string,
  db: Transaction<S3Tables>["db"],
): Promise<Pick<BucketRow, "cors"> | undefined> {
  return db
    .selectFrom("s3_buckets")
    .select("cors")
    .where("bucket_name", "=", bucket)
    .executeTakeFirst();
}
