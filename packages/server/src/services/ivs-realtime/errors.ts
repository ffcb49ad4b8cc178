import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

function realTimeError(code: string, status: number, message: string): AwsError {
  return new AwsError(code, message, { status });
}

export function accessDenied(message: string): AwsError {
  return realTimeError("AccessDeniedException", 403, message);
}

export function validation(message: string): AwsError {
  return realTimeError("ValidationException", 400, message);
}

export function resourceNotFound(what: string): AwsError {
  return realTimeError("ResourceNotFoundException", 404, `Resource: ${what} not found`);
}

export function conflict(message: string): AwsError {
  return realTimeError("ConflictException", 409, message);
}

/** 402 Payment Required, as the service's model has it. */
export function quotaExceeded(what: string, limit: number): AwsError {
  const message = `Quota exceeded: ${what} (limit ${limit})`;
  return realTimeError("ServiceQuotaExceededException", 402, message);
}

/** The machine can't encode another composition. */
export function noProcessors(): AwsError {
  const what = "This server has no processors left for a composition";
  const remedy = "stop another one, encode a smaller picture, or raise transcodeCores";
  return realTimeError("ServiceQuotaExceededException", 402, `${what}: ${remedy}`);
}

/** A request that clients may send again: nothing is left of it. */
export function notShownInTime(withinMs: number): AwsError {
  const what = `The node of the stage hasn't shown the participant within ${withinMs / 1_000} s`;
  return realTimeError("InternalServerException", 500, `${what}: try again`);
}

/** A part of an operation that isn't built. */
export function notBuilt(what: string): AwsError {
  const message = `Rolecast doesn't implement ${what} yet`;
  return new AwsError("NotImplemented", message, { status: 501, fault: "server" });
}

export function throttled(operation: string, callsPerSecond: number, resource: string): AwsError {
  const what = `Operation: ivs:${operation} exceeded call rate: ${callsPerSecond}`;
  return realTimeError("ThrottlingException", 429, `${what} for resource: ${resource}`);
}

/** The gateway's refusal of an operation in the words of IVS. */
export function denialError(denial: Denial): AwsError {
  const { authorization, callerArn, reason, sameAccount } = denial;
  const because = sameAccount ? ` ${reason}` : "";
  const resource = authorization.resourceLabel ?? authorization.resource;
  return accessDenied(
    `User: ${callerArn} is not authorized to perform: ${authorization.action} on resource: ` +
      `${resource}${because}`,
  );
}
