import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import {
  type Change,
  change,
  inOrganization,
  type Resource,
} from "../access/organization-operation.ts";
import { dbOf, type Place } from "../access/place.ts";
import { typeKey } from "../access/request-keys.ts";
import { onTarget, targetOf } from "../access/targets.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { constraintViolation, duplicate, invalidInput, notFound, refused } from "../errors.ts";
import { AWS_POLICY_IDS } from "../names.ts";
import { pageOf, pageOfList } from "../page.ts";
import { POLICY_TYPES } from "../policy-type.ts";
import {
  attachmentsOfPolicy,
  attachmentsOfTargets,
  insertAttachment,
  removeAttachment,
} from "../rows/attachments.ts";
import type { Db } from "../rows/organizations.ts";
import { policiesById } from "../rows/policies.ts";
import type { AttachmentRow, PolicyRow } from "../tables.ts";
import { enabledTypes } from "../views.ts";
import { awsPolicy } from "./aws-policies.ts";
import { anyPolicy, onPolicy } from "./policies.ts";
import { policySummary } from "./views.ts";

/** AttachPolicy, DetachPolicy, ListPoliciesForTarget, ListTargetsForPolicy. */
export function attachmentOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    AttachPolicy: inOrganization({
      action: "organizations:AttachPolicy",
      access: "delegable",
      on: onPolicyAndTarget,
      handle: ({ PolicyId, TargetId }, context) =>
        change(deps, context, async (place) => {
          const { policy, attached } = await requireAttachable(PolicyId, TargetId, place);
          if (attached.some(({ policy_id }) => policy_id === PolicyId))
            throw duplicate(
              "PolicyAttachment",
              "A policy with the specified name and type already exists.",
            );
          if (attached.length >= POLICY_TYPES[policy.type].attachedMax)
            throw constraintViolation(
              "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
              "You have attached the maximum number of policies to the specified target.",
            );
          const { organization_id } = place.organization;
          const target = { organization_id, policy_id: PolicyId, target_id: TargetId };
          const row = { ...target, policy_type: policy.type, attached_ms: context.nowMs };
          await insertAttachment(row, place.db);
          return {};
        }),
    }),
    DetachPolicy: inOrganization({
      action: "organizations:DetachPolicy",
      access: "delegable",
      on: onPolicyAndTarget,
      handle: ({ PolicyId, TargetId }, context) =>
        change(deps, context, async (place) => {
          const { policy, attached } = await requireAttachable(PolicyId, TargetId, place);
          if (!attached.some(({ policy_id }) => policy_id === PolicyId))
            throw refused(
              "PolicyNotAttached",
              "The policy isn't attached to the specified target in the specified root.",
            );
          refuseLast(policy, attached);
          const { organization_id } = place.organization;
          const row = { organization_id, policy_id: PolicyId, target_id: TargetId };
          await removeAttachment(row, place.db);
          return {};
        }),
    }),
    ListPoliciesForTarget: inOrganization({
      action: "organizations:ListPoliciesForTarget",
      access: "read",
      on: ({ TargetId }, place, db) => onTarget(TargetId, place, db),
      context: ({ Filter }) => typeKey(Filter),
      handle: async (input, context, place) => {
        const { TargetId, Filter } = input;
        const db = dbOf(context);
        if (!(await targetOf(TargetId, place, db)).exists) throw notFound("Target");
        const { organization } = place;
        const { organization_id: id } = organization;
        const attached = await attachmentsOfTargets(id, [TargetId], Filter, db);
        const list = ["attached", TargetId, Filter];
        const { rows, rest } = await pageOfList(input, list, attached, (row) => row.policy_id);
        const policies = await policiesOf(rows, id, db);
        return { Policies: policies.map((row) => policySummary(organization, row)), ...rest };
      },
    }),
    ListTargetsForPolicy: inOrganization({
      action: "organizations:ListTargetsForPolicy",
      access: "read",
      on: ({ PolicyId }, place, db) => onPolicy(PolicyId, place, db),
      handle: async (input, context, place) => {
        const db = dbOf(context);
        const { organization_id: id } = place.organization;
        if (!(await anyPolicy(id, input.PolicyId, db))) throw notFound("Policy");
        const read = (after: string, limit: number) =>
          attachmentsOfPolicy(id, input.PolicyId, after, limit, db);
        const list = ["targets", id, input.PolicyId];
        const { rows, rest } = await pageOf(input, list, read, ({ target_id }) => target_id);
        const Targets: organizations.PolicyTargetSummary[] = [];
        for (const row of rows) Targets.push(await targetView(row, place, db));
        return { Targets, ...rest };
      },
    }),
  });
}

async function onPolicyAndTarget(
  { PolicyId, TargetId }: { readonly PolicyId: string; readonly TargetId: string },
  place: Place,
  db: Db,
): Promise<readonly Resource[]> {
  const policies = await onPolicy(PolicyId, place, db);
  const target = await targetOf(TargetId, place, db);
  const context = policies[0]?.context ?? {};
  return [...policies, { ...target, context }];
}

/** The policy, and what of its type is attached to the target. */
async function requireAttachable(policyId: string, targetId: string, place: Change) {
  const { organization, db } = place;
  const policy = await anyPolicy(organization.organization_id, policyId, db);
  if (!policy) throw notFound("Policy");
  if (!(await targetOf(targetId, place, db)).exists) throw notFound("Target");
  if (!enabledTypes(organization).includes(policy.type))
    throw refused(
      "PolicyTypeNotEnabled",
      "This operation can be performed only for enabled policy types.",
    );
  const { organization_id } = organization;
  return {
    policy,
    attached: await attachmentsOfTargets(organization_id, [targetId], policy.type, db),
  };
}

/** Source: Organizations User Guide, "Detaching service control policies" and "RCP syntax". */
function refuseLast({ type, policy_id }: PolicyRow, attached: readonly AttachmentRow[]): void {
  if (type === "RESOURCE_CONTROL_POLICY" && policy_id === AWS_POLICY_IDS[type])
    throw invalidInput("NON_DETACHABLE_POLICY", "You can't detach the RCPFullAWSAccess policy.");
  if (type === "SERVICE_CONTROL_POLICY" && attached.length === 1)
    throw constraintViolation(
      "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
      "You cannot remove the last policy attached to the specified target. " +
        "You must have at least one attached at all times.",
    );
}

/** The policies of attachments, in their order. */
export async function policiesOf(
  attached: readonly AttachmentRow[],
  organizationId: string,
  db: Db,
): Promise<readonly PolicyRow[]> {
  const ids = attached.map(({ policy_id }) => policy_id);
  const stored = await policiesById(organizationId, ids, db);
  const byId = new Map(stored.map((policy) => [policy.policy_id, policy]));
  return ids.flatMap((id) => awsPolicy(id, organizationId) ?? byId.get(id) ?? []);
}

async function targetView(
  { target_id: TargetId }: AttachmentRow,
  place: Place,
  db: Db,
): Promise<organizations.PolicyTargetSummary> {
  const { arn, name } = await targetOf(TargetId, place, db);
  const isUnit = TargetId.startsWith("ou-");
  const Type = TargetId.startsWith("r-") ? "ROOT" : isUnit ? "ORGANIZATIONAL_UNIT" : "ACCOUNT";
  return { TargetId, Arn: arn, Name: name, Type };
}
