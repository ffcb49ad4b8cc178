import type { FederationDirectory } from "../../kernel/ports/identity.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { type Eventual, whenKnown } from "../../kernel/when-known.ts";
import { forbidden } from "./errors.ts";

/**
 * Whether the caller gave a valid code of an MFA device of its own; false when it gave none.
 *
 * @throws AccessDenied in AWS's words for half of the two members, and for a code that isn't valid
 */
export function multiFactorAuth(
  input: { readonly SerialNumber?: string | undefined; readonly TokenCode?: string | undefined },
  federation: FederationDirectory,
  context: RequestContext,
): Eventual<boolean> {
  const { SerialNumber: serial, TokenCode: code } = input;
  if (serial === undefined && code === undefined) return false;
  if (serial === undefined || code === undefined)
    throw forbidden(
      "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    );
  const { principal } = context.caller;
  return whenKnown(federation.verifyMfaCode(principal, serial, code, context), (isValid) => {
    if (isValid) return true;
    throw forbidden("MultiFactorAuthentication failed with invalid MFA one time pass code. ");
  });
}
