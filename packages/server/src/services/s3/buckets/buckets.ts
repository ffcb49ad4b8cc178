import type * as s3 from "@aws-sdk/client-s3";
import { AwsError } from "../../../kernel/aws-error.ts";
import { wholeSeconds } from "../../../kernel/clock.ts";
import {
  type Authorization,
  defineOperations,
  type OperationTable,
} from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { isOwnership, isPublicAcl } from "../access/access-control-lists.ts";
import { bucketArn, onBucket, requestKeys } from "../access/authorization.ts";
import { canonicalUserId } from "../access/canonical-user-id.ts";
import { NEW_BUCKETS_BLOCK } from "../access/public-access.ts";
import type { S3Dependencies } from "../dependencies.ts";
import {
  bucketAlreadyExists,
  bucketAlreadyOwnedByYou,
  bucketNotEmpty,
  illegalLocationConstraint,
  invalidArgument,
  invalidBucketName,
  invalidLocationConstraint,
  notImplemented,
  unknownSigningRegion,
} from "../errors.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { tagRequestKeys, toTagSet } from "../tags/tag-set.ts";
import { isBucketName } from "./bucket-name.ts";
import { assertBucketStays, requireBucket, requireBucketAnywhere } from "./find-bucket.ts";

/** Source: Amazon S3 user guide, "General purpose bucket quotas": 10,000 of an account. */
const BUCKETS_PER_ACCOUNT_MAX = 10_000;
const LIST_BUCKETS_PAGE_SIZE = 10_000;
const DEFAULT_REGION = "us-east-1";
/** Before Regions had names everywhere, this one was called so. */
const LEGACY_EU = "EU";

/** CreateBucket, HeadBucket, GetBucketLocation, ListBuckets, DeleteBucket. */
export function bucketOperations(deps: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    CreateBucket: {
      authorize: authorizeCreation,
      handle: (input, context) => createBucket(input, context, deps),
    },
    HeadBucket: {
      authorize: async (input, context) =>
        onBucket("ListBucket", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const { region, bucket_name: name } = await requireBucket(input, context);
        return { BucketRegion: region, BucketArn: bucketArn(name), AccessPointAlias: false };
      },
    },
    GetBucketLocation: {
      authorize: async (input, context) =>
        onBucket("GetBucketLocation", await requireBucketAnywhere(input, context), context),
      handle: async (input, context) => {
        const { region } = await requireBucketAnywhere(input, context);
        // us-east-1 has no location constraint.
        return region === DEFAULT_REGION
          ? {}
          : { LocationConstraint: region as s3.BucketLocationConstraint };
      },
    },
    ListBuckets: {
      authorize: (_input, context) => ({
        action: "s3:ListAllMyBuckets",
        resource: "*",
        context: requestKeys(context),
      }),
      handle: listBuckets,
    },
    DeleteBucket: {
      authorize: async (input, context) =>
        onBucket("DeleteBucket", await requireBucket(input, context), context),
      handle: async (input, context) => {
        const bucket = await requireBucket(input, context);
        await context.transaction<S3Tables, void>((tx) => deleteBucket(bucket, tx, deps));
        return {};
      },
    },
  });
}

/** A bucket that is born with tags needs s3:TagResource as well (S3 API, CreateBucket, "Permissions"). */
function authorizeCreation(
  input: s3.CreateBucketCommandInput,
  context: RequestContext,
): readonly Authorization[] {
  const { LocationConstraint, Tags } = input.CreateBucketConfiguration ?? {};
  const resource = bucketArn(input.Bucket ?? "");
  const keys = { ...requestKeys(context), ...tagRequestKeys(Tags) };
  const creation = {
    action: "s3:CreateBucket",
    resource,
    context: {
      ...keys,
      "s3:locationconstraint": LocationConstraint,
      "s3:x-amz-acl": input.ACL,
      "s3:x-amz-object-ownership": input.ObjectOwnership,
    },
  };
  const further = [
    ...(Tags && Tags.length > 0 ? ["s3:TagResource"] : []),
    ...(input.ObjectLockEnabledForBucket
      ? ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]
      : []),
  ];
  return [creation, ...further.map((action) => ({ action, resource, context: keys }))];
}

async function createBucket(
  input: s3.CreateBucketCommandInput,
  context: RequestContext,
  { ids }: S3Dependencies,
) {
  const accountId = requireAccount(context);
  const name = input.Bucket ?? "";
  if (!isBucketName(name)) throw invalidBucketName(name);
  refuseWhatIsNotThere(input);
  const region = chooseRegion(input.CreateBucketConfiguration?.LocationConstraint, context.region);
  const tags = toTagSet(input.CreateBucketConfiguration?.Tags, "bucket");
  const bucket: BucketRow = {
    bucket_name: name,
    bucket_id: ids.alphanumeric(16),
    account_id: accountId,
    region,
    created_ms: context.nowMs,
    policy: null,
    encryption: null,
    public_access_block: JSON.stringify(NEW_BUCKETS_BLOCK),
    ownership: input.ObjectOwnership ?? "BucketOwnerEnforced",
    versioning: input.ObjectLockEnabledForBucket ? "Enabled" : null,
    object_lock: input.ObjectLockEnabledForBucket ? "{}" : null,
    event_bridge: 0,
    lifecycle: null,
    lifecycle_minimum_size: null,
    requester_pays: 0,
    account_public_access_block: null,
    abac: 0,
    cors: null,
    tags: tags ? JSON.stringify(tags) : null,
  };
  await context.transaction<S3Tables, void>((tx) => insertBucket(bucket, tx));
  const location = region === DEFAULT_REGION ? `/${name}` : `http://${name}.s3.amazonaws.com/`;
  return { Location: location, BucketArn: bucketArn(name) };
}

async function insertBucket(bucket: BucketRow, tx: Transaction<S3Tables>): Promise<void> {
  const existing = await tx.db
    .selectFrom("s3_buckets")
    .select(["account_id", "region"])
    .where("bucket_name", "=", bucket.bucket_name)
    .executeTakeFirst();
  if (existing && existing.account_id !== bucket.account_id) {
    throw bucketAlreadyExists(bucket.bucket_name);
  }
  if (existing) {
    // us-east-1 alone answers a repeated creation with success (S3 API, CreateBucket, "Errors").
    if (existing.region === DEFAULT_REGION && bucket.region === DEFAULT_REGION) return;
    throw bucketAlreadyOwnedByYou(bucket.bucket_name);
  }
  const { count } = await tx.db
    .selectFrom("s3_buckets")
    .select((eb) => eb.fn.countAll<number | bigint>().as("count"))
    .where("account_id", "=", bucket.account_id)
    .executeTakeFirstOrThrow();
  if (Number(count) >= BUCKETS_PER_ACCOUNT_MAX) {
    throw new AwsError("TooManyBuckets", "You have attempted to create more buckets than allowed", {
      status: 400,
    });
  }
  const account = await tx.db
    .selectFrom("s3_accounts")
    .select("public_access_block")
    .where("account_id", "=", bucket.account_id)
    .executeTakeFirst();
  await tx.db
    .insertInto("s3_buckets")
    .values({ ...bucket, account_public_access_block: account?.public_access_block ?? null })
    .execute();
}

/** AWS adds Regions, so none that looks like one is refused. */
const REGION_FORM = /^[a-z]{2}(-[a-z]+){1,3}-\d$/;

/**
 * Where the bucket is made. The endpoint of us-east-1 makes buckets anywhere, every other one in
 * its own Region only and only when told so (S3 API, CreateBucket, "LocationConstraint").
 */
function chooseRegion(constraint: string | undefined, region: string): string {
  if (!REGION_FORM.test(region)) throw unknownSigningRegion(region, DEFAULT_REGION);
  if (constraint === undefined || constraint === "") {
    if (region === DEFAULT_REGION) return region;
    throw illegalLocationConstraint(undefined);
  }
  const named = constraint === LEGACY_EU ? "eu-west-1" : constraint;
  if (region === DEFAULT_REGION) {
    if (named === DEFAULT_REGION || !REGION_FORM.test(named)) {
      throw invalidLocationConstraint(constraint);
    }
    return named;
  }
  if (named !== region) throw illegalLocationConstraint(constraint);
  return region;
}

function refuseWhatIsNotThere(input: s3.CreateBucketCommandInput): void {
  const { ObjectOwnership: ownership, CreateBucketConfiguration: configuration } = input;
  if (ownership !== undefined && !isOwnership(ownership)) {
    throw invalidArgument("Invalid x-amz-object-ownership header", "ObjectOwnership", ownership);
  }
  if (configuration?.Bucket || configuration?.Location) {
    throw notImplemented("directory bucket");
  }
  const grants = [
    input.GrantFullControl,
    input.GrantRead,
    input.GrantReadACP,
    input.GrantWrite,
    input.GrantWriteACP,
  ].some((grant) => grant !== undefined);
  if (!grants && (input.ACL ?? "private") === "private") return;
  if ((ownership ?? "BucketOwnerEnforced") === "BucketOwnerEnforced") {
    throw new AwsError(
      "InvalidBucketAclWithObjectOwnership",
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
      { status: 400 },
    );
  }
  if (isPublicAcl(input)) {
    throw new AwsError(
      "InvalidBucketAclWithBlockPublicAccessError",
      "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
      { status: 400 },
    );
  }
  throw notImplemented("x-amz-acl");
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
  tx.afterCommit(() =>
    leases.remove(
      bucket.bucket_id,
      parts.map((part) => part.blob_id),
    ),
  );
}

async function listBuckets(input: s3.ListBucketsCommandInput, context: RequestContext) {
  const accountId = requireAccount(context);
  const size = input.MaxBuckets ?? LIST_BUCKETS_PAGE_SIZE;
  const after = input.ContinuationToken && readToken(input.ContinuationToken);
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
    // Bucket names are ASCII: nothing with the prefix sorts behind it followed by DEL.
    query = query.where("bucket_name", ">=", prefix).where("bucket_name", "<", `${prefix}\u007f`);
  }
  const rows = await query.execute();
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const paginated = input.MaxBuckets !== undefined || input.BucketRegion !== undefined;
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
      ? { ContinuationToken: Buffer.from(last.bucket_name).toString("base64url") }
      : {}),
  };
}

function readToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (isBucketName(name)) return name;
  throw invalidArgument(
    "The continuation token provided is incorrect",
    "continuation-token",
    token,
  );
}
