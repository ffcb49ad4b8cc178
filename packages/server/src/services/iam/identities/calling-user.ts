import type { AwsError } from "../../../kernel/aws-error.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { validationError } from "../errors.ts";

/**
 * The calling user's name, for operations that leave out `UserName`.
 * @throws ValidationError for callers that aren't users, in AWS's words
 */
export function requireCallerUserName(context: RequestContext): string {
  const { principal } = context.caller;
  if (principal.kind === "user") return principal.userName;
  throw mustNameUser();
}

export function mustNameUser(): AwsError {
  return validationError("Must specify userName when calling with non-User credentials");
}

/** The caller as the subject of a refusal. */
export function callerSubject({ caller: { principal } }: RequestContext): string {
  return "arn" in principal ? `User: ${principal.arn}` : "The caller";
}
