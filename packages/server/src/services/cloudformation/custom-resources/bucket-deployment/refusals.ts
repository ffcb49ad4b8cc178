import { AwsError } from "../../../../kernel/aws-error.ts";
import { ResourceError } from "../../../../kernel/resources.ts";

/** The provider's own refusal, as CloudFormation shows it. */
export function failedDeployment(message: string): ResourceError {
  return new ResourceError(
    "GeneralServiceException",
    `Received response status [FAILED] from custom resource. Message returned: ${message}`,
  );
}

/** S3's refusals stay as they are; whatever else fails is the archive's own. */
export function invalidArchive(error: unknown): unknown {
  if (error instanceof AwsError || error instanceof ResourceError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return failedDeployment(`The source isn't a zip archive that can be extracted: ${reason}`);
}
