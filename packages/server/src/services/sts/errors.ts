import { AwsError } from "../../kernel/aws-error.ts";

/** The short form that STS uses for AssumeRole, without a reason. */
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

/** Source: IAM and STS, "Common errors". */
export function throttling(message: string): AwsError {
  return new AwsError("Throttling", message, { status: 400 });
}

export function invalidIdentityToken(message: string): AwsError {
  return new AwsError("InvalidIdentityToken", message, { status: 400 });
}

export function expiredIdentityToken(message: string): AwsError {
  return new AwsError("ExpiredTokenException", message, { status: 400 });
}

export function idpRejectedClaim(message: string): AwsError {
  return new AwsError("IDPRejectedClaim", message, { status: 403 });
}

/** The cause is for the operator; a token's holder learns nothing about our network. */
export function idpCommunicationError(cause: unknown): AwsError {
  return new AwsError(
    "IDPCommunicationError",
    "The identity provider could not be reached to verify the incoming identity token.",
    { status: 400, cause },
  );
}

/** Refuses holders of an identity provider's tokens, without a word about the role. */
export function notAuthorized(action: string): AwsError {
  return forbidden(`Not authorized to perform ${action}`);
}

export function invalidAuthorizationMessage(): AwsError {
  return new AwsError(
    "InvalidAuthorizationMessageException",
    "The message contained invalid authorization message data.",
    { status: 400 },
  );
}

/**
 * An outside service's role has no new sessions while that service is asked whether it uses it.
 * AWS has no code for this; the code is IAM's for a resource that can't be changed for a moment.
 */
export function roleBeingDeleted(roleName: string): AwsError {
  return new AwsError(
    "EntityTemporarilyUnmodifiable",
    `The role ${roleName} is being deleted. Try again when its deletion task has finished.`,
    { status: 409 },
  );
}

export function outboundFederationDisabled(): AwsError {
  return new AwsError(
    "OutboundWebIdentityFederationDisabledException",
    "Outbound web identity federation is not enabled for this account.",
    { status: 403 },
  );
}

export function sessionDurationEscalation(): AwsError {
  return new AwsError(
    "SessionDurationEscalationException",
    "The requested token duration would extend the session beyond its original expiration time.",
    { status: 403 },
  );
}
