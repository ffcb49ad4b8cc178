import type { Clock } from "../../kernel/clock.ts";
import { defineService } from "../../kernel/define-service.ts";
import type { OrganizationFolder } from "../../kernel/organization-folder.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import type { OrganizationsDependencies } from "./dependencies.ts";
import { fillFromFolder } from "./directory/fill-from-folder.ts";
import { StoredOrganizations } from "./directory/organization-directory.ts";
import { organizationFeatures } from "./directory/organization-features.ts";
import { organizationsDenied } from "./errors.ts";
import { organizationsMigrations } from "./migrations.ts";
import { organizationsResourceTypes } from "./resources/organizations-type-names.ts";

interface OrganizationsNeeds extends ServiceDependencies, OrganizationsDependencies {
  readonly clock: Clock;
  /** A folder of policy files that fills an organization. */
  readonly organizationFolder: OrganizationFolder | undefined;
}

/** AWS Organizations: accounts in a tree, and the policies that bound them. */
export const organizations = defineService({
  title: "Organizations",
  definition: {
    name: "organizations",
    signingName: "organizations",
    protocol: "awsJson1_1",
    targetPrefix: "AWSOrganizationsV20161128",
    version: "2016-11-28",
  },
  migrations: organizationsMigrations,
  audit: { recordedIn: "us-east-1", resourceTypePrefix: "AWS::Organizations" },
  create: createOrganizations,
});

async function createOrganizations(needs: OrganizationsNeeds) {
  const { store, changes, clock, log, organizationFolder: folder } = needs;
  const directory = new StoredOrganizations(store, changes, log);
  const fill = async () => {
    if (folder) await fillFromFolder(folder, clock.nowMs(), needs);
  };
  await fill();
  return {
    api: async () => (await import("./api.ts")).organizationsApi(needs),
    accessDenied: organizationsDenied,
    /** The store was emptied, and IAM has counted a change of everything. */
    reset: fill,
    provides: { organizations: directory },
    contributes: {
      resourceTypes: [organizationsResourceTypes],
      organizations: [{ directory, features: organizationFeatures(changes) }],
    },
  };
}
