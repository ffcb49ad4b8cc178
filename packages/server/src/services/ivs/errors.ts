import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

function ivsError(code: string, status: number, message: string, cause?: unknown): AwsError {
  return new AwsError(code, message, {
    status,
    ...(cause === undefined ? {} : { cause }),
  });
}

export function accessDenied(message: string, cause?: unknown): AwsError {
  return ivsError("AccessDeniedException", 403, message, cause);
}

export function validation(message: string): AwsError {
  return ivsError("ValidationException", 400, message);
}

export function resourceNotFound(arn: string): AwsError {
  return ivsError("ResourceNotFoundException", 404, `Resource: ${arn} not found`);
}

/** Its code has no "Exception" suffix; clients recognise "not live" by it. */
export function channelNotBroadcasting(channelArn: string): AwsError {
  const message = `Channel: ${channelArn} is not currently online`;
  return ivsError("ChannelNotBroadcasting", 404, message);
}

/** In the words that IVS has for PutMetadata. */
export function throttled(operation: string, callsPerSecond: number, resource: string): AwsError {
  const message = `Operation: ivs:${operation} exceeded call rate: ${callsPerSecond} for resource: ${resource}`;
  return ivsError("ThrottlingException", 429, message);
}

export function conflict(message: string): AwsError {
  return ivsError("ConflictException", 409, message);
}

/** 402 Payment Required, as the service's model has it. */
export function quotaExceeded(what: string, limit: number): AwsError {
  return ivsError("ServiceQuotaExceededException", 402, `Quota exceeded: ${what} (limit ${limit})`);
}

/** The gateway's refusal of an operation in the words of IVS. */
export function denialError(denial: Denial): AwsError {
  const { authorization, callerArn, reason, sameAccount } = denial;
  const because = sameAccount ? ` ${reason}` : "";
  return accessDenied(
    `User: ${callerArn} is not authorized to perform: ${authorization.action} on resource: ` +
      `${authorization.resourceLabel ?? authorization.resource}${because}`,
  );
}
