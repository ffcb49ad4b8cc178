import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { accessDenied, resourceNotFound, validation } from "../errors.ts";
import { compositePrincipal } from "../storage/composite-writer.ts";

/** What IVS calls other services as, with the caller's credentials passed on. */
const IVS_PRINCIPAL = "ivs.amazonaws.com";
/** Region names that GetBucketLocation spells differently. Source: S3 API, GetBucketLocation. */
const LEGACY_LOCATIONS: Readonly<Record<string, string>> = { "": "us-east-1", EU: "eu-west-1" };

interface Policy {
  readonly Version?: string;
  readonly Statement: readonly { readonly Sid?: string }[];
}

/** Throws where the bucket isn't there, or in another Region. */
export async function requireBucketHere(bucket: string, context: RequestContext): Promise<void> {
  const answer = await s3<{ LocationConstraint?: string }>(
    "GetBucketLocation",
    { Bucket: bucket },
    context,
  );
  const location = answer.LocationConstraint ?? "";
  const region = Object.hasOwn(LEGACY_LOCATIONS, location) ? LEGACY_LOCATIONS[location] : location;
  if (region !== context.region)
    throw validation(`S3 bucket ${bucket} is not in region ${context.region}`);
}

/**
 * Adds the storage configuration's statement to the bucket's policy, as the caller: the others stay
 * as they are. Source: IVS Real-Time user guide, "Composite Recording", "Storage Configuration".
 */
export async function grantBucket(
  bucket: string,
  id: string,
  context: RequestContext,
  transaction: Transaction,
): Promise<void> {
  const present = await readPolicy(bucket, context, transaction);
  const policy = {
    Version: present?.Version ?? "2012-10-17",
    ...present,
    Statement: [...(present?.Statement ?? []), statement(bucket, id, context.region)],
  };
  await putPolicy(bucket, policy, context, transaction);
}

/** Removes the statement again, and the policy with its last one. A bucket that is gone is fine. */
export async function revokeBucket(
  bucket: string,
  id: string,
  context: RequestContext,
  transaction: Transaction,
): Promise<void> {
  const present = await readPolicy(bucket, context, transaction);
  const rest = present?.Statement.filter(({ Sid }) => Sid !== sidOf(id));
  if (!present || rest?.length === present.Statement.length) return;
  if (rest && rest.length > 0)
    await putPolicy(bucket, { ...present, Statement: rest }, context, transaction);
  else await s3("DeleteBucketPolicy", { Bucket: bucket }, context, transaction);
}

function putPolicy(
  bucket: string,
  policy: Policy,
  context: RequestContext,
  transaction: Transaction,
): Promise<unknown> {
  const input = { Bucket: bucket, Policy: JSON.stringify(policy) };
  return s3("PutBucketPolicy", input, context, transaction);
}

/** Undefined where the bucket has none, or isn't there any more. */
async function readPolicy(
  bucket: string,
  context: RequestContext,
  transaction: Transaction,
): Promise<Policy | undefined> {
  try {
    const input = { Bucket: bucket };
    const { Policy: text } = await s3<{ Policy: string }>(
      "GetBucketPolicy",
      input,
      context,
      transaction,
    );
    const policy: Policy = JSON.parse(text);
    // A single statement may stand without a list.
    return { ...policy, Statement: [policy.Statement].flat() };
  } catch (error) {
    if (error instanceof AwsError && error.status === 404) return undefined;
    throw error;
  }
}

/** AWS's own statement; its Sid ends with characters that AWS chooses, here the id. */
function statement(bucket: string, id: string, region: string) {
  return {
    Sid: sidOf(id),
    Effect: "Allow",
    Principal: { Service: compositePrincipal(region) },
    Action: ["s3:PutObject", "s3:PutObjectAcl"],
    Resource: `arn:aws:s3:::${bucket}/*`,
    Condition: {
      StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" },
      Bool: { "aws:SecureTransport": "true" },
    },
  };
}

function sidOf(id: string): string {
  return `CompositeWrite-${id}`;
}

/** S3's refusal of the caller is answered as IVS's own. */
async function s3<Output>(
  operation: string,
  input: { readonly Bucket: string },
  context: RequestContext,
  transaction?: Transaction,
): Promise<Output> {
  const joined = transaction === undefined ? {} : { transaction };
  try {
    return await context.forward<Output>("s3", operation, input, {
      invokedBy: IVS_PRINCIPAL,
      ...joined,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.status === 403) throw accessDenied(error.message);
    if (error.code === "NoSuchBucket") throw resourceNotFound(`arn:aws:s3:::${input.Bucket}`);
    throw error;
  }
}
