import type * as organizations from "@aws-sdk/client-organizations";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { inOrganization } from "../access/organization-operation.ts";
import { dbOf, isAdministrator, type Place } from "../access/place.ts";
import { typeKey } from "../access/request-keys.ts";
import { onTarget } from "../access/targets.ts";
import { invalidInput, notFound, notPermitted } from "../errors.ts";
import type { PolicyType } from "../policy-type.ts";
import { findAccount } from "../rows/accounts.ts";
import { attachmentsOfTargets } from "../rows/attachments.ts";
import type { Db } from "../rows/organizations.ts";
import { policiesById } from "../rows/policies.ts";
import { unitsOf } from "../rows/units.ts";
import { Tree } from "../tree.ts";
import { enabledTypes } from "../views.ts";
import { mergePolicies } from "./inheritance.ts";

/** DescribeEffectivePolicy. */
export function effectivePolicyOperations(): OperationTable {
  return defineOperations<typeof organizations>()({
    DescribeEffectivePolicy: inOrganization({
      action: "organizations:DescribeEffectivePolicy",
      access: "member",
      on: ({ TargetId: id = "" }, place, db) =>
        // Roots and units are refused: only accounts have effective policies.
        onTarget(/^\d/.test(id) ? id : place.account.account_id, place, db),
      context: ({ PolicyType }) => typeKey(PolicyType),
      handle: async ({ PolicyType, TargetId }, context, place) => {
        const db = dbOf(context);
        const id = TargetId ?? place.account.account_id;
        if (!/^\d/.test(id))
          throw invalidInput("TARGET_NOT_SUPPORTED", "You can specify only an account.");
        const isOwn = id === place.account.account_id;
        if (!isOwn && !place.isManagement && !(await isAdministrator(place, db)))
          throw notPermitted();
        const found = await effectivePolicy(PolicyType, id, place, db);
        return {
          EffectivePolicy: {
            ...{ TargetId: id, PolicyType, PolicyContent: found.content },
            LastUpdatedTimestamp: new Date(found.updatedMs),
          },
        };
      },
    }),
  });
}

/** @throws TargetNotFound, EffectivePolicyNotFound */
async function effectivePolicy(type: PolicyType, accountId: string, place: Place, db: Db) {
  const { organization } = place;
  const { organization_id, root_id } = organization;
  const account = await findAccount(organization_id, accountId, db);
  if (!account) throw notFound("Target");
  const tree = new Tree(organization, await unitsOf(organization_id, db));
  const units = tree.unitsTo(account.parent_id).map(({ unit_id }) => unit_id);
  const targets = [root_id, ...units, accountId];
  const attached = enabledTypes(organization).includes(type)
    ? await attachmentsOfTargets(organization_id, targets, type, db)
    : [];
  if (attached.length === 0) throw notFound("EffectivePolicy");
  const ids = [...new Set(attached.map(({ policy_id }) => policy_id))];
  const policies = new Map(
    (await policiesById(organization_id, ids, db)).map((row) => [row.policy_id, row]),
  );
  const levels = targets.map((target) =>
    attached
      .filter(({ target_id }) => target_id === target)
      .toSorted((one, other) => one.attached_ms - other.attached_ms)
      .flatMap(({ policy_id }) => policies.get(policy_id)?.content ?? []),
  );
  const times = [...policies.values(), ...attached].map((row) =>
    "updated_ms" in row ? row.updated_ms : row.attached_ms,
  );
  return { content: mergePolicies(levels), updatedMs: Math.max(...times) };
}
