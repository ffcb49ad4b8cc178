import type { RoleUsage } from "../../../kernel/ports/identity.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { deleteRoleCompletely, findRoleById, type Role, setRole } from "../rows/roles.ts";
import type { IamTables } from "../tables.ts";
import { type DeletionTask, findTask, finishTask } from "./deletion-tasks.ts";
import type { ServiceLinkedRoleTables } from "./tables.ts";

/** A failure names this many resources of each Region. AWS, too, may list only some. */
const LISTED_RESOURCES_MAX = 100;

/** Source: IAM API reference, DeletionTaskFailureReasonType. */
const REASON_LENGTH_MAX = 1000;

export interface DeletionDecision {
  /**
   * Finds where the role is used inside `tx`, or repeats an answer since which it had no new
   * sessions.
   */
  findUsage(tx: Transaction): Promise<readonly RoleUsage[]> | readonly RoleUsage[];
  readonly nowMs: number;
  readonly tx: Transaction<ServiceLinkedRoleTables>;
}

/**
 * Decides a deletion task. One transaction reads whether the role is in use and deletes it, as one
 * transaction of a service checks the role and begins to use it: neither can miss the other.
 * Deciding a finished task again changes nothing.
 */
export async function decideDeletion(
  { task_id: taskId, account_id: accountId }: Pick<DeletionTask, "task_id" | "account_id">,
  { findUsage, nowMs, tx }: DeletionDecision,
): Promise<void> {
  const task = await findTask(tx.db, accountId, taskId);
  if (!task || task.status === "SUCCEEDED" || task.status === "FAILED") return;
  const role = await findRoleById(tx.tables<IamTables>().db, task.role_id);
  if (!role) return finishTask(tx.db, taskId, nowMs);
  const usages = await findUsage(tx.tables());
  if (usages.length === 0) {
    await deleteRoleCompletely(tx.db, role);
    return finishTask(tx.db, taskId, nowMs);
  }
  await releaseRole(role, tx);
  await finishTask(tx.db, taskId, nowMs, inUse(task, usages));
}

/** Ends the task because it is unknown whether the role is in use; the role stays. */
export async function abandonDeletion(
  task: DeletionTask,
  reason: string,
  nowMs: number,
  tx: Transaction<ServiceLinkedRoleTables>,
): Promise<void> {
  await releaseRole({ role_id: task.role_id }, tx);
  await finishTask(tx.db, task.task_id, nowMs, {
    reason: reason.slice(0, REASON_LENGTH_MAX),
    usages: [],
  });
}

async function releaseRole(
  role: Pick<Role, "role_id">,
  tx: Transaction<ServiceLinkedRoleTables>,
): Promise<void> {
  await setRole(tx.tables<IamTables>().db, role.role_id, { deletion_task_id: null });
}

function inUse(task: DeletionTask, usages: readonly RoleUsage[]) {
  return {
    reason: `The role ${task.role_name} is in use by ${task.service_principal}. Delete the listed resources, then try again.`,
    usages: usages.map(({ region, resources }) => ({
      region,
      resources: resources.slice(0, LISTED_RESOURCES_MAX),
    })),
  };
}
