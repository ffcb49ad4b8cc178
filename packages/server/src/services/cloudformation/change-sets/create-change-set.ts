import type * as cloudformation from "@aws-sdk/client-cloudformation";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { placeOf } from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { Changes, writeChanges } from "../engine/changes.ts";
import { depthOf, newStack } from "../engine/new-stack.ts";
import { changeSetExists, noStackInBrackets, validation } from "../errors.ts";
import { hasName, insertChangeSet } from "../rows/change-sets.ts";
import { findStack, insertStack } from "../rows/stacks.ts";
import { callerFor, requireRoom, requireUpdatable } from "../stacks/stack-changes.ts";
import type { ChangeSetRow, CloudFormationTables, StackRow, VersionRow } from "../tables.ts";
import { rollbackOf } from "../values/rollback-triggers.ts";
import { readingOf } from "../values/template-url.ts";
import { NESTED_MAX } from "./nested-change-sets.ts";
import { planChangeSet } from "./plan-change-set.ts";
import type { Asked, CreateInput, PlannedChangeSet } from "./planned-change-set.ts";

/** CreateChangeSet: the change set is complete, or has failed, when this resolves. */
export async function createChangeSet(
  input: CreateInput,
  context: RequestContext,
  found: StackRow | undefined,
  deps: CloudFormationDependencies,
): Promise<{ Id: string; StackId: string }> {
  const type = input.ChangeSetType ?? "UPDATE";
  refuseDriftRevert(input, type);
  if (input.OnStackFailure === "DELETE" && type !== "CREATE")
    throw validation("OnStackFailure DELETE can be used with ChangeSetType CREATE only.");
  const stack = stackFor(type, input, found, context, deps);
  const caller = await callerFor(input.RoleARN ?? stack.role_arn ?? undefined, context, deps);
  const db = context.db<CloudFormationTables>();
  const asked: Asked = {
    ...{ stack, isNew: found === undefined, type, name: input.ChangeSetName },
    depth: await depthOf(stack, db),
    rollback: rollbackOf(input.RollbackConfiguration, stack.rollback),
    notificationArns: input.NotificationARNs ?? (JSON.parse(stack.notification_arns) as string[]),
  };
  const planned = await planChangeSet(asked, input, {
    ...{ input, caller, reading: readingOf(context), nowMs: context.nowMs, deps },
    ...{ db, room: { left: NESTED_MAX } },
  });
  await context.transaction<CloudFormationTables, void>((tx) =>
    store(planned, { tx, nowMs: context.nowMs, deps }),
  );
  return { Id: planned.row.change_set_id, StackId: stack.stack_id };
}

/** The stack that a change set is for. Throws ValidationError in AWS's words. */
function stackFor(
  type: cloudformation.ChangeSetType,
  input: CreateInput,
  found: StackRow | undefined,
  context: RequestContext,
  deps: CloudFormationDependencies,
): StackRow {
  const { StackName } = input;
  const isInReview = found?.status === "REVIEW_IN_PROGRESS";
  if (type === "UPDATE" || (type === "IMPORT" && found && !isInReview)) {
    if (!found || (isInReview && type === "UPDATE")) throw noStackInBrackets(StackName);
    requireUpdatable(found);
    return found;
  }
  if (found && !isInReview) throw stackExists(StackName, input.ChangeSetName);
  if (found && isInReview) return found;
  return {
    ...newStack(StackName, placeOf(context), context.nowMs, deps.ids),
    status: "REVIEW_IN_PROGRESS",
  };
}

/** Throws ValidationError. The CDK asks for it with new stacks, too, which have no drift yet. */
function refuseDriftRevert(
  { DeploymentMode, IncludeNestedStacks }: CreateInput,
  type: cloudformation.ChangeSetType,
): void {
  if (DeploymentMode === undefined) return;
  if (type === "IMPORT")
    throw validation("DeploymentMode REVERT_DRIFT can't be used with ChangeSetType IMPORT.");
  if (IncludeNestedStacks)
    throw validation("DeploymentMode REVERT_DRIFT can't be used with IncludeNestedStacks.");
}

function stackExists(stackName: string, changeSetName: string) {
  return validation(
    `Stack [${stackName}] already exists and cannot be created again with the changeSet ` +
      `[${changeSetName}].`,
  );
}

interface Storing {
  readonly tx: Transaction<CloudFormationTables>;
  readonly nowMs: number;
  readonly deps: Pick<CloudFormationDependencies, "ids" | "events">;
}

/** Inserts a change set with those of nested stacks, and the stacks in review that are new. */
async function store(planned: PlannedChangeSet, storing: Storing): Promise<void> {
  const { row, stack, isNew, nested } = planned;
  const { tx, nowMs, deps } = storing;
  if (!isNew) {
    if (await hasName(row.name, stack.stack_id, tx.db)) throw changeSetExists(row.name);
  } else {
    if (await findStack(stack.name, stack, tx.db)) throw stackExists(stack.name, row.name);
    await requireRoom(stack, tx.db);
    await insertStack(stack, tx.db);
    const changes = new Changes({ operation_id: "", client_token: row.client_token });
    changes.stackStatus(stack, "REVIEW_IN_PROGRESS", "User Initiated");
    for (const event of changes.events) event.operation_id = null;
    const publish = deps.events.publish.bind(deps.events);
    const tools = { ids: deps.ids, publish };
    await writeChanges(changes, stack, { operation_id: "" }, nowMs, tx, tools);
  }
  await insertChangeSet(row, tx.db);
  for (const inner of nested) await store(inner, storing);
}

/** The version that a change set's execution gives its stack. */
export function versionOf(row: ChangeSetRow): Omit<VersionRow, "number"> {
  const { stack_id, template, processed, parameters, tags, capabilities } = row;
  return { stack_id, template, processed, parameters, tags, capabilities };
}
