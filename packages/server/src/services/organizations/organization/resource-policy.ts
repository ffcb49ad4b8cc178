import type * as organizations from "@aws-sdk/client-organizations";
import { compilePolicy, PolicyCompileError } from "@rolecast/policy";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { change, inOrganization } from "../access/organization-operation.ts";
import { tagContext, withTags } from "../access/request-keys.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { invalidInput, notFound } from "../errors.ts";
import { newResourcePolicyId, resourcePolicyArn } from "../names.ts";
import { updateOrganization } from "../rows/organizations.ts";
import type { OrganizationRow } from "../tables.ts";

/**
 * Actions that can't be delegated: those on accounts and on the organization itself. Source:
 * Organizations User Guide, "Supported actions for delegated policies".
 */
const DELEGABLE_WRITES: ReadonlySet<string> = new Set(
  [
    ...["AttachPolicy", "CreatePolicy", "DeletePolicy", "DetachPolicy", "DisablePolicyType"],
    ...["EnablePolicyType", "TagResource", "UntagResource", "UpdatePolicy"],
  ].map((name) => `organizations:${name}`.toLowerCase()),
);

/** PutResourcePolicy, DescribeResourcePolicy, DeleteResourcePolicy. */
export function resourcePolicyOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    PutResourcePolicy: inOrganization({
      action: "organizations:PutResourcePolicy",
      access: "management",
      on: (_input, { organization }) => [
        { arn: resourcePolicyArn(organization, organization.delegation_policy_id ?? "rp-*") },
      ],
      context: ({ Tags }) => tagContext(Tags),
      handle: ({ Content, Tags }, context) => {
        checkDelegation(Content);
        return change(deps, context, async ({ organization, db }) => {
          const id = organization.delegation_policy_id ?? newResourcePolicyId(deps.ids);
          const policy = {
            delegation_policy: Content,
            delegation_policy_id: id,
            delegation_policy_tags: withTags(organization.delegation_policy_tags, Tags, context),
          };
          await updateOrganization(organization.organization_id, policy, db);
          return { ResourcePolicy: resourcePolicyView({ ...organization, ...policy }) };
        });
      },
    }),
    DescribeResourcePolicy: inOrganization({
      action: "organizations:DescribeResourcePolicy",
      access: "read",
      handle: (_input, _context, { organization }) => {
        if (organization.delegation_policy === null) throw notFound("ResourcePolicy");
        return { ResourcePolicy: resourcePolicyView(organization) };
      },
    }),
    DeleteResourcePolicy: inOrganization({
      action: "organizations:DeleteResourcePolicy",
      access: "management",
      handle: (_input, context) =>
        change(deps, context, async ({ organization, db }) => {
          if (organization.delegation_policy === null) throw notFound("ResourcePolicy");
          const none = { delegation_policy: null, delegation_policy_id: null };
          const policy = { ...none, delegation_policy_tags: "{}" };
          await updateOrganization(organization.organization_id, policy, db);
          return {};
        }),
    }),
  });
}

function resourcePolicyView(organization: OrganizationRow): organizations.ResourcePolicy {
  const Id = organization.delegation_policy_id ?? "";
  return {
    ResourcePolicySummary: { Id, Arn: resourcePolicyArn(organization, Id) },
    Content: organization.delegation_policy ?? "",
  };
}

/** @throws InvalidInput */
function checkDelegation(content: string): void {
  try {
    const source = { kind: "resource", id: "organization", managed: false } as const;
    for (const { start, end } of compilePolicy(content, source).statements) {
      const statement = JSON.parse(content.slice(start, end)) as { readonly Action?: unknown };
      const actions = [statement.Action ?? "*"].flat().map((each) => String(each).toLowerCase());
      for (const action of actions) if (!isDelegable(action)) throw notDelegable(action);
    }
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    throw invalidInput("INVALID_RESOURCE_POLICY_JSON", error.message);
  }
}

/** Reads by name or by their verb alone, and what is listed. */
function isDelegable(action: string): boolean {
  return /^organizations:(?:describe|list)/.test(action) || DELEGABLE_WRITES.has(action);
}

function notDelegable(action: string) {
  return invalidInput(
    "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY",
    `The resource policy can't delegate the action ${action}.`,
  );
}
