import { AwsError } from "../../kernel/aws-error.ts";

/** The short form that STS uses for AssumeRole: it never tells a reason. */
export function accessDenied(callerArn: string, action: string, resource: string): AwsError {
  return new AwsError(
    "AccessDenied",
    `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource}`,
    { status: 403 },
  );
}

export function forbidden(message: string): AwsError {
  return new AwsError("AccessDenied", message, { status: 403 });
}

export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message, { status: 400 });
}

export function invalidParameterValue(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message, { status: 400 });
}

export function malformedPolicyDocument(message: string): AwsError {
  return new AwsError("MalformedPolicyDocument", message, { status: 400 });
}

export function packedPolicyTooLarge(message: string): AwsError {
  return new AwsError("PackedPolicyTooLarge", message, { status: 400 });
}
