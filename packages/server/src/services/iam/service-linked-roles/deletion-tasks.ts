import type { Kysely, Selectable } from "kysely";
import type { RoleUsage } from "../../../kernel/identity.ts";
import type { DeletionTaskRow, ServiceLinkedRoleTables } from "./tables.ts";

/** A deletion task as stored. */
export type DeletionTask = Selectable<DeletionTaskRow>;
type Database = Kysely<ServiceLinkedRoleTables>;

/**
 * Finished tasks stay readable this long; AWS doesn't say how long its own do. Terraform and the
 * CLI ask within minutes.
 */
const FINISHED_TASKS_KEPT_MS = 90 * 24 * 60 * 60 * 1000;

const PENDING = ["NOT_STARTED", "IN_PROGRESS"] as const;

/** The principal and the role in a task's id; undefined when it isn't one. */
export function parseTaskId(
  taskId: string,
): { readonly servicePrincipal: string; readonly roleName: string } | undefined {
  const [task, prefix, servicePrincipal, roleName, uuid, ...rest] = taskId.split("/");
  if (task !== "task" || prefix !== "aws-service-role" || rest.length > 0) return undefined;
  return servicePrincipal && roleName && uuid ? { servicePrincipal, roleName } : undefined;
}

export function findTask(
  db: Database,
  accountId: string,
  taskId: string,
): Promise<DeletionTask | undefined> {
  return db
    .selectFrom("iam_role_deletion_tasks")
    .selectAll()
    .where("task_id", "=", taskId)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

/** The next task to work on, the oldest first, but for those that are under way. */
export function findPendingTask(
  db: Database,
  underWay: readonly string[],
): Promise<DeletionTask | undefined> {
  let pending = db
    .selectFrom("iam_role_deletion_tasks")
    .selectAll()
    .where("status", "in", PENDING)
    .orderBy("created_ms")
    .orderBy("task_id");
  if (underWay.length > 0) pending = pending.where("task_id", "not in", underWay);
  return pending.executeTakeFirst();
}

export async function insertTask(db: Database, task: DeletionTask): Promise<void> {
  await db
    .deleteFrom("iam_role_deletion_tasks")
    .where("status", "not in", PENDING)
    .where("updated_ms", "<", task.created_ms - FINISHED_TASKS_KEPT_MS)
    .execute();
  await db.insertInto("iam_role_deletion_tasks").values(task).execute();
}

/** Marks a task as begun. Nothing happens when it is finished already. */
export async function markInProgress(db: Database, taskId: string, nowMs: number): Promise<void> {
  await db
    .updateTable("iam_role_deletion_tasks")
    .set({ status: "IN_PROGRESS", updated_ms: nowMs })
    .where("task_id", "=", taskId)
    .where("status", "=", "NOT_STARTED")
    .execute();
}

export interface Failure {
  readonly reason: string;
  readonly usages: readonly RoleUsage[];
}

/** Ends a pending task; `failure` left out means that the role is gone. */
export async function finishTask(
  db: Database,
  taskId: string,
  nowMs: number,
  failure?: Failure,
): Promise<void> {
  await db
    .updateTable("iam_role_deletion_tasks")
    .set({
      status: failure ? "FAILED" : "SUCCEEDED",
      failure_reason: failure?.reason ?? null,
      failure_usages: failure ? JSON.stringify(failure.usages) : null,
      updated_ms: nowMs,
    })
    .where("task_id", "=", taskId)
    .where("status", "in", PENDING)
    .execute();
}

export function usagesOf(task: DeletionTask): readonly RoleUsage[] {
  return task.failure_usages === null
    ? []
    : (JSON.parse(task.failure_usages) as readonly RoleUsage[]);
}
