import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

/*
 * IAM's errors. Codes are those of the API model; sentences are AWS's where one has been seen,
 * and otherwise in the manner of those.
 */

/** How IAM names the kinds of its entities in messages. */
export type EntityKind = "user" | "group" | "role" | "instance profile" | "policy";

export function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntity", message, { status: 404 });
}

/** `The role with name X cannot be found.` */
export function noSuchNamed(kind: string, name: string): AwsError {
  const article = kind === "instance profile" ? "Instance Profile" : `The ${kind} with name`;
  return noSuchEntity(`${article} ${name} cannot be found.`);
}

export function noSuchPolicy(arn: string): AwsError {
  return noSuchEntity(`Policy ${arn} was not found.`);
}

export function notAttachable(arn: string): AwsError {
  return noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
}

/** `Role with name X already exists.` */
export function alreadyExists(subject: string, advice?: string): AwsError {
  const message = `${subject} already exists.${advice === undefined ? "" : ` ${advice}`}`;
  return new AwsError("EntityAlreadyExists", message, { status: 409 });
}

export function mfaDeviceInUse(): AwsError {
  return new AwsError("EntityAlreadyExists", "MFA Device is already in use.", { status: 409 });
}

export function deleteConflict(message: string): AwsError {
  return new AwsError("DeleteConflict", message, { status: 409 });
}

/** `Cannot delete entity, must detach all policies first.` */
export function stillReferenced(remedy: string): AwsError {
  return deleteConflict(`Cannot delete entity, must ${remedy} first.`);
}

/** `Cannot exceed quota for PoliciesPerRole: 10` */
export function quotaExceeded(quota: string, limit: number): AwsError {
  return limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`);
}

export function limitExceeded(message: string): AwsError {
  return new AwsError("LimitExceeded", message, { status: 409 });
}

export function invalidInput(message: string): AwsError {
  return new AwsError("InvalidInput", message, { status: 400 });
}

export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message, { status: 400 });
}

/** The refusal of a member that the API's model calls optional, and AWS requires. */
export function missingMember(beanName: string): AwsError {
  return validationError(
    `1 validation error detected: Value at '${beanName}' failed to satisfy constraint: Member must not be null`,
  );
}

export function malformedPolicyDocument(message: string): AwsError {
  return new AwsError("MalformedPolicyDocument", message, { status: 400 });
}

export function unmodifiableEntity(message: string): AwsError {
  return new AwsError("UnmodifiableEntity", message, { status: 400 });
}

export function policyNotAttachable(message: string): AwsError {
  return new AwsError("PolicyNotAttachable", message, { status: 400 });
}

export function accessDenied(message: string): AwsError {
  return new AwsError("AccessDenied", message, { status: 403 });
}

/**
 * The gateway's refusal. As AWS's sentence does, it leads to a page of the console: of this
 * server's.
 */
export function denialError(denial: Denial, consoleUrl: string): AwsError {
  const { authorization, callerArn, reason, authorizationId: id } = denial;
  const resource = authorization.resourceLabel ?? authorization.resource;
  const details =
    id === undefined
      ? ""
      : `. Go to ${consoleUrl}/#/authorization-details/${id} for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: ${id}`;
  return accessDenied(
    `User: ${callerArn} is not authorized to perform: ${authorization.action} on resource: ${resource} ${reason}${details}`,
  );
}

/** The sentence is AWS's; it doesn't say which rule the password breaks. */
export function passwordPolicyViolation(): AwsError {
  const message = "Password does not conform to the account password policy.";
  return new AwsError("PasswordPolicyViolation", message, { status: 400 });
}

export function temporarilyUnmodifiable(message: string): AwsError {
  return new AwsError("EntityTemporarilyUnmodifiable", message, { status: 409 });
}

export function invalidUserType(message: string): AwsError {
  return new AwsError("InvalidUserType", message, { status: 400 });
}
