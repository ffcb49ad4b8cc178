import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

export function accessAnalyzerDenied(denial: Denial): AwsError {
  const { authorization, callerArn, reason, sameAccount } = denial;
  const because = sameAccount ? ` ${reason}` : "";
  const message =
    `User: ${callerArn} is not authorized to perform: ${authorization.action} ` +
    `on resource: ${authorization.resource}${because}`;
  return new AwsError("AccessDeniedException", message, { status: 403 });
}

/** A document that is no policy. Which words AWS has for it isn't known. */
export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message, { status: 400 });
}

/** A field whose value isn't what it must be. Source: API reference, ValidationException. */
export function invalidField(name: string, message: string): AwsError {
  return new AwsError("ValidationException", message, {
    status: 400,
    fields: { reason: "fieldValidationFailed", fieldList: [{ name, message }] },
  });
}
