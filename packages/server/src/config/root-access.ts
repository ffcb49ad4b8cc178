import type { Organization } from "../kernel/organization.ts";
import type { RootAccess } from "../kernel/root-access.ts";
import type { Config } from "./settings.ts";

/**
 * The default account manages the others, unless the organization's folder says which account does
 * and which belong to it. Only accounts of this server have a root user here.
 */
export function rootAccessOf(
  config: Pick<Config, "account" | "accounts">,
  organization: Organization | undefined,
): RootAccess {
  const managementAccountId = organization?.managementAccountId ?? config.account;
  const members = [config.account, ...config.accounts.map(({ id }) => id)].filter(
    (id) => id !== managementAccountId && (organization?.members.has(id) ?? true),
  );
  return { managementAccountId, memberAccountIds: new Set(members) };
}
