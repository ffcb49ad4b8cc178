import { ResourceError, type ResourceModel } from "../../../kernel/resources.ts";
import { conditionKeys, tagKeysOf } from "../access/stack-authorization.ts";
import { findStackById } from "../rows/stacks.ts";
import { unknownStackArn } from "../stack-names.ts";
import type { HandlerPermissions, NeededCall, StackStepCalls } from "../types/own-type.ts";
import { nestedVersionInput } from "../values/nested-version-input.ts";
import { nestedChangeSet } from "./executed-change-set.ts";

/** A nested stack needs what it would need by itself, of whoever deploys the stack around it. */
export const nestedPermissions: HandlerPermissions = {
  async create(want, call) {
    const planned = await nestedChangeSet(call);
    const { stack: parent } = call.place;
    const resource = planned?.stack_id ?? unknownStackArn(parent, String(want.StackName));
    return [[{ action: "cloudformation:CreateStack", resource, context: requestKeys(want) }]];
  },
  read: (model, call) => onStack("DescribeStacks", model, call),
  update: (model, _was, want, call) => onStack("UpdateStack", model, call, want),
  delete: (model, call) => onStack("DeleteStack", model, call),
};

async function onStack(
  operation: string,
  { StackId }: ResourceModel,
  { tx }: StackStepCalls,
  want?: ResourceModel,
): Promise<readonly NeededCall[]> {
  const child = await findStackById(String(StackId), tx.db);
  if (!child) throw new ResourceError("NotFound", `Stack ${StackId} does not exist`);
  const context = { ...(await tagKeysOf(child, tx.db)), ...(want && requestKeys(want)) };
  return [[{ action: `cloudformation:${operation}`, resource: child.stack_id, context }]];
}

function requestKeys(want: ResourceModel) {
  const { TemplateURL } = nestedVersionInput(want, []);
  const Tags = (want.Tags ?? []) as { Key: string; Value: string }[];
  return conditionKeys({ TemplateURL, Tags }, ["TemplateURL", "Tags"]);
}
