import type { Output } from "@aws-sdk/client-cloudformation";
import { importsOf } from "@rolecast/template";
import type { Transaction } from "../../../kernel/store.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { Changes, writeChanges } from "../engine/changes.ts";
import { newStack } from "../engine/new-stack.ts";
import { retireChangeSets } from "../rows/change-sets.ts";
import { exportsOf, putExport, removeExport, replaceImports } from "../rows/exports.ts";
import { putResource, removeResource } from "../rows/resources.ts";
import { addVersion, findStackById, insertStack, removeVersionsBefore } from "../rows/stacks.ts";
import { requireRoom } from "../stacks/stack-changes.ts";
import type { CloudFormationTables, ResourceRow, StackRow } from "../tables.ts";
import { attributesOf } from "../values/attributes.ts";
import type { Placed } from "./plan-moves.ts";
import type { PlannedRefactor } from "./plan-refactor.ts";
import { RefactorError } from "./refactor-error.ts";
import type { RefactoredStack } from "./refactor-plan.ts";

interface Executing {
  readonly tx: Transaction<CloudFormationTables>;
  readonly nowMs: number;
  readonly deps: Pick<CloudFormationDependencies, "ids" | "events">;
}

/**
 * Carries a refactor out: rows move, and nothing of the resources themselves changes, so that all
 * of it is one commit. Rejects with RefactorError if a stack has changed since it was planned.
 */
export async function executePlan(
  { plan, placed, evaluations }: PlannedRefactor,
  executing: Executing,
): Promise<void> {
  const { db } = executing.tx;
  const stacks = new Map<string, StackRow>();
  for (const each of plan.stacks) {
    const now = await findStackById(each.stackId, db);
    if (each.isNew ? now : now?.version !== each.from)
      throw new RefactorError(`Stack ${each.name} has changed since the refactor was created.`);
    stacks.set(each.stackId, now ?? (await added(each, executing)));
  }
  const moved = placed.filter(({ row, destination }) => !isAt(row, destination));
  for (const { row } of moved) await removeResource(row, db);
  for (const each of plan.stacks) {
    const stack = stacks.get(each.stackId);
    const evaluation = evaluations.get(each.stackId);
    if (!stack || !evaluation) continue;
    await refactorStack({ each, stack, evaluation, placed }, executing);
  }
  // Exports go before others come: a name may be another stack's from now on.
  for (const stack of stacks.values())
    for (const row of await exportsOf(stack.stack_id, db)) await removeExport(row, db);
  for (const each of plan.stacks) {
    const stack = stacks.get(each.stackId);
    const evaluation = evaluations.get(each.stackId);
    if (!stack || !evaluation) continue;
    const { account_id, region, stack_id } = stack;
    for (const { exportName: name, value } of evaluation.outputs(attributesIn(stack_id, placed)))
      if (name !== undefined) await putExport({ account_id, region, name, stack_id, value }, db);
    await replaceImports(stack_id, stack, importsOf(evaluation), db);
  }
}

function isAt({ stack_id, logical_id }: ResourceRow, at: Placed["destination"]): boolean {
  return stack_id === at.stackId && logical_id === at.logicalId;
}

/** It has no role: nobody has passed one to it, and the source's would be its changers' to use. */
async function added(
  { stackId, name }: RefactoredStack,
  { tx, nowMs, deps }: Executing,
): Promise<StackRow> {
  const [account_id = "", region = ""] = [stackId.split(":")[4], stackId.split(":")[3]];
  const fresh = newStack(name, { account_id, region }, nowMs, deps.ids);
  const stack = { ...fresh, stack_id: stackId };
  await requireRoom(stack, tx.db);
  await insertStack(stack, tx.db);
  return stack;
}

interface Refactored {
  readonly each: RefactoredStack;
  readonly stack: StackRow;
  readonly evaluation: PlannedRefactor["evaluations"] extends ReadonlyMap<string, infer E>
    ? E
    : never;
  readonly placed: readonly Placed[];
}

async function refactorStack(
  { each, stack, evaluation, placed }: Refactored,
  { tx, nowMs, deps }: Executing,
): Promise<void> {
  const { db } = tx;
  const version = await addVersion({ stack_id: stack.stack_id, ...each.to }, db);
  const attributes = attributesIn(stack.stack_id, placed);
  const changes = new Changes({ operation_id: "", client_token: null });
  changes.areSecret = true;
  const [begun, ended] = each.isNew
    ? (["CREATE_IN_PROGRESS", "CREATE_COMPLETE"] as const)
    : (["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"] as const);
  changes.stackStatus(stack, begun, "User Initiated");
  for (const { row, destination } of placed) {
    const isGone = row.stack_id === stack.stack_id && !isAt(row, destination);
    if (isGone)
      for (const status of ["EXPORT_IN_PROGRESS", "EXPORT_COMPLETE"] as const)
        changes.resourceEvent({ ...row, status, status_reason: null }, {});
    if (destination.stackId !== stack.stack_id) continue;
    const resolved = evaluation.resource(destination.logicalId, attributes);
    const next: ResourceRow = {
      ...row,
      ...{ stack_id: stack.stack_id, logical_id: destination.logicalId, version },
      depends_on: JSON.stringify([
        ...(evaluation.graph.dependencies.get(destination.logicalId) ?? []),
      ]),
      deletion_policy: resolved.deletionPolicy,
      replace_policy: resolved.updateReplacePolicy,
      metadata: resolved.metadata === undefined ? null : JSON.stringify(resolved.metadata),
    };
    if (isAt(row, destination)) await putResource(next, true, db);
    else
      for (const status of ["IMPORT_IN_PROGRESS", "IMPORT_COMPLETE"] as const)
        changes.resource({ ...next, status, status_reason: null, changed_ms: nowMs, drift: null });
  }
  changes.stackStatus(stack, ended);
  for (const event of changes.events) event.operation_id = null;
  const outputs = evaluation.outputs(attributes).map(
    ({ name, value, description, exportName }): Output => ({
      ...{ OutputKey: name, OutputValue: value },
      ...(description === undefined ? {} : { Description: description }),
      ...(exportName === undefined ? {} : { ExportName: exportName }),
    }),
  );
  changes.stack = {
    ...changes.stack,
    ...{ version, good_version: version, outputs: JSON.stringify(outputs) },
    ...{ updated_ms: each.isNew ? null : nowMs, drift_status: "NOT_CHECKED" },
  };
  const publish = deps.events.publish.bind(deps.events);
  await writeChanges(changes, stack, { operation_id: "" }, nowMs, tx, { ids: deps.ids, publish });
  await removeVersionsBefore(stack.stack_id, version, db);
  await retireChangeSets(stack.stack_id, db);
}

function attributesIn(stackId: string, placed: readonly Placed[]) {
  const own = placed.filter(({ destination }) => destination.stackId === stackId);
  return attributesOf(new Map(own.map(({ row, destination }) => [destination.logicalId, row])));
}
