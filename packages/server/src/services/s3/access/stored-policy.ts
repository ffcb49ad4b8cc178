import { mapAwsPrincipals } from "../../../kernel/policy-principals.ts";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";

/*
 * A bucket policy names users and roles by ARN, but means the entity and not its name. So it is
 * kept with unique ids, and shown with ARNs while the entities exist; the id of a deleted one
 * shows.
 */

const ACCOUNT_ID = /^\d{12}$/;
const ACCOUNT_ROOT = /^arn:aws:iam::\d{12}:root$/;
const UNIQUE_ID = /^(AIDA|AROA)[A-Z0-9]{8,}$/;

type Directory = Pick<IdentityDirectory, "findPrincipalId" | "findPrincipalArn">;

/** `unknown` is called for each principal that doesn't exist, and throws. */
export function toStoredPolicy(
  text: string,
  directory: Directory,
  context: RequestContext,
  unknown: (principal: string) => never,
): Promise<string> {
  return mapAwsPrincipals(text, async (principal) => {
    if (principal === "*" || ACCOUNT_ROOT.test(principal)) return principal;
    if (ACCOUNT_ID.test(principal)) return `arn:aws:iam::${principal}:root`;
    if (UNIQUE_ID.test(principal)) {
      const arn = await directory.findPrincipalArn(principal, context);
      return arn === undefined ? unknown(principal) : principal;
    }
    return (await directory.findPrincipalId(principal, context)) ?? unknown(principal);
  });
}

export function toShownPolicy(
  stored: string,
  directory: Directory,
  context: RequestContext,
): Promise<string> | string {
  if (!stored.includes('"AIDA') && !stored.includes('"AROA')) return stored;
  return mapAwsPrincipals(stored, async (principal) => {
    if (!UNIQUE_ID.test(principal)) return principal;
    return (await directory.findPrincipalArn(principal, context)) ?? principal;
  });
}

/** The policy with its denials alone; null if it denies nothing. */
export function denialsOf(policy: string | null): string | null {
  if (policy === null) return null;
  const document = JSON.parse(policy) as { readonly Statement?: unknown };
  const statements = [document.Statement].flat() as readonly { readonly Effect?: unknown }[];
  const denials = statements.filter(({ Effect }) => Effect === "Deny");
  return denials.length === 0 ? null : JSON.stringify({ ...document, Statement: denials });
}
