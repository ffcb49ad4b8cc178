import { AwsError } from "../../../kernel/aws-error.ts";

/** Source: API reference, JobError. */
export type JobErrorCode =
  | "AUTHORIZATION_ERROR"
  | "RESOURCE_NOT_FOUND_ERROR"
  | "SERVICE_QUOTA_EXCEEDED_ERROR"
  | "SERVICE_ERROR";

/** Ends a job as failed, with the reason that GetGeneratedPolicy shows. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";
  readonly code: JobErrorCode;

  constructor(code: JobErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The failure of a job whose role was refused something, or didn't find it. */
export function failureOf(error: unknown, doing: string): unknown {
  if (!(error instanceof AwsError) || error.status >= 500) return error;
  const code =
    error.status === 404 || /NotFound|NoSuch/.test(error.code)
      ? "RESOURCE_NOT_FOUND_ERROR"
      : "AUTHORIZATION_ERROR";
  return new JobFailure(code, `${doing}: ${error.message}`, error);
}
