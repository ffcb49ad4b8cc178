import assert from "node:assert/strict";
import type { HeldTask } from "../../../kernel/work/task-queue.ts";
import type { EngineDependencies } from "../dependencies.ts";
import { leftoversOf, resourcesOf } from "../rows/resources.ts";
import { findStackById } from "../rows/stacks.ts";
import type { CloudFormationTables, OperationRow, ResourceRow, StackRow } from "../tables.ts";
import { endExecution } from "./change-set-trees.ts";
import { Changes, writeChanges } from "./changes.ts";

const REASON =
  "Internal Failure: the operation failed, or the server ended, again and again. " +
  "What was under way is left as it is.";

/**
 * Ends an operation that none of its starts could work on: the stack and what was under way have
 * failed, and the stack can be deleted. It looks at no template and no model, which may be why.
 */
export async function endAsFailed(
  task: HeldTask<OperationRow>,
  { ids, events }: Pick<EngineDependencies, "ids" | "events">,
): Promise<void> {
  const operation = task.row;
  await task.finish(async (transaction, nowMs) => {
    const tx = transaction.tables<CloudFormationTables>();
    const stack = await findStackById(operation.stack_id, tx.db);
    assert(stack, "an operation's stack has a row");
    const changes = new Changes(operation);
    // Whether there are secrets among the rows isn't asked.
    changes.areSecret = true;
    for (const row of await resourcesOf(stack.stack_id, tx.db)) {
      if (!row.status.endsWith("_IN_PROGRESS") && row.wait === null) continue;
      const failed = { ...row, ...failedNow(row), changed_ms: nowMs, wait: null };
      changes.resource(failed, { properties: null });
    }
    for (const row of await leftoversOf(stack.stack_id, tx.db))
      if (row.wait !== null) changes.leftovers.push({ ...row, wait: null });
    changes.stackStatus(stack, statusAfter(operation, stack), REASON);
    changes.operation = { status: "ENDED", ended_ms: nowMs };
    const publish = events.publish.bind(events);
    await writeChanges(changes, stack, operation, nowMs, tx, { ids, publish });
    await endExecution(stack.stack_id, false, { tx, nowMs, ids, events });
  });
}

function failedNow({ status }: ResourceRow): Pick<ResourceRow, "status" | "status_reason"> {
  const verb = status.startsWith("DELETE")
    ? "deletion"
    : status.startsWith("CREATE")
      ? "creation"
      : "update";
  const failed = { deletion: "DELETE_FAILED", creation: "CREATE_FAILED", update: "UPDATE_FAILED" };
  const status_reason = `Resource ${verb} cancelled`;
  return { status: failed[verb] as ResourceRow["status"], status_reason };
}

function statusAfter(
  { kind, phase }: OperationRow,
  { good_version }: StackRow,
): StackRow["status"] {
  switch (phase) {
    case "forward":
    case "cleanup":
      if (kind === "import") return "IMPORT_ROLLBACK_FAILED";
      return kind === "create" || good_version === 0 ? "CREATE_FAILED" : "UPDATE_FAILED";
    case "back":
    case "back-cleanup":
      return kind === "import" ? "IMPORT_ROLLBACK_FAILED" : "UPDATE_ROLLBACK_FAILED";
    case "undo":
      return "ROLLBACK_FAILED";
    case "delete":
      return "DELETE_FAILED";
    default:
      return phase satisfies never;
  }
}
