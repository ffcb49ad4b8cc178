import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { ORGANIZATIONS_KEY } from "../../../kernel/ports/change-counter.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { change, inOrganization } from "../access/organization-operation.ts";
import { dbOf } from "../access/place.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { alreadyInOrganization, organizationNotEmpty } from "../errors.ts";
import { createCallersRole } from "../linked-role.ts";
import { recordJoining } from "../membership-events.ts";
import { newOrganizationId, newRootId } from "../names.ts";
import { pageOfList } from "../page.ts";
import { attachAwsPolicies } from "../policies/aws-policies.ts";
import { countAccounts, findAccount, findMembership, insertAccount } from "../rows/accounts.ts";
import { insertOrganization, removeOrganization } from "../rows/organizations.ts";
import type { AccountRow, OrganizationRow, OrganizationsTables } from "../tables.ts";
import { defaultEmail, organizationView, rootView } from "../views.ts";

/** CreateOrganization, DescribeOrganization, DeleteOrganization, ListRoots. */
export function organizationOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    CreateOrganization: {
      authorize: () => ({ action: "organizations:CreateOrganization", resource: "*" }),
      handle: ({ FeatureSet = "ALL" }, context) =>
        context.transaction<OrganizationsTables, organizations.CreateOrganizationResponse>(
          async (tx) => {
            await deps.changes.bump(tx, ORGANIZATIONS_KEY);
            const accountId = requireAccount(context);
            if (await findMembership(accountId, tx.db)) throw alreadyInOrganization();
            const row = newOrganization(accountId, FeatureSet, context, deps);
            await insertOrganization(row, tx.db);
            const account = managementAccount(row, accountId, context.nowMs);
            await insertAccount(account, tx.db);
            await attachAwsPolicies(row, [row.root_id, accountId], context.nowMs, tx.db);
            await recordJoining(accountId, "Invited", context.nowMs, row, tx.tables(), deps);
            if (FeatureSet === "ALL")
              await createCallersRole(accountId, context, tx.tables(), deps);
            return { Organization: organizationView(row, account.email) };
          },
        ),
    },
    DescribeOrganization: inOrganization({
      action: "organizations:DescribeOrganization",
      access: "member",
      handle: async (_input, context, { organization }) => {
        const { organization_id: id, management_account_id: managementId } = organization;
        const management = await findAccount(id, managementId, dbOf(context));
        return { Organization: organizationView(organization, management?.email) };
      },
    }),
    DeleteOrganization: inOrganization({
      action: "organizations:DeleteOrganization",
      access: "management",
      handle: (_input, context) =>
        change(deps, context, async ({ organization: { organization_id: id }, db }) => {
          if ((await countAccounts(id, db)) > 1) throw organizationNotEmpty();
          await removeOrganization(id, db);
          return {};
        }),
    }),
    ListRoots: inOrganization({
      action: "organizations:ListRoots",
      access: "read",
      handle: async (input, _context, { organization }) => {
        const list = ["roots", organization.organization_id];
        const roots = [rootView(organization)];
        const { rows, rest } = await pageOfList(input, list, roots, ({ Id = "" }) => Id);
        return { Roots: [...rows], ...rest };
      },
    }),
  });
}

/** With all features, service control policies are on from the beginning. */
function newOrganization(
  accountId: string,
  featureSet: OrganizationRow["feature_set"],
  { nowMs }: RequestContext,
  { ids }: OrganizationsDependencies,
): OrganizationRow {
  return {
    organization_id: newOrganizationId(ids),
    management_account_id: accountId,
    root_id: newRootId(ids),
    feature_set: featureSet,
    created_ms: nowMs,
    policy_types: JSON.stringify(featureSet === "ALL" ? ["SERVICE_CONTROL_POLICY"] : []),
    root_tags: "{}",
    root_features: "[]",
    delegation_policy: null,
    delegation_policy_id: null,
    delegation_policy_tags: "{}",
    folder_digest: null,
  };
}

function managementAccount(
  { organization_id, root_id }: OrganizationRow,
  accountId: string,
  nowMs: number,
): AccountRow {
  return {
    account_id: accountId,
    organization_id,
    parent_id: root_id,
    name: accountId,
    email: defaultEmail(accountId),
    joined_method: "INVITED",
    joined_ms: nowMs,
    closed_ms: null,
    tags: "{}",
  };
}
