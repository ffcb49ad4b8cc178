import { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { asIvsRefusal, IVS_PRINCIPAL } from "./record-to-s3-role.ts";

/** `usable`, or the sentence that says why a bucket can't take this Region's recordings. */
export type BucketVerdict =
  | { readonly usable: true }
  | { readonly usable: false; readonly reason: string };

/** Region names that GetBucketLocation spells differently. Source: S3 API, GetBucketLocation. */
const LEGACY_LOCATIONS: Readonly<Record<string, string>> = { "": "us-east-1", EU: "eu-west-1" };

/**
 * Looks at a bucket with the caller's credentials passed on: `s3:GetBucketLocation` and
 * `s3:ListBucket` (HeadBucket) are what the user guide's callers have. Channel, recording
 * configuration and bucket must be in one Region and of one account. Throws
 * AccessDeniedException when S3 refuses the caller.
 */
export async function examineBucket(
  bucketName: string,
  context: RequestContext,
): Promise<BucketVerdict> {
  const s3 = <Output>(operation: string, input: object) =>
    context.forward<Output>("s3", operation, input, { invokedBy: IVS_PRINCIPAL });
  try {
    const { LocationConstraint } = await asIvsRefusal(() =>
      s3<{ LocationConstraint?: string }>("GetBucketLocation", { Bucket: bucketName }),
    );
    const location = LocationConstraint ?? "";
    const region = Object.hasOwn(LEGACY_LOCATIONS, location)
      ? LEGACY_LOCATIONS[location]
      : location;
    if (region !== context.region)
      return refusal(`S3 bucket ${bucketName} is not in region ${context.region}`);
    await asIvsRefusal(() => s3("HeadBucket", { Bucket: bucketName }));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.status === 404) return refusal(`S3 bucket ${bucketName} does not exist`);
    if (error.status === 301 || error.code === "PermanentRedirect")
      return refusal(`S3 bucket ${bucketName} is not in region ${context.region}`);
    throw error;
  }
  // Both were allowed, so that what this one refuses can only be the owner.
  try {
    await s3("HeadBucket", { Bucket: bucketName, ExpectedBucketOwner: context.accountId });
  } catch (error) {
    if (!(error instanceof AwsError) || error.status !== 403) throw error;
    return refusal(`S3 bucket ${bucketName} is not owned by account ${context.accountId}`);
  }
  return { usable: true };
}

function refusal(reason: string): BucketVerdict {
  return { usable: false, reason };
}
