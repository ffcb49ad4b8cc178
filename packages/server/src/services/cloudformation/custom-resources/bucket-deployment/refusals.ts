import { ResourceError } from "../../../../kernel/resources.ts";

/** The provider's own refusal, as CloudFormation shows it. */
export function failedDeployment(message: string): ResourceError {
  return new ResourceError(
    "GeneralServiceException",
    `Received response status [FAILED] from custom resource. Message returned: ${message}`,
  );
}

/** The refusal of properties that can't be. */
export function invalidDeployment(message: string): ResourceError {
  return new ResourceError("InvalidRequest", message);
}

/** The refusal for an error in reading an archive; errors of S3 and of this server stay. */
export function invalidArchive(error: unknown): unknown {
  if (!isOfArchive(error)) return error;
  const message = `The source isn't a zip archive that can be extracted: ${error.message}`;
  return failedDeployment(message);
}

/** The zip reader's errors have no class or code of their own, zlib's have a code. */
function isOfArchive(error: unknown): error is Error {
  if (!(error instanceof Error) || error.constructor !== Error) return false;
  return !("code" in error) || String(error.code).startsWith("Z_");
}
