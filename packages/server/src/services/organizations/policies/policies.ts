import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { change, inOrganization, type Resource } from "../access/organization-operation.ts";
import { dbOf, type Place } from "../access/place.ts";
import { tagContext, typeKey, withTags } from "../access/request-keys.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import {
  constraintViolation,
  duplicate,
  invalidInput,
  notFound,
  policyNotFound,
  refused,
} from "../errors.ts";
import { isAwsPolicy, newPolicyId, policyArn, unknownPolicyArn } from "../names.ts";
import { pageOf } from "../page.ts";
import { POLICY_TYPES, type PolicyType } from "../policy-type.ts";
import { attachmentsOfPolicy } from "../rows/attachments.ts";
import type { Db } from "../rows/organizations.ts";
import {
  countPolicies,
  findPolicy,
  findPolicyByName,
  insertPolicy,
  listPolicies,
  removePolicy,
  updatePolicy,
} from "../rows/policies.ts";
import type { OrganizationRow, PolicyRow } from "../tables.ts";
import { awsPolicy, awsPolicyOfType } from "./aws-policies.ts";
import { checkContent } from "./content.ts";
import { policySummary, policyView } from "./views.ts";

/** CreatePolicy, UpdatePolicy, DeletePolicy, DescribePolicy, ListPolicies. */
export function policyOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    CreatePolicy: inOrganization({
      action: "organizations:CreatePolicy",
      access: "delegable",
      on: ({ Type }, { organization }) => [
        { arn: policyArn(organization, { policy_id: "p-*", type: Type }) },
      ],
      context: ({ Type, Tags }) => ({ ...typeKey(Type), ...tagContext(Tags) }),
      handle: ({ Name, Type, Content, Description, Tags }, context, place) => {
        requireAllFeatures(place.organization);
        const content = checkContent(Content, Type);
        const tags = withTags("{}", Tags, context);
        return change(deps, context, async ({ organization, db }) => {
          const { organization_id } = organization;
          await refuseTakenName(organization_id, Type, Name, db);
          if ((await countPolicies(organization_id, Type, db)) >= POLICY_TYPES[Type].policiesMax)
            throw constraintViolation(
              "POLICY_NUMBER_LIMIT_EXCEEDED",
              "You have exceeded the number of policies that you can have in an organization.",
            );
          const policy: PolicyRow = {
            ...{ policy_id: newPolicyId(deps.ids), organization_id, type: Type, name: Name },
            ...{ description: Description, content, tags, updated_ms: context.nowMs },
          };
          await insertPolicy(policy, db);
          return { Policy: policyView(organization, policy) };
        });
      },
    }),
    UpdatePolicy: inOrganization({
      action: "organizations:UpdatePolicy",
      access: "delegable",
      on: ({ PolicyId }, place, db) => onPolicy(PolicyId, place, db),
      handle: ({ PolicyId, Name, Description, Content }, context) =>
        change(deps, context, async ({ organization, db }) => {
          const { organization_id } = organization;
          const policy = await requireOwnPolicy(organization_id, PolicyId, db);
          const next = {
            name: Name ?? policy.name,
            description: Description ?? policy.description,
            content: Content === undefined ? policy.content : checkContent(Content, policy.type),
            updated_ms: context.nowMs,
          };
          if (next.name !== policy.name)
            await refuseTakenName(organization_id, policy.type, next.name, db);
          await updatePolicy(PolicyId, next, db);
          return { Policy: policyView(organization, { ...policy, ...next }) };
        }),
    }),
    DeletePolicy: inOrganization({
      action: "organizations:DeletePolicy",
      access: "delegable",
      on: ({ PolicyId }, place, db) => onPolicy(PolicyId, place, db),
      handle: ({ PolicyId }, context) =>
        change(deps, context, async ({ organization, db }) => {
          const { organization_id } = organization;
          await requireOwnPolicy(organization_id, PolicyId, db);
          const [used] = await attachmentsOfPolicy(organization_id, PolicyId, "", 1, db);
          if (used)
            throw refused(
              "PolicyInUse",
              "You must detach this policy from all organization targets before you delete it.",
            );
          await removePolicy(PolicyId, db);
          return {};
        }),
    }),
    DescribePolicy: inOrganization({
      action: "organizations:DescribePolicy",
      access: "read",
      on: ({ PolicyId }, place, db) => onPolicy(PolicyId, place, db),
      handle: async ({ PolicyId }, context, { organization }) => {
        const policy = await anyPolicy(organization.organization_id, PolicyId, dbOf(context));
        if (!policy) throw notFound("Policy");
        return { Policy: policyView(organization, policy) };
      },
    }),
    ListPolicies: inOrganization({
      action: "organizations:ListPolicies",
      access: "read",
      context: ({ Filter }) => typeKey(Filter),
      handle: async (input, context, { organization }) => {
        const { organization_id: id } = organization;
        const own = awsPolicyOfType(input.Filter, id);
        const read = async (after: string, limit: number) => {
          const stored = await listPolicies(id, input.Filter, after, limit, dbOf(context));
          const all = own && own.policy_id > after ? [own, ...stored] : stored;
          return all.sort((a, b) => (a.policy_id < b.policy_id ? -1 : 1)).slice(0, limit);
        };
        const list = ["policies", id, input.Filter];
        const { rows, rest } = await pageOf(input, list, read, ({ policy_id }) => policy_id);
        return { Policies: rows.map((row) => policySummary(organization, row)), ...rest };
      },
    }),
  });
}

/** The organization's policy or AWS's. */
export async function anyPolicy(
  organizationId: string,
  policyId: string,
  db: Db,
): Promise<PolicyRow | undefined> {
  return awsPolicy(policyId, organizationId) ?? (await findPolicy(organizationId, policyId, db));
}

/** The policy that a request names, with its type. */
export async function onPolicy(
  policyId: string,
  { organization }: Place,
  db: Db,
): Promise<readonly Resource[]> {
  const policy = await anyPolicy(organization.organization_id, policyId, db);
  if (!policy) return [{ arn: unknownPolicyArn(organization, policyId) }];
  const context = typeKey(policy.type);
  return [{ arn: policyArn(organization, policy), tags: policy.tags, context }];
}

/** @throws PolicyNotFound, and InvalidInput for AWS's own */
async function requireOwnPolicy(organizationId: string, policyId: string, db: Db) {
  if (isAwsPolicy(policyId))
    throw invalidInput("IMMUTABLE_POLICY", "You specified an AWS managed policy.");
  const policy = await findPolicy(organizationId, policyId, db);
  if (!policy) throw policyNotFound();
  return policy;
}

async function refuseTakenName(
  organizationId: string,
  type: PolicyType,
  name: string,
  db: Db,
): Promise<void> {
  if (await findPolicyByName(organizationId, type, name, db))
    throw duplicate("Policy", "A policy with the same name already exists.");
}

/** @throws PolicyTypeNotAvailableForOrganization */
export function requireAllFeatures({ feature_set }: OrganizationRow): void {
  if (feature_set !== "ALL")
    throw refused(
      "PolicyTypeNotAvailableForOrganization",
      "This operation can be performed only for organizations with all features enabled.",
    );
}
