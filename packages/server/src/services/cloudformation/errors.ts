import { AwsError } from "../../kernel/aws-error.ts";

/*
 * Codes: CloudFormation API reference, the operations' errors. Sentences are AWS's, as it sends
 * them.
 */

function refusal(code: string, message: string, status = 400): AwsError {
  return new AwsError(code, message, { status });
}

export function validation(message: string): AwsError {
  return refusal("ValidationError", message);
}

export function noStackWithId(text: string): AwsError {
  return validation(`Stack with id ${text} does not exist`);
}

/** DescribeStackResource alone quotes the name. */
export function noStackQuoted(text: string): AwsError {
  return validation(`Stack '${text}' does not exist`);
}

/** Changes put the name into brackets. */
export function noStackInBrackets(text: string): AwsError {
  return validation(`Stack [${text}] does not exist`);
}

export function alreadyExists(name: string): AwsError {
  return refusal("AlreadyExistsException", `Stack [${name}] already exists`);
}

export function noUpdates(): AwsError {
  return validation("No updates are to be performed.");
}

export function wrongState(stackId: string, status: string, verb = "updated"): AwsError {
  return validation(`Stack:${stackId} is in ${status} state and can not be ${verb}.`);
}

export function noChangeSet(name: string): AwsError {
  return refusal("ChangeSetNotFound", `ChangeSet [${name}] does not exist`, 404);
}

export function noStackRefactor(id: string): AwsError {
  const message = `Stack refactor with ID ${id} does not exist.`;
  return refusal("StackRefactorNotFoundException", message, 404);
}

export function changeSetExists(name: string): AwsError {
  return refusal("AlreadyExistsException", `ChangeSet ${name} cannot be created due to a mismatch`);
}

export function invalidChangeSetStatus(message: string): AwsError {
  return refusal("InvalidChangeSetStatus", message);
}

export function insufficientCapabilities(names: readonly string[]): AwsError {
  return refusal(
    "InsufficientCapabilitiesException",
    `Requires capabilities : [${names.join(", ")}]`,
  );
}

export function tokenExists(token: string): AwsError {
  return refusal("TokenAlreadyExistsException", `Token already exists: ${token}`);
}

export function limitExceeded(message: string): AwsError {
  return refusal("LimitExceededException", message);
}

export function typeNotFound(name: string): AwsError {
  return refusal("TypeNotFoundException", `The type '${name}' cannot be found`);
}

export function accessDenied(message: string): AwsError {
  return refusal("AccessDenied", message, 403);
}

export function invalidRole(arn: string): AwsError {
  return validation(`Role ${arn} is invalid or cannot be assumed`);
}

/** The member is known, and nothing here does what it asks for. */
export function notBuilt(what: string): AwsError {
  return new AwsError("NotImplemented", `Rolecast doesn't implement CloudFormation's ${what}.`, {
    status: 501,
    fault: "server",
  });
}
