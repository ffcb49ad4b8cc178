import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

/*
 * Codes: KMS API reference, the operations' errors. KMS answers all of them with 400, whatever its
 * model says, and so it does for a refusal.
 */

function kmsError(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 400 });
}

export function validation(message: string): AwsError {
  return kmsError("ValidationException", message);
}

export function keyNotFound(arn: string): AwsError {
  return kmsError("NotFoundException", `Key '${arn}' does not exist`);
}

export function aliasNotFound(arn: string): AwsError {
  return kmsError("NotFoundException", `Alias ${arn} is not found.`);
}

export function notFound(message: string): AwsError {
  return kmsError("NotFoundException", message);
}

/** A text that names no key, whatever there is. */
export function invalidKeyId(text: string): AwsError {
  return notFound(`Invalid keyId '${text}'`);
}

/** An alias where KMS wants the key itself. */
export function aliasNotAccepted(alias: string): AwsError {
  return notFound(`Invalid keyId ${alias}`);
}

export function invalidArn(message: string): AwsError {
  return kmsError("InvalidArnException", message);
}

export function disabled(arn: string): AwsError {
  return kmsError("DisabledException", `${arn} is disabled.`);
}

export function invalidState(message: string): AwsError {
  return kmsError("KMSInvalidStateException", message);
}

/** KMS says no more: the text, its context or its key isn't the one that it was made with. */
export function invalidCiphertext(): AwsError {
  return kmsError("InvalidCiphertextException", "");
}

/** Verify says no more. */
export function invalidSignature(): AwsError {
  return kmsError("KMSInvalidSignatureException", "");
}

export function invalidMac(): AwsError {
  return kmsError("KMSInvalidMacException", "");
}

export function incorrectKey(): AwsError {
  return kmsError(
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
  );
}

export function invalidKeyUsage(message: string): AwsError {
  return kmsError("InvalidKeyUsageException", message);
}

export function dryRun(): AwsError {
  return kmsError(
    "DryRunOperationException",
    "The request would have succeeded, but the DryRun option is set.",
  );
}

export function malformedPolicy(message: string): AwsError {
  return kmsError("MalformedPolicyDocumentException", message);
}

export function alreadyExists(arn: string): AwsError {
  return kmsError("AlreadyExistsException", `An alias with the name ${arn} already exists`);
}

export function replicaExists(arn: string): AwsError {
  return kmsError("AlreadyExistsException", `Key '${arn}' already exists`);
}

/** A token that wasn't made for this key. */
export function invalidImportToken(): AwsError {
  return kmsError("InvalidImportTokenException", "The import token is invalid.");
}

export function expiredImportToken(): AwsError {
  return kmsError("ExpiredImportTokenException", "The import token has expired.");
}

/** Material of another form than the key's spec asks, or another than was imported before. */
export function incorrectKeyMaterial(message: string): AwsError {
  return kmsError("IncorrectKeyMaterialException", message);
}

export function limitExceeded(message: string): AwsError {
  return kmsError("LimitExceededException", message);
}

export function invalidTag(message: string): AwsError {
  return kmsError("TagException", message);
}

export function invalidMarker(): AwsError {
  return kmsError("InvalidMarkerException", "The marker is invalid.");
}

export function invalidGrantId(message: string): AwsError {
  return kmsError("InvalidGrantIdException", message);
}

export function invalidGrantToken(): AwsError {
  return kmsError("InvalidGrantTokenException", "The grant token is invalid.");
}

/** Aliases and keys that only AWS's services may make. */
export function notAuthorized(): AwsError {
  return kmsError("NotAuthorizedException", "");
}

export function unsupported(message: string): AwsError {
  return kmsError("UnsupportedOperationException", message);
}

/** A kind of key that the operation isn't for: `fact` says which (`origin is EXTERNAL`). */
export function notForKey(arn: string, fact: string): AwsError {
  return unsupported(`${arn} ${fact} which is not valid for this operation.`);
}

/** Material that comes while other material waits for a rotation. */
export function otherPending(arn: string, id: string, pending: string): AwsError {
  const what = `New key material (id: ${id}) cannot be imported into KMS key ${arn}`;
  return invalidState(
    `${what}, because another key material (id: ${pending}) is pending rotation.`,
  );
}

/** A key with imported material can be rotated once more material was imported. */
export function nothingPending(arn: string): AwsError {
  return invalidState(`No available key material pending rotation for the key: ${arn}.`);
}

/** A replica, or a key of one Region, where KMS wants a primary key. */
export function notPrimary(arn: string): AwsError {
  return unsupported(`${arn} is not a multi-region primary key.`);
}

/** The error for what AWS's KMS has and this server's hasn't. */
export function notBuilt(what: string): AwsError {
  return unsupported(`Rolecast's KMS doesn't have ${what}.`);
}

/** Throws UnsupportedOperationException: there are no enclaves here to answer to. */
export function refuseRecipient(recipient: object | undefined): void {
  if (recipient !== undefined) throw notBuilt("Recipient (answers for Nitro enclaves)");
}

const CLOSED_OR_ABSENT = [
  "because the resource does not exist in this Region, no resource-based policies allow access,",
  "or a resource-based policy explicitly denies access",
].join(" ");

/**
 * A refusal. To another account KMS doesn't say whether there is such a key, and names none.
 * Source: KMS developer guide, "Troubleshooting AWS KMS permissions".
 */
export function kmsAccessDenied(denial: Denial): AwsError {
  const { authorization, callerArn, reason, sameAccount } = denial;
  const { action, resource, resourceLabel } = authorization;
  const where =
    sameAccount || resource === "*"
      ? `on resource: ${resource} ${reason}`
      : `on ${resourceLabel ?? "this resource"} ${CLOSED_OR_ABSENT}`;
  const message = `User: ${callerArn} is not authorized to perform: ${action} ${where}`;
  return kmsError("AccessDeniedException", message);
}
