import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

/*
 * CloudTrail's errors. Codes are those of the API model, sentences AWS's where one has been seen.
 * Being awsJson, the service answers all of them with status 400.
 */
const STATUS = 400;

function cloudTrailError(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: STATUS });
}

/** CloudTrail names no resource where the action knows none. */
export function denialError({ authorization, callerArn, reason }: Denial): AwsError {
  const { action, resource } = authorization;
  const on = resource === "*" ? "" : ` on resource: ${resource}`;
  return cloudTrailError(
    "AccessDeniedException",
    `User: ${callerArn} is not authorized to perform: ${action}${on} ${reason}`,
  );
}

export function trailNotFound(arn: string, accountId: string): AwsError {
  return cloudTrailError(
    "TrailNotFoundException",
    `Unknown trail: ${arn} for the user: ${accountId}`,
  );
}

export function trailAlreadyExists(name: string, accountId: string): AwsError {
  return cloudTrailError(
    "TrailAlreadyExistsException",
    `Trail ${name} already exists for customer: ${accountId}`,
  );
}

export function tooManyTrails(accountId: string, limit: number, region: string): AwsError {
  return cloudTrailError(
    "MaximumNumberOfTrailsExceededException",
    `User: ${accountId} already has ${limit} trails in ${region}.`,
  );
}

export function invalidTrailName(message: string): AwsError {
  return cloudTrailError("InvalidTrailNameException", message);
}

export function invalidArn(arn: string): AwsError {
  return cloudTrailError("CloudTrailARNInvalidException", `Invalid ARN: ${arn}`);
}

export function invalidHomeRegion(homeRegion: string, region: string): AwsError {
  return cloudTrailError(
    "InvalidHomeRegionException",
    `The trail's home Region is ${homeRegion}, not ${region}: update it there.`,
  );
}

export function invalidBucketName(name: string): AwsError {
  return cloudTrailError("InvalidS3BucketNameException", `Bucket name is invalid: ${name}`);
}

export function invalidPrefix(prefix: string): AwsError {
  return cloudTrailError("InvalidS3PrefixException", `S3 prefix is invalid: ${prefix}`);
}

export function bucketDoesNotExist(name: string): AwsError {
  return cloudTrailError("S3BucketDoesNotExistException", `S3 bucket ${name} does not exist!`);
}

export function insufficientBucketPolicy(name: string): AwsError {
  return cloudTrailError(
    "InsufficientS3BucketPolicyException",
    `Incorrect S3 bucket policy is detected for bucket: ${name}`,
  );
}

export function invalidCombination(message: string): AwsError {
  return cloudTrailError("InvalidParameterCombinationException", message);
}

export function invalidEventSelectors(message: string): AwsError {
  return cloudTrailError("InvalidEventSelectorsException", message);
}

export function insightNotEnabled(arn: string): AwsError {
  return cloudTrailError(
    "InsightNotEnabledException",
    `Trail ${arn} does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.`,
  );
}

export function unsupported(what: string): AwsError {
  return cloudTrailError("UnsupportedOperationException", `Rolecast doesn't support ${what}.`);
}

export function invalidTag(message: string): AwsError {
  return cloudTrailError("InvalidTagParameterException", message);
}

export function tooManyTags(arn: string, limit: number): AwsError {
  return cloudTrailError(
    "TagsLimitExceededException",
    `The number of tags per trail, ${arn}, has exceeded the permitted amount of ${limit}.`,
  );
}

export function resourceNotFound(arn: string): AwsError {
  return cloudTrailError("ResourceNotFoundException", `Unknown resource: ${arn}`);
}

export function invalidMaxResults(): AwsError {
  return cloudTrailError("InvalidMaxResultsException", "MaxResults must be between 1 and 50.");
}

export function invalidNextToken(): AwsError {
  return cloudTrailError("InvalidNextTokenException", "Invalid NextToken.");
}

export function invalidTimeRange(): AwsError {
  return cloudTrailError("InvalidTimeRangeException", "StartTime must not be after EndTime.");
}

export function invalidLookupAttributes(message: string): AwsError {
  return cloudTrailError("InvalidLookupAttributesException", message);
}

export function invalidEventCategory(category: string): AwsError {
  return cloudTrailError("InvalidEventCategoryException", `Invalid event category: ${category}`);
}
