import type { ServiceApi } from "../../kernel/service.ts";
import { accountOperations } from "./accounts/accounts.ts";
import { createAccountOperations } from "./accounts/create-account.ts";
import { organizationsConstraints } from "./constraints.ts";
import type { OrganizationsDependencies } from "./dependencies.ts";
import { organizationOperations } from "./organization/organizations.ts";
import { attachmentOperations } from "./policies/attachments.ts";
import { policyOperations } from "./policies/policies.ts";
import { policyTypeOperations } from "./policies/policy-types.ts";
import { organizationsSchemas } from "./schema.ts";
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
    },
  };
}
