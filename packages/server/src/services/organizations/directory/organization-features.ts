import { type ChangeCounter, ORGANIZATIONS_KEY } from "../../../kernel/ports/change-counter.ts";
import type { OrganizationFeatures } from "../../../kernel/ports/organizations.ts";
import { findPlace } from "../access/place.ts";
import { findOrganization, updateOrganization } from "../rows/organizations.ts";
import { administratorsOf, trustedServicesOf } from "../rows/services.ts";
import type { OrganizationsTables, RootFeatures } from "../tables.ts";
import { reportedPlace } from "./reported-place.ts";

/** Keeps IAM's features of organizations. */
export function organizationFeatures(changes: ChangeCounter): OrganizationFeatures {
  return {
    find: async (accountId, reader) => {
      const db = reader.db<OrganizationsTables>();
      const place = await findPlace(accountId, db);
      if (!place) return undefined;
      const { organization } = place;
      const { organization_id: organizationId } = organization;
      const services = await trustedServicesOf(organizationId, db);
      const administrators = await administratorsOf(organizationId, db);
      return {
        organizationId,
        managementAccountId: organization.management_account_id,
        hasAllFeatures: organization.feature_set === "ALL",
        trusts: (principal) =>
          services.some(({ service_principal }) => service_principal === principal),
        isDelegatedAdministrator: (principal) =>
          administrators.some(
            ({ account_id, service_principal }) =>
              account_id === accountId && service_principal === principal,
          ),
        features: JSON.parse(organization.root_features) as RootFeatures,
      };
    },
    findPlace: (organizationId, path, policyId, reader) =>
      reportedPlace(organizationId, path, policyId, reader.db<OrganizationsTables>()),
    setFeature: async (organizationId, feature, isEnabled, tx) => {
      const { db } = tx.tables<OrganizationsTables>();
      await changes.bump(tx, ORGANIZATIONS_KEY);
      const organization = await findOrganization(organizationId, db);
      if (!organization) return;
      const features = new Set(JSON.parse(organization.root_features) as RootFeatures);
      if (isEnabled) features.add(feature);
      else features.delete(feature);
      const root_features = JSON.stringify([...features]);
      await updateOrganization(organizationId, { root_features }, db);
    },
  };
}
