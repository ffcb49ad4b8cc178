import { isAccountId } from "../../../kernel/arn.ts";
import { mapAwsPrincipals } from "../../../kernel/policy-principals.ts";
import { malformedPolicyDocument } from "../errors.ts";
import { isPrincipalId, principalArnOf, principalIdOf } from "../identities/principal-ids.ts";
import type { Db } from "../tables.ts";

/*
 * A trust policy names users and roles by ARN, but means the entity and not its name: another one
 * that later gets the same name isn't trusted. So documents are stored with unique ids and shown
 * with ARNs while the entities exist. Source: IAM User Guide, "AWS JSON policy elements:
 * Principal".
 */

/** The document as it is stored and matched. @throws MalformedPolicyDocument for unknown ones */
export function storedTrustPolicy(db: Db, text: string): Promise<string> {
  return mapAwsPrincipals(text, async (principal) => {
    const stored = await storedPrincipal(db, principal);
    if (stored !== undefined) return stored;
    throw malformedPolicyDocument(`Invalid principal in policy: "AWS":"${principal}"`);
  });
}

/** The document as it is shown: the ids of deleted entities stay ids. */
export async function shownTrustPolicy(db: Db, stored: string): Promise<string> {
  if (!stored.includes('"AIDA') && !stored.includes('"AROA')) return stored;
  return mapAwsPrincipals(stored, async (principal) => {
    if (!isPrincipalId(principal)) return principal;
    return (await principalArnOf(db, principal)) ?? principal;
  });
}

/** Undefined for a user or role that doesn't exist. */
async function storedPrincipal(db: Db, principal: string): Promise<string | undefined> {
  // An account is shown as it was sent, by its number or as its root user's ARN.
  if (principal === "*" || isAccountId(principal)) return principal;
  if (!isPrincipalId(principal)) return principalIdOf(db, principal);
  return (await principalArnOf(db, principal)) === undefined ? undefined : principal;
}
