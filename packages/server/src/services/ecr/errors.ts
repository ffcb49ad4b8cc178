import { AwsError } from "../../kernel/aws-error.ts";
import type { Violation } from "../../kernel/constraints.ts";
import type { Denial } from "../../kernel/service.ts";
import type { RepositoryPlace } from "./tables.ts";

/*
 * Codes: ECR API reference, the operations' errors; all come with status 400. Sentences are AWS's
 * where public reports quote them.
 */

function ecrError(code: string, message: string, cause?: unknown): AwsError {
  return new AwsError(`${code}Exception`, message, { status: 400, cause });
}

export function invalidParameter(member: string, constraint: string): AwsError {
  const message = `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`;
  return ecrError("InvalidParameter", message);
}

/** A member that breaks a limit, in ECR's own words. */
export function invalidMember({ path, rule }: Violation): AwsError {
  const pattern = /^Member must satisfy regular expression pattern: (.*)$/s.exec(rule);
  return invalidParameter(path, pattern ? `must satisfy regular expression '${pattern[1]}'` : rule);
}

function ofRepository({ name, account_id }: RepositoryPlace): string {
  return `repository with name '${name}' in the registry with id '${account_id}'`;
}

export function repositoryNotFound({ name, account_id }: RepositoryPlace): AwsError {
  return ecrError(
    "RepositoryNotFound",
    `The repository with name '${name}' does not exist in the registry with id '${account_id}'`,
  );
}

export function repositoryExists({ name, account_id }: RepositoryPlace): AwsError {
  return ecrError(
    "RepositoryAlreadyExists",
    `The repository with name '${name}' already exists in the registry with id '${account_id}'`,
  );
}

export function tooManyRepositories(max: number): AwsError {
  return ecrError(
    "LimitExceeded",
    `The maximum number of repositories of a registry, ${max}, has been reached.`,
  );
}

export function repositoryPolicyNotFound(place: RepositoryPlace): AwsError {
  const message = `Repository policy does not exist for the ${ofRepository(place)}`;
  return ecrError("RepositoryPolicyNotFound", message);
}

export function lifecyclePolicyNotFound(place: RepositoryPlace): AwsError {
  const message = `Lifecycle policy does not exist for the ${ofRepository(place)}`;
  return ecrError("LifecyclePolicyNotFound", message);
}

export function imageNotFound(
  {
    imageDigest,
    imageTag,
  }: { readonly imageDigest?: string | undefined; readonly imageTag?: string | undefined },
  { name, account_id }: RepositoryPlace,
): AwsError {
  const shown = (text: string | undefined) => `'${text ?? "null"}'`;
  const image = `{imageDigest:${shown(imageDigest)}, imageTag:${shown(imageTag)}}`;
  return ecrError(
    "ImageNotFound",
    `The image with imageId ${image} does not exist within the repository with name '${name}' ` +
      `in the registry with id '${account_id}'`,
  );
}

export function invalidLifecyclePolicy(reason: string): AwsError {
  return invalidParameter("LifecyclePolicyText", `Lifecycle policy validation failure: ${reason}`);
}

export function invalidRepositoryPolicy(): AwsError {
  return invalidParameter("PolicyText", "Invalid repository policy provided");
}

export function invalidTag(message: string): AwsError {
  return ecrError("InvalidTagParameter", message);
}

export function tooManyTags(): AwsError {
  return ecrError("TooManyTags", "The list of tags on the repository is over the limit.");
}

/** What KMS refuses of a repository's key. */
export function kmsRefused(error: AwsError): AwsError {
  return ecrError("Kms", error.message, error);
}

export function ecrAccessDenied({ authorization, callerArn, reason }: Denial): AwsError {
  const { action, resource } = authorization;
  const message =
    `User: ${callerArn} is not authorized to perform: ${action} ` +
    `on resource: ${resource} ${reason}`;
  return ecrError("AccessDenied", message);
}
