import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

/** Codes are the model's shapes; awsQuery shows them by their older names. */
export function invalidParameterValue(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, { status: 400 });
}

export function invalidParameterCombination(message: string): AwsError {
  return new AwsError("InvalidParameterCombinationException", message, { status: 400 });
}

/** GetMetricData's error where the other operations have InvalidParameterValue. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message, { status: 400 });
}

export function missingParameter(name: string): AwsError {
  const message = `The parameter ${name} is required.`;
  return new AwsError("MissingRequiredParameterException", message, { status: 400 });
}

export function limitExceeded(message: string): AwsError {
  return new AwsError("LimitExceededException", message, { status: 400 });
}

export function accessDenied({ authorization, callerArn, reason, sameAccount }: Denial): AwsError {
  const because = sameAccount ? ` ${reason}` : "";
  return new AwsError(
    "AccessDenied",
    `User: ${callerArn} is not authorized to perform: ${authorization.action}${because}`,
    { status: 403 },
  );
}
