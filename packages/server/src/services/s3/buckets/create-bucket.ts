import type * as s3 from "@aws-sdk/client-s3";
import type { Authorization } from "../../../kernel/authorization.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { withSystemTags } from "../../../kernel/system-tags.ts";
import { grantsOf, isEnforced, storedAcl } from "../access/acl.ts";
import { isPublicAcl } from "../access/acl-of-new.ts";
import { aclKeys, checkAcl, grantHeaders } from "../access/acl-syntax.ts";
import { onBucket, requestKeys } from "../access/authorization.ts";
import { aclWithoutAcls, isOwnership } from "../access/object-ownership.ts";
import { NEW_BUCKETS_BLOCK } from "../access/public-access.ts";
import { tagRequestKeys } from "../access/tag-keys.ts";
import type { S3Dependencies } from "../dependencies.ts";
import {
  bucketAlreadyExists,
  bucketAlreadyOwnedByYou,
  illegalLocationConstraint,
  invalidArgumentOf,
  invalidBucketName,
  invalidLocationConstraint,
  notImplemented,
  unknownSigningRegion,
} from "../errors.ts";
import { bucketArn } from "../resource-arn.ts";
import { findBucket } from "../rows/buckets.ts";
import { storedTags, toTagSet } from "../rows/tag-set.ts";
import type { BucketRow, S3Tables } from "../tables.ts";
import { isBucketName } from "./bucket-name.ts";
import { checkNamespace, isAccountRegional } from "./bucket-namespace.ts";

/** Source: Amazon S3 user guide, "General purpose bucket quotas": 10,000 of an account. */
const BUCKETS_PER_ACCOUNT_MAX = 10_000;
/** It has no location constraint. */
export const DEFAULT_REGION = "us-east-1";
/** Before Regions had names everywhere, this one was called so. */
const LEGACY_EU = "EU";

type CreateInput = Checked<s3.CreateBucketCommandInput>;

/**
 * The attributes that a bucket is made with need their own actions as well (S3 API, CreateBucket,
 * "Permissions"). A bucket that is there already, and gets another ACL, has a policy to decide on
 * that.
 */
export async function authorizeCreation(
  input: CreateInput,
  context: RequestContext,
): Promise<readonly Authorization[]> {
  const { LocationConstraint, Tags } = input.CreateBucketConfiguration ?? {};
  const resource = bucketArn(input.Bucket);
  const keys = { ...requestKeys(context), ...tagRequestKeys(Tags) };
  const creation = {
    action: "s3:CreateBucket",
    resource,
    context: {
      ...keys,
      "s3:locationconstraint": LocationConstraint,
      ...aclKeys(input),
      "s3:x-amz-bucket-namespace": input.BucketNamespace,
      "s3:x-amz-object-ownership": input.ObjectOwnership,
    },
  };
  const further = [
    ...(Tags && Tags.length > 0 ? ["s3:TagResource"] : []),
    ...(input.ObjectLockEnabledForBucket
      ? ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]
      : []),
    ...(input.ObjectOwnership === undefined ? [] : ["s3:PutBucketOwnershipControls"]),
  ];
  return [
    creation,
    ...further.map((action) => ({ action, resource, context: keys })),
    ...(grantsNothing(input) ? [] : [await authorizeAcl(input, context)]),
  ];
}

async function authorizeAcl(input: CreateInput, context: RequestContext): Promise<Authorization> {
  const name = input.Bucket;
  const existing = await findBucket(name, context);
  const keys = aclKeys(input);
  if (existing?.account_id === context.accountId)
    return onBucket("PutBucketAcl", existing, context, keys);
  const all = { ...requestKeys(context), ...keys };
  return { action: "s3:PutBucketAcl", resource: bucketArn(name), context: all };
}

export async function createBucket(
  input: CreateInput,
  context: RequestContext,
  { ids }: S3Dependencies,
) {
  const accountId = requireAccount(context);
  const name = input.Bucket;
  if (!isBucketName(name)) throw invalidBucketName(name);
  refuseWhatIsNotThere(input);
  const { LocationConstraint: constraint } = input.CreateBucketConfiguration ?? {};
  const region = chooseRegion(constraint, context.region);
  checkNamespace(name, input.BucketNamespace, accountId, region);
  const tags = toTagSet(input.CreateBucketConfiguration?.Tags, "new bucket");
  const bucket: BucketRow = {
    bucket_name: name,
    bucket_id: ids.alphanumeric(16),
    account_id: accountId,
    region,
    location_constraint: constraint === LEGACY_EU ? LEGACY_EU : null,
    created_ms: context.nowMs,
    policy: null,
    encryption: null,
    public_access_block: JSON.stringify(NEW_BUCKETS_BLOCK),
    ownership: input.ObjectOwnership ?? "BucketOwnerEnforced",
    acl: storedAcl(grantsOf(input, accountId, accountId), accountId, { account_id: accountId }),
    versioning: input.ObjectLockEnabledForBucket ? "Enabled" : null,
    object_lock: input.ObjectLockEnabledForBucket ? "{}" : null,
    event_bridge: 0,
    lifecycle: null,
    lifecycle_minimum_size: null,
    requester_pays: 0,
    account_public_access_block: null,
    abac: 0,
    cors: null,
    tags: storedTags(withSystemTags(tags, context)),
  };
  await context.transaction<S3Tables, void>((tx) => insertBucket(bucket, tx));
  const location = region === DEFAULT_REGION ? `/${name}` : `http://${name}.s3.amazonaws.com/`;
  return { Location: location, BucketArn: bucketArn(name) };
}

async function insertBucket(bucket: BucketRow, tx: Transaction<S3Tables>): Promise<void> {
  const existing = await tx.db
    .selectFrom("s3_buckets")
    .select(["account_id", "region", "ownership"])
    .where("bucket_name", "=", bucket.bucket_name)
    .executeTakeFirst();
  if (existing && existing.account_id !== bucket.account_id) {
    throw bucketAlreadyExists(bucket.bucket_name);
  }
  if (existing) {
    const { bucket_name: name, acl, tags } = bucket;
    // us-east-1 alone answers a repeated creation with success, and resets the ACL (S3 API,
    // CreateBucket, "Errors"); neither with tags, nor in an account's own namespace.
    const isRepeatable = tags === null && !isAccountRegional(name);
    if (isRepeatable && existing.region === DEFAULT_REGION && bucket.region === DEFAULT_REGION) {
      // It would wait for the day on which there are ACLs again.
      if (acl !== null && isEnforced(existing)) throw aclWithoutAcls(name);
      await tx.db.updateTable("s3_buckets").set({ acl }).where("bucket_name", "=", name).execute();
      return;
    }
    throw bucketAlreadyOwnedByYou(name);
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
 * The Region in which the bucket is made. The endpoint of us-east-1 makes buckets anywhere, every
 * other one in its own Region only and only when asked to (S3 API, CreateBucket,
 * "LocationConstraint").
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

function grantsNothing(input: CreateInput): boolean {
  return (input.ACL ?? "private") === "private" && grantHeaders(input).length === 0;
}

function refuseWhatIsNotThere(input: CreateInput): void {
  const { ObjectOwnership: ownership, CreateBucketConfiguration: configuration } = input;
  if (ownership !== undefined && !isOwnership(ownership)) {
    throw invalidArgumentOf(
      `Invalid x-amz-object-ownership header: ${ownership}`,
      "x-amz-object-ownership",
    );
  }
  if (configuration?.Bucket || configuration?.Location) {
    throw notImplemented("directory bucket");
  }
  checkAcl(input);
  if (grantsNothing(input)) return;
  if ((ownership ?? "BucketOwnerEnforced") === "BucketOwnerEnforced") {
    throw aclWithoutAcls();
  }
  if (isPublicAcl(input)) {
    throw new AwsError(
      "InvalidBucketAclWithBlockPublicAccessError",
      "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
      { status: 400 },
    );
  }
}
