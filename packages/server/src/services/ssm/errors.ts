import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

/*
 * Codes: SSM API reference, the operations' errors; all come with status 400. Sentences are AWS's
 * where its guides or public reports quote them.
 */

function ssmError(code: string, message: string, cause?: unknown): AwsError {
  return new AwsError(code, message, { status: 400, cause });
}

export function validation(message: string): AwsError {
  return ssmError("ValidationException", message);
}

export function accessDenied(message: string, cause?: unknown): AwsError {
  return ssmError("AccessDeniedException", message, cause);
}

/** AWS says no more, so clients show `ParameterNotFound: UnknownError`. */
export function parameterNotFound(): AwsError {
  return ssmError("ParameterNotFound", "");
}

/** There is no Secrets Manager here, so no secret of that name either. */
export function secretNotFound(name: string): AwsError {
  return ssmError(
    "ParameterNotFound",
    "An error occurred (ParameterNotFound) when referencing Secrets Manager: " +
      `Secret ${name} not found.`,
  );
}

export function versionNotFound(name: string, version: number | string): AwsError {
  return ssmError(
    "ParameterVersionNotFound",
    `Systems Manager could not find version ${version} of ${name}. ` +
      "Verify the version and try again.",
  );
}

export function alreadyExists(): AwsError {
  return ssmError(
    "ParameterAlreadyExists",
    "The parameter already exists. To overwrite this value, set the overwrite option " +
      "in the request to true.",
  );
}

export function tooManyLevels(): AwsError {
  return ssmError(
    "HierarchyLevelLimitExceededException",
    "A hierarchy can have a maximum of 15 levels. For more information, see Requirements and " +
      "constraints for parameter names in the AWS Systems Manager User Guide.",
  );
}

/** Another request changed the parameter while this one was encrypting its value. */
export function tooManyUpdates(): AwsError {
  return ssmError(
    "TooManyUpdates",
    "There are concurrent updates for a resource that supports one update at a time.",
  );
}

export function tooManyParameters(tier: string, max: number): AwsError {
  return ssmError(
    "ParameterLimitExceeded",
    `You have exceeded the number of ${tier} parameters for this account: ${max}. ` +
      "Delete one or more parameters and try again.",
  );
}

export function oldestVersionLabelled(name: string, version: number): AwsError {
  return ssmError(
    "ParameterMaxVersionLimitExceeded",
    `You attempted to create a new version of ${name} by calling the PutParameter API ` +
      `with the overwrite flag. Version ${version}, the oldest version, can't be deleted because ` +
      "it has a label associated with it. Move the label to another version of the parameter, " +
      "and try again.",
  );
}

export function tooManyLabels(): AwsError {
  return ssmError(
    "ParameterVersionLabelLimitExceeded",
    "A parameter version can have maximum 10 labels. Move one or more labels to another version " +
      "and try again.",
  );
}

export function patternMismatch(pattern: string): AwsError {
  return ssmError(
    "ParameterPatternMismatchException",
    `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
  );
}

export function invalidPattern(message: string): AwsError {
  return ssmError("InvalidAllowedPatternException", message);
}

export function invalidKeyId(message: string, cause?: unknown): AwsError {
  return ssmError("InvalidKeyId", message, cause);
}

export function invalidPolicyType(type: string): AwsError {
  return ssmError(
    "InvalidPolicyTypeException",
    `The policy type ${type} is not supported. Parameter Store supports the following policy ` +
      "types: Expiration, ExpirationNotification, and NoChangeNotification.",
  );
}

export function invalidPolicyAttribute(message: string): AwsError {
  return ssmError("InvalidPolicyAttributeException", message);
}

export function incompatiblePolicies(message: string): AwsError {
  return ssmError("IncompatiblePolicyException", message);
}

export function tooManyPolicies(): AwsError {
  return ssmError(
    "PoliciesLimitExceededException",
    "You specified more than the maximum number of allowed policies for the parameter. " +
      "The maximum is 10.",
  );
}

export function invalidFilterKey(message: string): AwsError {
  return ssmError("InvalidFilterKey", message);
}

export function invalidFilterOption(option: string, valid: string): AwsError {
  const message = `The following filter option is not valid: ${option}. Valid options include: `;
  return ssmError("InvalidFilterOption", `${message}[${valid}].`);
}

export function invalidFilterValue(message: string): AwsError {
  return ssmError("InvalidFilterValue", message);
}

export function invalidNextToken(): AwsError {
  return ssmError("InvalidNextToken", "The specified token isn't valid.");
}

/** AWS says no more. */
export function invalidResourceId(): AwsError {
  return ssmError("InvalidResourceId", "");
}

export function invalidResourceType(): AwsError {
  return ssmError("InvalidResourceType", "");
}

export function tooManyTags(): AwsError {
  return ssmError(
    "TooManyTagsError",
    "The Targets parameter includes too many tags. Remove one or more tags and try the command " +
      "again.",
  );
}

export function ssmAccessDenied({ authorization, callerArn, reason }: Denial): AwsError {
  const { action, resource } = authorization;
  return accessDenied(
    `User: ${callerArn} is not authorized to perform: ${action} ` +
      `on resource: ${resource} ${reason}`,
  );
}
