import { ResourceError, type ResourceModel } from "../../../kernel/resources.ts";

/** Source: CloudFormation user guide, `AWS::CloudFormation::CustomResource`, ServiceTimeout. */
const SECONDS_MAX = 3_600;

/** How long a custom resource's provider has for a step. */
export function serviceTimeoutMs({ ServiceTimeout = SECONDS_MAX }: ResourceModel): number {
  const seconds = Number(ServiceTimeout);
  if (seconds >= 1 && seconds <= SECONDS_MAX) return seconds * 1_000;
  throw new ResourceError(
    "InvalidRequest",
    `ServiceTimeout must be between 1 and ${SECONDS_MAX} seconds.`,
  );
}

/** The failure of a step whose provider hasn't answered by then. */
export function noResponse(requestId: string): ResourceError {
  return new ResourceError(
    "GeneralServiceException",
    "CloudFormation did not receive a response from your Custom Resource. " +
      `Please check your logs for requestId [${requestId}].`,
  );
}
