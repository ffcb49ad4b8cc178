import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";
import { arns } from "./resource-arn.ts";

type Fields = Readonly<Record<string, unknown>>;

function chatError(code: string, status: number, message: string, fields: Fields = {}): AwsError {
  return new AwsError(code, message, { status, fields });
}

/** A value that no constraint of the model describes. */
export function validation(message: string): AwsError {
  return chatError("ValidationException", 400, message, { reason: "OTHER", fieldList: [] });
}

/** A field's value is refused: `Request member: uri failed to satisfy the constraints: …`. */
export function invalidField(name: string, rule: string): AwsError {
  const message = `Request member: ${name} failed to satisfy the constraints: ${rule}`;
  const fieldList = [{ name, message: rule }];
  return chatError("ValidationException", 400, message, {
    reason: "FIELD_VALIDATION_FAILED",
    fieldList,
  });
}

/** The model has one value of resourceType, which is a room's; for others AWS's isn't published. */
function resourceOf(arn: string): Fields {
  return { resourceId: arns.parse(arn)?.id ?? arn, resourceType: "ROOM" };
}

export function resourceNotFound(arn: string): AwsError {
  const message = `Resource: ${arn} not found`;
  return chatError("ResourceNotFoundException", 404, message, resourceOf(arn));
}

export function conflict(message: string, arn: string): AwsError {
  return chatError("ConflictException", 409, message, resourceOf(arn));
}

export function accessDenied(message: string, cause?: unknown): AwsError {
  return new AwsError("AccessDeniedException", message, {
    status: 403,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** 402 Payment Required, as the service's model has it. */
export function quotaExceeded(what: string, limit: number): AwsError {
  return chatError("ServiceQuotaExceededException", 402, `Quota exceeded: ${what}`, {
    ...{ resourceId: "*", resourceType: "ROOM" },
    limit,
  });
}

export function throttled(operation: string, limit: number, resource: string): AwsError {
  const message =
    `Operation: ivschat:${operation} exceeded call rate: ${limit} for ` + `resource: ${resource}`;
  return chatError("ThrottlingException", 429, message, { ...resourceOf(resource), limit });
}

/** The gateway's refusal of an operation in the words of IVS Chat. */
export function denialError(denial: Denial): AwsError {
  const { authorization, callerArn, reason, sameAccount } = denial;
  const because = sameAccount ? ` ${reason}` : "";
  return accessDenied(
    `User: ${callerArn} is not authorized to perform: ${authorization.action} on resource: ` +
      `${authorization.resourceLabel ?? authorization.resource}${because}`,
  );
}
