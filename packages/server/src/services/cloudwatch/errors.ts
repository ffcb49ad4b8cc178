import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

/** Codes are the model's shapes; awsQuery shows them by their older names. */
export function invalidParameterValue(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, { status: 400 });
}

export function invalidParameterCombination(message: string): AwsError {
  return new AwsError("InvalidParameterCombinationException", message, { status: 400 });
}

/** The error of GetMetricData, and of alarms, where other operations have InvalidParameterValue. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message, { status: 400 });
}

export function missingParameter(name: string): AwsError {
  return missingParameters([name]);
}

export function missingParameters(names: readonly string[]): AwsError {
  const message = names.map((name) => `The parameter ${name} is required.`).join("\n");
  return new AwsError("MissingRequiredParameterException", message, { status: 400 });
}

export function limitExceeded(message: string): AwsError {
  return new AwsError("LimitExceededException", message, { status: 400 });
}

export function tooManyAlarms(max: number): AwsError {
  const message = `The maximum limit of ${max} alarms has been exceeded.`;
  return new AwsError("LimitExceededFault", message, { status: 400 });
}

export function unsupportedStatistic(parameter: string, name: string): AwsError {
  return invalidParameterValue(`The value ${name} for parameter ${parameter} is not supported.`);
}

/** AWS sends it without a message. */
export function alarmNotFound(): AwsError {
  return new AwsError("ResourceNotFound", "", { status: 404 });
}

export function invalidStateReasonData(): AwsError {
  const message = "StateReasonData was not valid JSON";
  return new AwsError("InvalidFormatFault", message, { status: 400 });
}

export function invalidNextToken(): AwsError {
  const message = "The next token specified is invalid.";
  return new AwsError("InvalidNextToken", message, { status: 400 });
}

export function resourceNotFound(arn: string): AwsError {
  const message = `Resource ${arn} does not exist.`;
  return new AwsError("ResourceNotFoundException", message, { status: 404 });
}

export function dashboardNotFound(name: string): AwsError {
  const message = `Dashboard ${name} does not exist`;
  return new AwsError("DashboardNotFoundError", message, { status: 404 });
}

export interface DashboardFinding {
  readonly path: string;
  readonly message: string;
}

export function invalidDashboard(
  message: string,
  findings: readonly DashboardFinding[] = [],
): AwsError {
  const messages = findings.map(({ path, message: Message }) => ({ DataPath: path, Message }));
  const fields = messages.length > 0 ? { dashboardValidationMessages: messages } : {};
  return new AwsError("DashboardInvalidInputError", message, { status: 400, fields });
}

export function notImplemented(what: string): AwsError {
  return new AwsError("NotImplemented", `Rolecast's CloudWatch has no ${what}.`, { status: 501 });
}

export function accessDenied({ authorization, callerArn, reason, sameAccount }: Denial): AwsError {
  const { action, resource } = authorization;
  const because = sameAccount ? ` ${reason}` : "";
  // Actions that are decided on everything name no resource.
  const on = resource === "*" ? "" : ` on resource: ${resource}`;
  return new AwsError(
    "AccessDenied",
    `User: ${callerArn} is not authorized to perform: ${action}${on}${because}`,
    { status: 403 },
  );
}
