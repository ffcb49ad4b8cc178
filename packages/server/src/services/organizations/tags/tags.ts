import type * as organizations from "@aws-sdk/client-organizations";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { change, inOrganization, type Resource } from "../access/organization-operation.ts";
import { dbOf, type Place } from "../access/place.ts";
import { refuseReserved, tagContext, tagList, typeKey, withTags } from "../access/request-keys.ts";
import { targetOf } from "../access/targets.ts";
import type { OrganizationsDependencies } from "../dependencies.ts";
import { invalidInput, notFound } from "../errors.ts";
import { isAwsPolicy, policyArn, resourcePolicyArn, unknownPolicyArn } from "../names.ts";
import { pageOfList } from "../page.ts";
import { updateAccount } from "../rows/accounts.ts";
import { type Db, updateOrganization } from "../rows/organizations.ts";
import { findPolicy, updatePolicy } from "../rows/policies.ts";
import { updateUnit } from "../rows/units.ts";

interface Tagged extends Resource {
  readonly exists: boolean;
  readonly context?: ContextEntries;
}

/** TagResource, UntagResource, ListTagsForResource. */
export function tagOperations(deps: OrganizationsDependencies): OperationTable {
  return defineOperations<typeof organizations>()({
    TagResource: inOrganization({
      action: "organizations:TagResource",
      access: "delegable",
      on: async ({ ResourceId }, place, db) => [await taggedOf(ResourceId, place, db)],
      context: ({ Tags }) => tagContext(Tags),
      handle: ({ ResourceId, Tags }, context) =>
        change(deps, context, async (tx) => {
          const tags = await requireTags(ResourceId, tx, tx.db);
          await writeTags(ResourceId, withTags(tags, Tags, context), tx, tx.db);
          return {};
        }),
    }),
    UntagResource: inOrganization({
      action: "organizations:UntagResource",
      access: "delegable",
      on: async ({ ResourceId }, place, db) => [await taggedOf(ResourceId, place, db)],
      context: ({ TagKeys }) => ({ "aws:tagkeys": TagKeys }),
      handle: ({ ResourceId, TagKeys }, context) =>
        change(deps, context, async (tx) => {
          refuseReserved(TagKeys);
          const tags = tagList(await requireTags(ResourceId, tx, tx.db));
          const kept = tags.filter(({ Key }) => !TagKeys.includes(Key));
          const set = Object.fromEntries(kept.map(({ Key, Value }) => [Key, Value]));
          await writeTags(ResourceId, JSON.stringify(set), tx, tx.db);
          return {};
        }),
    }),
    ListTagsForResource: inOrganization({
      action: "organizations:ListTagsForResource",
      access: "read",
      on: async ({ ResourceId }, place, db) => [await taggedOf(ResourceId, place, db)],
      handle: async (input, context, place) => {
        const tags = tagList(await requireTags(input.ResourceId, place, dbOf(context)));
        const list = ["tags", input.ResourceId];
        const { rows, rest } = await pageOfList(input, list, tags, ({ Key }) => Key);
        return { Tags: [...rows], ...rest };
      },
    }),
  });
}

async function taggedOf(id: string, place: Place, db: Db): Promise<Tagged> {
  const { organization } = place;
  if (id.startsWith("rp-")) {
    const exists = organization.delegation_policy_id === id;
    const tags = organization.delegation_policy_tags;
    return { arn: resourcePolicyArn(organization, id), tags, exists };
  }
  if (!id.startsWith("p-")) return targetOf(id, place, db);
  const policy = await findPolicy(organization.organization_id, id, db);
  if (!policy) return { arn: unknownPolicyArn(organization, id), exists: false };
  const context = typeKey(policy.type);
  return { arn: policyArn(organization, policy), tags: policy.tags, exists: true, context };
}

/** @throws TargetNotFound, and InvalidInput for AWS's own policies */
async function requireTags(id: string, place: Place, db: Db): Promise<string> {
  if (isAwsPolicy(id))
    throw invalidInput("TARGET_NOT_SUPPORTED", "AWS managed policies can't have tags.");
  const { exists, tags } = await taggedOf(id, place, db);
  if (!exists) throw notFound("Target");
  return tags ?? "{}";
}

async function writeTags(id: string, tags: string, place: Place, db: Db): Promise<void> {
  const { organization_id } = place.organization;
  if (id.startsWith("rp-"))
    return updateOrganization(organization_id, { delegation_policy_tags: tags }, db);
  if (id.startsWith("r-")) return updateOrganization(organization_id, { root_tags: tags }, db);
  if (id.startsWith("p-")) return updatePolicy(id, { tags }, db);
  if (id.startsWith("ou-")) return updateUnit(id, { tags }, db);
  return updateAccount(id, { tags }, db);
}
