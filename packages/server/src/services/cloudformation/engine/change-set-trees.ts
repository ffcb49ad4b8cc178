import type { Ids } from "../../../kernel/ids.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { EngineDependencies } from "../dependencies.ts";
import {
  changeChangeSet,
  changeSetsOf,
  childChangeSetsOf,
  executingChangeSetOf,
  markExecuted,
  removeChangeSet,
} from "../rows/change-sets.ts";
import { findStackById } from "../rows/stacks.ts";
import type { ChangeSetRow, CloudFormationTables, StackRow } from "../tables.ts";
import { Changes, writeChanges } from "./changes.ts";

/** The transaction in which change sets go, with what their stacks' events need. */
export interface Removing {
  readonly tx: Transaction<CloudFormationTables>;
  readonly nowMs: number;
  readonly ids: Ids;
  readonly events: EngineDependencies["events"];
}

/**
 * Removes a change set with those of the nested stacks, and the stacks in review that were made
 * for these. Those that were executed are their stacks' own by now, and stay.
 */
export async function removeChangeSetTree(
  { change_set_id }: Pick<ChangeSetRow, "change_set_id">,
  removing: Removing,
): Promise<void> {
  await removeNestedChangeSets(change_set_id, removing);
  await removeChangeSet(change_set_id, removing.tx.db);
}

async function removeNestedChangeSets(parentId: string, removing: Removing): Promise<void> {
  const { db } = removing.tx;
  for (const child of await childChangeSetsOf(parentId, db)) {
    if (child.execution_status.startsWith("EXECUTE")) continue;
    await removeChangeSetTree(child, removing);
    const stack = await findStackById(child.stack_id, db);
    if (stack?.status === "REVIEW_IN_PROGRESS") await discardReview(stack, removing);
  }
}

/** A stack in review has no resources: its deletion is nothing but its end. */
async function discardReview(stack: StackRow, removing: Removing): Promise<void> {
  const { tx, nowMs, ids, events } = removing;
  const changes = new Changes({ operation_id: "", client_token: null });
  changes.stackStatus(stack, "DELETE_COMPLETE");
  changes.stack = { ...changes.stack, live_name: null, deleted_ms: nowMs };
  for (const event of changes.events) event.operation_id = null;
  const publish = events.publish.bind(events);
  await writeChanges(changes, stack, { operation_id: "" }, nowMs, tx, { ids, publish });
}

/** A change set's execution begins. It is the last one of its stack: the others no longer fit. */
export async function beginExecution(
  { change_set_id, stack_id }: Pick<ChangeSetRow, "change_set_id" | "stack_id">,
  removing: Removing,
): Promise<void> {
  const { db } = removing.tx;
  await changeChangeSet(change_set_id, { execution_status: "EXECUTE_IN_PROGRESS" }, db);
  for (const row of await changeSetsOf(stack_id, db))
    if (row.change_set_id !== change_set_id) await removeChangeSetTree(row, removing);
}

/** The stack goes: the stacks that its change sets only announce go with it. */
export async function removeAnnouncedStacks(stackId: string, removing: Removing): Promise<void> {
  for (const row of await changeSetsOf(stackId, removing.tx.db))
    await removeNestedChangeSets(row.change_set_id, removing);
}

/**
 * The change set that a stack's operation executed has been executed. What it announced in nested
 * stacks and never came to is over, too.
 */
export async function endExecution(
  stackId: string,
  isDone: boolean,
  removing: Removing,
): Promise<void> {
  const { db } = removing.tx;
  const id = await executingChangeSetOf(stackId, db);
  if (id === undefined) return;
  await removeNestedChangeSets(id, removing);
  await markExecuted(id, isDone, db);
}
