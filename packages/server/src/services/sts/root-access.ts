import type { OrganizationMember } from "../../kernel/organization.ts";
import type { AccountDirectory } from "../../kernel/ports/identity.ts";
import type { OrganizationDirectory } from "../../kernel/ports/organizations.ts";
import type { Reader } from "../../kernel/store.ts";

const IAM_PRINCIPAL = "iam.amazonaws.com";

export interface RootAccessDependencies {
  readonly organizations: OrganizationDirectory;
  readonly accounts: AccountDirectory;
  /** The default account, which manages all others while neither is in an organization. */
  readonly settings: { readonly account: string };
}

/**
 * Whether the first account may become root of the second: the organization's management account or
 * its delegated administrator for IAM may, once root sessions are enabled. Source: IAM User Guide,
 * "Centrally manage root access for member accounts".
 */
export async function mayBecomeRoot(
  callerId: string,
  targetId: string,
  { organizations, accounts, settings }: RootAccessDependencies,
  reader: Reader,
): Promise<boolean> {
  if (callerId === targetId) return false;
  if ((await accounts.findCreation(targetId, reader)) === undefined) return false;
  const known = organizations.current() ?? (await organizations.read());
  const caller = known.members.get(callerId);
  const target = known.members.get(targetId);
  if (!caller && !target) return callerId === settings.account;
  return manages(caller, target);
}

function manages(caller: OrganizationMember | undefined, target: OrganizationMember | undefined) {
  if (!caller || !target || caller.organization !== target.organization) return false;
  const { managementAccountId, rootFeatures, administrators } = caller.organization;
  if (target.accountId === managementAccountId || !rootFeatures.has("RootSessions")) return false;
  const delegates = administrators.get(IAM_PRINCIPAL);
  return caller.accountId === managementAccountId || delegates?.has(caller.accountId) === true;
}
