import type {
  Authorization,
  ContextEntries,
  ResourcePolicy,
} from "../../../kernel/authorization.ts";
import type { AwsError } from "../../../kernel/aws-error.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Denial } from "../../../kernel/service.ts";
import { accessDenied } from "../errors.ts";
import { bucketArn, EVERY_BUCKET, objectArn } from "../resource-arn.ts";
import { readTags } from "../rows/tag-set.ts";
import type { BucketRow, ObjectRow } from "../tables.ts";
import { ownerOf } from "./acl.ts";
import { policyOfAcl } from "./acl-policy.ts";
import { isRestricted } from "./public-access.ts";
import { denialsOf } from "./stored-policy.ts";

/** An action on the bucket itself. */
export function onBucket(
  action: string,
  bucket: BucketRow,
  context: RequestContext,
  keys: ContextEntries = {},
): Authorization {
  return inBucket(action, bucketArn(bucket.bucket_name), bucket, context, keys);
}

/**
 * An action on one of the bucket's objects, existing or not; `object`: on this one, as its ACL has
 * it.
 */
export function onObject(
  action: string,
  bucket: BucketRow,
  key: string,
  context: RequestContext,
  keys: ContextEntries = {},
  object?: Pick<ObjectRow, "acl">,
): Authorization {
  return inBucket(action, objectArn(bucket.bucket_name, key), bucket, context, keys, object);
}

function inBucket(
  action: string,
  resource: string,
  bucket: BucketRow,
  context: RequestContext,
  keys: ContextEntries,
  object?: Pick<ObjectRow, "acl">,
): Authorization {
  const owner = object ? ownerOf(object, bucket) : bucket.account_id;
  const grants = policyOfAcl(action, bucketArn(bucket.bucket_name), bucket, object, context);
  const resourcePolicy = policyOf(bucket, owner, context);
  return {
    action: `s3:${action}`,
    resource,
    resourceAccountId: bucket.account_id,
    // Members after a spread are slow.
    context: {
      "s3:resourceaccount": bucket.account_id,
      ...requestKeys(context),
      ...bucketTagKeys(bucket),
      ...keys,
    },
    ...(owner === bucket.account_id ? {} : { decidingAccountId: owner }),
    ...(resourcePolicy ? { resourcePolicy } : {}),
    ...(grants ? { grants } : {}),
  };
}

const KEEP_OUT = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Deny", Principal: "*", Action: "*", Resource: "*" },
});

/** The bucket's policy as it counts for the caller, and for what `owner` has in the bucket. */
function policyOf(
  bucket: BucketRow,
  owner: string,
  context: RequestContext,
): ResourcePolicy | undefined {
  const id = bucketArn(bucket.bucket_name);
  if (isKeptOut(bucket, context))
    return { id: `${id}?publicAccessBlock`, text: KEEP_OUT, kind: "resource" };
  // Of somebody else's object the bucket's owner can refuse things, but not allow any.
  const text = owner === bucket.account_id ? bucket.policy : denialsOf(bucket.policy);
  return text === null ? undefined : { id, text, kind: "resource" };
}

/**
 * `aws:ResourceTag/<key>` and `s3:BucketTag/<key>`, for a bucket that has them as attributes and
 * for what is in it. Source: S3 user guide, "Using tags with S3 general purpose buckets".
 */
function bucketTagKeys({ abac, tags }: BucketRow): ContextEntries {
  if (abac === 0) return {};
  const pairs = Object.entries(readTags(tags));
  return { ...namedKeys("aws:resourcetag/", pairs), ...namedKeys("s3:buckettag/", pairs) };
}

/**
 * A bucket whose public policy is restricted is closed to callers from elsewhere, whatever it
 * grants.
 */
function isKeptOut(bucket: BucketRow, context: RequestContext): boolean {
  const { principal } = context.caller;
  const isOutside = principal.kind !== "service" && context.accountId !== bucket.account_id;
  return isOutside && isRestricted(bucket);
}

/**
 * Condition keys that S3 has for every action. Source: service authorization reference, "Amazon
 * S3". Calls from inside the process carry no signature, hence none of them.
 */
export function requestKeys(context: RequestContext): ContextEntries {
  const { authentication, nowMs } = context;
  if (!authentication) return {};
  switch (authentication.kind) {
    case "anonymous":
      return {};
    case "header":
      return {
        "s3:authtype": "REST-HEADER",
        "s3:signatureversion": SIGNATURE_VERSIONS[authentication.version],
        ...(authentication.version === 4
          ? { "s3:x-amz-content-sha256": authentication.contentSha256 }
          : {}),
      };
    case "presigned":
      return {
        "s3:authtype": "REST-QUERY-STRING",
        "s3:signatureversion": SIGNATURE_VERSIONS[authentication.version],
        ...(authentication.version === 4
          ? {
              "s3:x-amz-content-sha256": authentication.contentSha256,
              "s3:signatureage": signatureAge(authentication.requestTimeMs, nowMs),
            }
          : {}),
      };
    case "form":
      return {
        "s3:authtype": "POST",
        "s3:signatureversion": SIGNATURE_VERSIONS[authentication.version],
        "s3:signatureage": signatureAge(authentication.requestTimeMs, nowMs),
      };
  }
}

/** As `s3:signatureversion` names them. */
const SIGNATURE_VERSIONS = { 2: "AWS", 4: "AWS4-HMAC-SHA256" } as const;

/**
 * Milliseconds since a presigned URL or a form was signed, as `s3:signatureAge` counts them;
 * signature version 2 doesn't say.
 */
function signatureAge(signedAtMs: number | undefined, nowMs: number): string | undefined {
  return signedAtMs === undefined ? undefined : String(Math.max(0, nowMs - signedAtMs));
}

/**
 * S3 quotes the resource, and gives the reason only inside one account. Source: S3 user guide,
 * "Access Denied error message examples".
 */
export function s3AccessDenied(denial: Denial): AwsError {
  const { authorization, callerArn, reason, sameAccount, context } = denial;
  if (!sameAccount || context.caller.principal.kind === "anonymous") return accessDenied();
  const isNamed = authorization.resource !== "*" && authorization.resource !== EVERY_BUCKET;
  const resource = isNamed ? ` on resource: "${authorization.resource}"` : "";
  return accessDenied(
    `User: ${callerArn} is not authorized to perform: ${authorization.action}${resource} ${reason}`,
  );
}
