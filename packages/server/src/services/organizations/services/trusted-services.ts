import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { type Change, change, inOrganization } from "../access/organization-operation.ts";
import { dbOf } from "../access/place.ts";
import { principalKey } from "../access/request-keys.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { constraintViolation, invalidInput } from "../errors.ts";
import { createTrustedRole } from "../linked-role.ts";
import { pageOfList } from "../page.ts";
import { accountsOf } from "../rows/accounts.ts";
import {
  administratorsOf,
  findTrustedService,
  insertTrustedService,
  removeTrustedService,
  trustedServicesOf,
} from "../rows/services.ts";
import { isIntegrated } from "./integrated-services.ts";

/** EnableAWSServiceAccess, DisableAWSServiceAccess, ListAWSServiceAccessForOrganization. */
export function trustedServiceOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    EnableAWSServiceAccess: inOrganization({
      action: "organizations:EnableAWSServiceAccess",
      access: "management",
      context: ({ ServicePrincipal }) => principalKey(ServicePrincipal),
      handle: ({ ServicePrincipal: name }, context) => {
        requireIntegrated(name);
        return change(deps, context, async (tx) => {
          const { organization, db } = tx;
          const { organization_id } = organization;
          if (organization.feature_set !== "ALL") throw notAllFeatures();
          if (await findTrustedService(organization_id, name, db)) return {};
          const row = { organization_id, service_principal: name, enabled_ms: context.nowMs };
          await insertTrustedService(row, db);
          await createRolesOf(name, tx, deps);
          return {};
        });
      },
    }),
    DisableAWSServiceAccess: inOrganization({
      action: "organizations:DisableAWSServiceAccess",
      access: "management",
      context: ({ ServicePrincipal }) => principalKey(ServicePrincipal),
      handle: ({ ServicePrincipal: name }, context) => {
        requireIntegrated(name);
        return change(deps, context, async ({ organization: { organization_id }, db }) => {
          const administrators = await administratorsOf(organization_id, db);
          if (administrators.some(({ service_principal }) => service_principal === name))
            throw constraintViolation(
              "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
              "You must deregister the service's delegated administrators first.",
            );
          await removeTrustedService(organization_id, name, db);
          return {};
        });
      },
    }),
    ListAWSServiceAccessForOrganization: inOrganization({
      action: "organizations:ListAWSServiceAccessForOrganization",
      access: "read",
      handle: async (input, context, { organization: { organization_id } }) => {
        const all = await trustedServicesOf(organization_id, dbOf(context));
        const list = ["services", organization_id];
        const page = await pageOfList(input, list, all, (row) => row.service_principal);
        const view = (row: (typeof all)[number]) => ({
          ServicePrincipal: row.service_principal,
          DateEnabled: new Date(row.enabled_ms),
        });
        return { EnabledServicePrincipals: page.rows.map(view), ...page.rest };
      },
    }),
  });
}

/** @throws InvalidInput */
export function requireIntegrated(servicePrincipal: string): void {
  if (!isIntegrated(servicePrincipal))
    throw invalidInput(
      "UNRECOGNIZED_SERVICE_PRINCIPAL",
      "You specified an unrecognized service principal.",
    );
}

function notAllFeatures() {
  return constraintViolation(
    "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
    "This operation can be performed only for organizations with all features enabled.",
  );
}

/** Makes the service's linked role in each member that is open, if the service has one. */
async function createRolesOf(
  servicePrincipal: string,
  { organization, tx, db }: Change,
  deps: OrganizationsDependencies,
): Promise<void> {
  if (!deps.linkedRoles.has(servicePrincipal)) return;
  for (const { account_id, closed_ms } of await accountsOf(organization.organization_id, db)) {
    const isMember = account_id !== organization.management_account_id && closed_ms === null;
    if (isMember) await createTrustedRole(servicePrincipal, account_id, tx, deps);
  }
}
