import type { Kysely, Selectable } from "kysely";
import type { RoleUsage } from "../../../kernel/ports/identity.ts";
import type { TaskTable } from "../../../kernel/work/task-table.ts";
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

/** The tasks as the deletion worker's queue. */
export const DELETION_TASKS: TaskTable<DeletionTask> = {
  name: "iam_role_deletion_tasks",
  id: "task_id",
  leasedUntilMs: "lease_until_ms",
  owner: "lease_owner",
  failedStarts: "failed_starts",
  orderBy: ["created_ms", "task_id"],
  pending: { column: "status", values: PENDING },
};

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

export async function insertTask(db: Database, task: DeletionTask): Promise<void> {
  await db
    .deleteFrom("iam_role_deletion_tasks")
    .where("status", "not in", PENDING)
    .where("updated_ms", "<", task.created_ms - FINISHED_TASKS_KEPT_MS)
    .execute();
  await db.insertInto("iam_role_deletion_tasks").values(task).execute();
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
