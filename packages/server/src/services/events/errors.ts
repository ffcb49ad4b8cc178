import { AwsError } from "../../kernel/aws-error.ts";
import { CROSS_ACCOUNT } from "../../kernel/pass-role.ts";
import type { Denial } from "../../kernel/service.ts";

function eventsError(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 400 });
}

export function validation(message: string): AwsError {
  return eventsError("ValidationException", message);
}

export function malformedArn(text: string): AwsError {
  return validation(
    `Parameter ${text} is not valid. Reason: Provided Arn is not in correct format.`,
  );
}

/** `Rule live does not exist on EventBus default.` and its siblings. */
export function resourceNotFound(message: string): AwsError {
  return eventsError("ResourceNotFoundException", message);
}

export function crossAccountTarget(arn: string): AwsError {
  return eventsError(
    "AccessDeniedException",
    `Access to the resource ${arn} is denied. Reason: Adding cross-account target is not permitted.`,
  );
}

/** EventBridge's Scheduler and Pipes have this code for it; its rules' isn't documented. */
export function crossAccountRole(): AwsError {
  return eventsError("AccessDeniedException", CROSS_ACCOUNT);
}

export function resourceAlreadyExists(message: string): AwsError {
  return eventsError("ResourceAlreadyExistsException", message);
}

/** Source: API reference, "Common Errors". */
export function throttled(): AwsError {
  return eventsError("ThrottlingException", "Rate exceeded");
}

export function limitExceeded(message: string): AwsError {
  return eventsError("LimitExceededException", message);
}

export function policyLengthExceeded(): AwsError {
  return eventsError(
    "PolicyLengthExceededException",
    "The policy of an event bus has at most 10240 characters.",
  );
}

/** The refusal of lists of archives and of replays. */
export function tooManyFilters(operation: string): AwsError {
  const filters = "State, EventSourceArn, or NamePrefix";
  return validation(`At most one filter is allowed for ${operation}. Use either : ${filters}.`);
}

/**
 * UpdateArchive with only a name, whether there is such an archive or not. AWS's code and message;
 * with its status, 500, SDKs would try again.
 */
export function nothingToUpdate(): AwsError {
  return eventsError(
    "InternalException",
    "Service encountered unexpected problem. Please try again.",
  );
}

export function illegalStatus(message: string): AwsError {
  return eventsError("IllegalStatusException", message);
}

export function invalidEventPattern(reason: string): AwsError {
  return eventsError(
    "InvalidEventPatternException",
    `Event pattern is not valid. Reason: ${reason}`,
  );
}

/** The error for features that EventBridge has and this server hasn't. */
export function notImplemented(what: string): AwsError {
  return new AwsError("NotImplemented", `Rolecast's EventBridge has no ${what}.`, { status: 501 });
}

/** The refusal of what nodes of an earlier release would lose. SDKs send the request again. */
export function olderNodes(what: string, urls: readonly string[]): AwsError {
  const nodes = urls.join(", ");
  return new AwsError(
    "ServiceUnavailableException",
    `${what} can be put once every node runs this release: ${nodes} would give up their events.`,
    { status: 503 },
  );
}

/** A refusal in the form of AWS's JSON APIs. */
export function accessDenied({ authorization, callerArn, reason, sameAccount }: Denial): AwsError {
  const because = sameAccount ? ` ${reason}` : "";
  return eventsError(
    "AccessDeniedException",
    `User: ${callerArn} is not authorized to perform: ${authorization.action} on resource: ${authorization.resource}${because}`,
  );
}
