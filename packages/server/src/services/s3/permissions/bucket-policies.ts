import type * as s3 from "@aws-sdk/client-s3";
import { validatePolicy } from "@rolecast/policy";
import {
  defineOperations,
  type OperationHandler,
  type OperationTable,
} from "../../../kernel/operations.ts";
import { toShownPolicy, toStoredPolicy } from "../../../kernel/policy-principals.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { onBucket } from "../access/authorization.ts";
import { bucketOperation } from "../access/bucket-operation.ts";
import { isBlocked, preventedByBlock } from "../access/public-access.ts";
import { isPublicPolicy } from "../access/public-policy.ts";
import type { S3Dependencies } from "../dependencies.ts";
import { malformedPolicy, methodNotAllowed, notConfigured } from "../errors.ts";
import { bucketArn } from "../resource-arn.ts";
import { type BucketInput, updateBucket } from "../rows/buckets.ts";
import type { BucketRow } from "../tables.ts";

/** Source: Amazon S3 user guide, "Bucket policies": 20 KB. */
const BUCKET_POLICY_BYTES_MAX = 20 * 1024;

/** PutBucketPolicy, GetBucketPolicy, GetBucketPolicyStatus, DeleteBucketPolicy. */
export function bucketPolicyOperations({ directory }: S3Dependencies): OperationTable {
  return defineOperations<typeof s3>()({
    PutBucketPolicy: ownBucketOperation("PutBucketPolicy", async (bucket, input, context) => {
      const text = input.Policy;
      checkPolicy(text, bucket.bucket_name, directory);
      if (isPublicPolicy(text) && isBlocked(bucket, "BlockPublicPolicy")) {
        const arn = bucketArn(bucket.bucket_name);
        throw preventedByBlock("BlockPublicPolicy", "PutBucketPolicy", arn, context);
      }
      const stored = await toStoredPolicy(text, directory, context, unknownPrincipal);
      await updateBucket(bucket, { policy: stored }, context);
      context.response.status = 204;
      return {};
    }),
    GetBucketPolicy: ownBucketOperation("GetBucketPolicy", async (bucket, _input, context) => {
      const policy = requirePolicy(bucket);
      return { Policy: await toShownPolicy(policy, directory, context) };
    }),
    GetBucketPolicyStatus: bucketOperation("GetBucketPolicyStatus", (bucket) => {
      const policy = requirePolicy(bucket);
      return { PolicyStatus: { IsPublic: isPublicPolicy(policy) } };
    }),
    DeleteBucketPolicy: ownBucketOperation(
      "DeleteBucketPolicy",
      async (bucket, _input, context) => {
        await updateBucket(bucket, { policy: null }, context);
        return {};
      },
    ),
  });
}

/**
 * The owner's root user can always get at the policy, even at one that denies everybody (S3 API,
 * PutBucketPolicy): there would be no way back otherwise. Callers of another account are answered
 * MethodNotAllowed, permitted or not.
 */
function ownBucketOperation<Input extends BucketInput, Output>(
  action: string,
  handle: (bucket: BucketRow, input: Input, context: RequestContext) => Promise<Output>,
): OperationHandler<Input, Output> {
  return bucketOperation(
    (bucket, _input: Input, context) => {
      const { principal } = context.caller;
      const isOwner = principal.kind === "root" && principal.accountId === bucket.account_id;
      return onBucket(action, isOwner ? { ...bucket, policy: null } : bucket, context);
    },
    (bucket, input: Input, context) => {
      if (bucket.account_id !== context.accountId) throw methodNotAllowed();
      return handle(bucket, input, context);
    },
  );
}

function requirePolicy(bucket: BucketRow): string {
  if (bucket.policy !== null) return bucket.policy;
  throw notConfigured("NoSuchBucketPolicy", "The bucket policy does not exist", bucket.bucket_name);
}

function checkPolicy(
  text: string,
  bucketName: string,
  directory: S3Dependencies["directory"],
): void {
  if (Buffer.byteLength(text) > BUCKET_POLICY_BYTES_MAX) {
    throw malformedPolicy("Policy exceeds the maximum allowed document size.");
  }
  const [finding] = validatePolicy(text, "bucket", {
    bucketName,
    isServicePrincipal: (name) => directory.isServicePrincipal(name),
  });
  if (finding) throw malformedPolicy(finding.message, finding.detail);
}

function unknownPrincipal(principal: string): never {
  throw malformedPolicy("Invalid principal in policy", `"AWS" : "${principal}"`);
}
