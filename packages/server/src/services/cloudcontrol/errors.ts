import { AwsError } from "../../kernel/aws-error.ts";
import type { HandlerFailure } from "../../kernel/resource-types/resource-calls.ts";
import type { HandlerErrorCode } from "../../kernel/resources.ts";
import type { Denial } from "../../kernel/service.ts";

/*
 * Codes: Cloud Control API reference, the operations' errors; all come with status 400. Sentences
 * are AWS's where its guides, public reports or recordings have them.
 */

function cloudControlError(code: string, message: string, cause?: unknown): AwsError {
  return new AwsError(code, message, { status: 400, cause });
}

export function cloudControlDenied({ authorization, callerArn, reason }: Denial): AwsError {
  const { action, resource } = authorization;
  return cloudControlError(
    "AccessDeniedException",
    `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
  );
}

export function accessDenied(message: string): AwsError {
  return cloudControlError("AccessDeniedException", message);
}

export function invalid(message: string): AwsError {
  return cloudControlError("ValidationException", message);
}

export function invalidModel(violations: readonly string[]): AwsError {
  return invalid(`Model validation failed (${violations.join("\n")})`);
}

export function invalidRequest(message: string): AwsError {
  return cloudControlError("InvalidRequestException", message);
}

export function typeNotFound(typeName: string): AwsError {
  return cloudControlError("TypeNotFoundException", `The type '${typeName}' cannot be found.`);
}

export function unsupportedAction(typeName: string, action: string): AwsError {
  return cloudControlError(
    "UnsupportedActionException",
    `Resource type ${typeName} does not support ${action} action`,
  );
}

export function notUpdatable(properties: readonly string[]): AwsError {
  const paths = properties.map((property) => `/properties/${property}`).join(", ");
  return cloudControlError(
    "NotUpdatableException",
    `Invalid patch update: createOnlyProperties [${paths}] cannot be updated`,
  );
}

export function clientTokenConflict(clientToken: string, requestToken: string): AwsError {
  return cloudControlError(
    "ClientTokenConflictException",
    `ClientToken ${clientToken} is already associated with an existing operation ` +
      `with RequestToken ${requestToken}`,
  );
}

export function concurrentOperation(): AwsError {
  return cloudControlError(
    "ConcurrentOperationException",
    "Another resource operation is currently being performed on this resource.",
  );
}

export function requestTokenNotFound(token: string): AwsError {
  return cloudControlError(
    "RequestTokenNotFoundException",
    `Request with token ${token} was not found`,
  );
}

export function alreadyEnded(token: string, status: string): AwsError {
  return invalid(`Request ${token} is already in status ${status}`);
}

export function tooManyRequests(): AwsError {
  return cloudControlError("ThrottlingException", "Too many resource requests are in progress.");
}

/** The errors of handlers that have no exception of their name. */
const EXCEPTIONS: Partial<Readonly<Record<HandlerErrorCode, string>>> = {
  AccessDenied: "AccessDeniedException",
  AlreadyExists: "AlreadyExistsException",
  InternalFailure: "HandlerInternalFailureException",
  NotFound: "ResourceNotFoundException",
  ServiceInternalError: "ServiceInternalErrorException",
  ServiceTimeout: "HandlerFailureException",
  Throttling: "ThrottlingException",
  UnauthorizedTaggingOperation: "AccessDeniedException",
};

/** A handler's failure where the operation answers it itself. */
export function handlerError(typeName: string, failure: HandlerFailure, token: string): AwsError {
  const { code, message, refusal } = failure;
  const exception =
    EXCEPTIONS[code] ?? `${code}Exception`.replace("ExceptionException", "Exception");
  return cloudControlError(
    exception,
    `${typeName} Handler returned status FAILED: ${message} ` +
      `(HandlerErrorCode: ${code}, RequestToken: ${token})`,
    refusal,
  );
}
