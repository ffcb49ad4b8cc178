import { parseArn } from "../../../kernel/arn.ts";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type { Reader } from "../../../kernel/store.ts";
import { invalidArn } from "../errors.ts";

const UNIQUE_ID = /^(AIDA|AROA)[A-Z0-9]{8,}$/;

/**
 * A grant's principal as it is stored: a user or role as its unique id, so that a later namesake
 * isn't granted anything. Throws InvalidArnException for one that isn't there.
 */
export async function storedPrincipal(
  principal: string,
  directory: IdentityDirectory,
  reader: Reader,
): Promise<string> {
  if (directory.isServicePrincipal(principal)) return principal;
  const arn = parseArn(principal);
  if (arn?.service === "iam" && arn.resource === "root") return principal;
  if (arn?.service === "sts" && arn.resource.startsWith("federated-user/")) return principal;
  const id = arn && (await directory.findPrincipalId(principal, reader));
  if (id === undefined) throw invalidArn(`ARN does not refer to a valid principal: ${principal}`);
  return id;
}

/** The ARN again; the unique id of a user or role that is gone. */
export async function shownPrincipal(
  stored: string,
  directory: IdentityDirectory,
  reader: Reader,
): Promise<string> {
  if (!UNIQUE_ID.test(stored)) return stored;
  return (await directory.findPrincipalArn(stored, reader)) ?? stored;
}

/** The stored form to look grants up by: an unknown principal has none. */
export async function soughtPrincipal(
  principal: string,
  directory: IdentityDirectory,
  reader: Reader,
): Promise<string> {
  if (!parseArn(principal)) return principal;
  return (await directory.findPrincipalId(principal, reader)) ?? principal;
}
