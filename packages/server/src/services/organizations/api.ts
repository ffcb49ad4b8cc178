import type { ServiceApi } from "../../kernel/service.ts";
import { accountOperations } from "./accounts/accounts.ts";
import { createAccountOperations } from "./accounts/create-account.ts";
import { leavingOperations } from "./accounts/leaving.ts";
import { organizationsConstraints } from "./constraints.ts";
import type { OrganizationsDependencies } from "./dependencies.ts";
import { allFeaturesOperations } from "./handshakes/all-features.ts";
import { handshakeOperations } from "./handshakes/handshakes.ts";
import { invitationOperations } from "./handshakes/invitations.ts";
import { organizationOperations } from "./organization/organizations.ts";
import { resourcePolicyOperations } from "./organization/resource-policy.ts";
import { attachmentOperations } from "./policies/attachments.ts";
import { effectivePolicyOperations } from "./policies/effective-policies.ts";
import { policyOperations } from "./policies/policies.ts";
import { policyTypeOperations } from "./policies/policy-types.ts";
import { organizationsSchemas } from "./schema.ts";
import { administratorOperations } from "./services/administrators.ts";
import { trustedServiceOperations } from "./services/trusted-services.ts";
import { tagOperations } from "./tags/tags.ts";
import { childOperations } from "./units/children.ts";
import { unitOperations } from "./units/units.ts";

export function organizationsApi(deps: OrganizationsDependencies): ServiceApi {
  return {
    schemas: organizationsSchemas,
    constraints: organizationsConstraints,
    operations: {
      ...organizationOperations(deps),
      ...unitOperations(deps),
      ...childOperations(),
      ...createAccountOperations(deps),
      ...accountOperations(deps),
      ...policyOperations(deps),
      ...attachmentOperations(deps),
      ...policyTypeOperations(deps),
      ...effectivePolicyOperations(),
      ...leavingOperations(deps),
      ...trustedServiceOperations(deps),
      ...administratorOperations(deps),
      ...invitationOperations(deps),
      ...handshakeOperations(deps),
      ...allFeaturesOperations(deps),
      ...resourcePolicyOperations(deps),
      ...tagOperations(deps),
    },
  };
}
