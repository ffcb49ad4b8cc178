import { AwsError } from "../../kernel/aws-error.ts";

export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, { status: 404 });
}

/** The refusal for an id that no kept decision or request of the account has. */
export function unknownDecision(authorizationId: string): AwsError {
  return notFound(
    `No denial of this account has the id ${authorizationId}. Denials are kept for 24 hours.`,
  );
}
