import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { type Change, change, inOrganization } from "../access/organization-operation.ts";
import { typeKey } from "../access/request-keys.ts";
import { onTarget } from "../access/targets.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { notFound, refused } from "../errors.ts";
import type { PolicyType } from "../policy-type.ts";
import { accountsOf } from "../rows/accounts.ts";
import { removeAttachmentsOfType } from "../rows/attachments.ts";
import { updateOrganization } from "../rows/organizations.ts";
import { unitsOf } from "../rows/units.ts";
import { enabledTypes, rootView } from "../views.ts";
import { attachAwsPolicies } from "./aws-policies.ts";
import { requireAllFeatures } from "./policies.ts";

/** EnablePolicyType, DisablePolicyType. */
export function policyTypeOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    EnablePolicyType: inOrganization({
      action: "organizations:EnablePolicyType",
      access: "delegable",
      on: ({ RootId }, place, db) => onTarget(RootId, place, db),
      context: ({ PolicyType }) => typeKey(PolicyType),
      handle: ({ RootId, PolicyType }, context) =>
        change(deps, context, async (place) => {
          const { organization, db } = place;
          if (RootId !== organization.root_id) throw notFound("Root");
          requireAllFeatures(organization);
          if (enabledTypes(organization).includes(PolicyType))
            throw refused(
              "PolicyTypeAlreadyEnabled",
              "The specified policy type is already enabled.",
            );
          await attachEverywhere(PolicyType, place, context.nowMs);
          const types = [...enabledTypes(organization), PolicyType];
          const policy_types = JSON.stringify(types);
          await updateOrganization(organization.organization_id, { policy_types }, db);
          return { Root: rootView({ ...organization, policy_types }) };
        }),
    }),
    DisablePolicyType: inOrganization({
      action: "organizations:DisablePolicyType",
      access: "delegable",
      on: ({ RootId }, place, db) => onTarget(RootId, place, db),
      context: ({ PolicyType }) => typeKey(PolicyType),
      handle: ({ RootId, PolicyType }, context) =>
        change(deps, context, async ({ organization, db }) => {
          const { organization_id, root_id } = organization;
          if (RootId !== root_id) throw notFound("Root");
          const types = enabledTypes(organization);
          if (!types.includes(PolicyType))
            throw refused(
              "PolicyTypeNotEnabled",
              "This operation can be performed only for enabled policy types.",
            );
          await removeAttachmentsOfType(organization_id, PolicyType, db);
          const policy_types = JSON.stringify(types.filter((type) => type !== PolicyType));
          await updateOrganization(organization_id, { policy_types }, db);
          return { Root: rootView({ ...organization, policy_types }) };
        }),
    }),
  });
}

/** Attaches AWS's own policy of the type to the root, all units and all accounts. */
async function attachEverywhere(
  type: PolicyType,
  { organization, db }: Change,
  nowMs: number,
): Promise<void> {
  const { organization_id, root_id } = organization;
  const units = await unitsOf(organization_id, db);
  const accounts = await accountsOf(organization_id, db);
  const targets = [
    root_id,
    ...units.map(({ unit_id }) => unit_id),
    ...accounts.map(({ account_id }) => account_id),
  ];
  await attachAwsPolicies(organization, targets, nowMs, db, [type]);
}
