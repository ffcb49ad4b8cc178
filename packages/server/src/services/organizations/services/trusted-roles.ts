import type { Change } from "../access/organization-operation.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { createTrustedRole } from "../linked-role.ts";
import { trustedServicesOf } from "../rows/services.ts";

/** Makes the linked roles of all trusted services in an account that is new in the organization. */
export async function createTrustedRoles(
  accountId: string,
  { organization, tx, db }: Change,
  deps: OrganizationsDependencies,
): Promise<void> {
  for (const { service_principal: name } of await trustedServicesOf(
    organization.organization_id,
    db,
  ))
    if (deps.linkedRoles.has(name)) await createTrustedRole(name, accountId, tx, deps);
}
