import type { TrustZone } from "@rolecast/policy";
import type { OrganizationLevel, OrganizationMember } from "../../../kernel/organization.ts";
import { type OrganizationPorts, organizationsNow } from "../../../kernel/ports/organizations.ts";
import { isOfOrganization } from "../analyzer-type.ts";
import type { AnalyzerRow } from "../tables.ts";

export const ANALYZER_PRINCIPAL = "access-analyzer.amazonaws.com";

/** AWS's own policies, which every account has while policies of their kind are on. */
const FULL_ACCESS = "FullAWSAccess";

/** Why an analyzer finds nothing any more. Source: API reference, StatusReason. */
export type DisabledReason = "ORGANIZATION_DELETED" | "DELEGATED_ADMINISTRATOR_DEREGISTERED";

/** The accounts that an analyzer looks at, or the reason why it doesn't. */
export type AnalyzedZone =
  | (TrustZone & {
      readonly memberOf: (accountId: string) => OrganizationMember | undefined;
    })
  | { readonly disabled: DisabledReason };

export async function zoneOf(
  { account_id: accountId, type }: Pick<AnalyzerRow, "account_id" | "type">,
  ports: readonly OrganizationPorts[],
): Promise<AnalyzedZone> {
  const organizations = await organizationsNow(ports);
  const memberOf = (account: string) => organizations?.members.get(account);
  if (!isOfOrganization(type)) return { accounts: new Set([accountId]), memberOf };
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
  return { accounts, organizationId: organization.id, memberOf };
}

/** Whether one of the levels has a policy beside AWS's own. */
export function hasControlPolicies(levels: readonly OrganizationLevel[] = []): boolean {
  return levels.some(({ policies }) => policies.some(({ id }) => !id.includes(FULL_ACCESS)));
}
