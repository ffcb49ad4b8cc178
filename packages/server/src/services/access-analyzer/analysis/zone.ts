import type { TrustZone } from "@rolecast/policy";
import type { Organizations } from "../../../kernel/organization.ts";
import { type OrganizationPorts, organizationsNow } from "../../../kernel/ports/organizations.ts";
import type { AnalyzerRow, AnalyzerType } from "../tables.ts";

export const ANALYZER_PRINCIPAL = "access-analyzer.amazonaws.com";

/** The policy that every account has while resource control policies are on. */
const FULL_ACCESS = "RCPFullAWSAccess";

export function isOfOrganization(type: AnalyzerType): boolean {
  return type.startsWith("ORGANIZATION");
}

export function isOfUnusedAccess(type: AnalyzerType): boolean {
  return type.endsWith("UNUSED_ACCESS");
}

/** Why an analyzer finds nothing any more. Source: API reference, StatusReason. */
export type DisabledReason = "ORGANIZATION_DELETED" | "DELEGATED_ADMINISTRATOR_DEREGISTERED";

/** The accounts that an analyzer looks at, or the reason why it doesn't. */
export type AnalyzedZone =
  | (TrustZone & {
      /** Whether a resource control policy bears on an account beside AWS's own. */
      readonly isRestricted: (accountId: string) => boolean;
    })
  | { readonly disabled: DisabledReason };

export async function zoneOf(
  { account_id: accountId, type }: Pick<AnalyzerRow, "account_id" | "type">,
  ports: readonly OrganizationPorts[],
): Promise<AnalyzedZone> {
  const organizations = await organizationsNow(ports);
  const isRestricted = (account: string) => hasControlPolicies(organizations, account);
  if (!isOfOrganization(type)) return { accounts: new Set([accountId]), isRestricted };
  const organization = organizations?.members.get(accountId)?.organization;
  if (!organizations || !organization) return { disabled: "ORGANIZATION_DELETED" };
  const administrators = organization.administrators.get(ANALYZER_PRINCIPAL);
  const mayLook =
    organization.managementAccountId === accountId || administrators?.has(accountId) === true;
  if (!mayLook) return { disabled: "DELEGATED_ADMINISTRATOR_DEREGISTERED" };
  const members = [...organizations.members.values()].filter(
    (member) => member.organization.id === organization.id,
  );
  const accounts = new Set(members.map((member) => member.accountId));
  return { accounts, organizationId: organization.id, isRestricted };
}

function hasControlPolicies(organizations: Organizations | undefined, accountId: string): boolean {
  const levels = organizations?.members.get(accountId)?.rcpLevels ?? [];
  return levels.some(({ policies }) => policies.some(({ id }) => !id.includes(FULL_ACCESS)));
}
