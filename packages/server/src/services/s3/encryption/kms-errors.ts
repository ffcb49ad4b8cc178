import { AwsError } from "../../../kernel/aws-error.ts";
import { accessDenied } from "../errors.ts";

/** What KMS refuses, as S3 says it: its denials are S3's own, all else names KMS in its code. */
export async function asS3Refusal<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof AwsError) || error.fault === "server") throw error;
    if (error.code === "AccessDeniedException") throw accessDenied(error.message, error);
    throw new AwsError(`KMS.${error.code}`, error.message, { status: 400, cause: error });
  }
}
