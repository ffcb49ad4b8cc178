import type { ExpressionBuilder, Kysely, Selectable } from "kysely";
import type { RoleUsage } from "../../../kernel/ports/identity.ts";
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

/** Who works on tasks, and when. */
export interface Worker {
  readonly owner: string;
  readonly nowMs: number;
}

/** The next task that `worker` may work on, the oldest first, but for those that are under way. */
export function findPendingTask(
  db: Database,
  worker: Worker,
  underWay: readonly string[],
): Promise<DeletionTask | undefined> {
  return db
    .selectFrom("iam_role_deletion_tasks")
    .selectAll()
    .where("status", "in", PENDING)
    .where((e) => isFree(e, worker))
    .where("task_id", "not in", underWay)
    .orderBy("created_ms")
    .orderBy("task_id")
    .executeTakeFirst();
}

/** Nobody's, our own, or of a node that didn't finish in time. */
function isFree(
  e: ExpressionBuilder<ServiceLinkedRoleTables, "iam_role_deletion_tasks">,
  { owner, nowMs }: Worker,
) {
  return e.or([
    e("lease_owner", "is", null),
    e("lease_owner", "=", owner),
    e("lease_until_ms", "<", nowMs),
  ]);
}

export async function insertTask(db: Database, task: DeletionTask): Promise<void> {
  await db
    .deleteFrom("iam_role_deletion_tasks")
    .where("status", "not in", PENDING)
    .where("updated_ms", "<", task.created_ms - FINISHED_TASKS_KEPT_MS)
    .execute();
  await db.insertInto("iam_role_deletion_tasks").values(task).execute();
}

/**
 * Begins a task, or goes on with it, as its only worker for `leaseMs`. False when it is finished,
 * or another node's meanwhile.
 */
export async function claimTask(
  db: Database,
  taskId: string,
  worker: Worker,
  leaseMs: number,
): Promise<boolean> {
  const { owner, nowMs } = worker;
  const { numUpdatedRows } = await db
    .updateTable("iam_role_deletion_tasks")
    .set({
      status: "IN_PROGRESS",
      updated_ms: nowMs,
      lease_owner: owner,
      lease_until_ms: nowMs + leaseMs,
    })
    .where("task_id", "=", taskId)
    .where("status", "in", PENDING)
    .where((e) => isFree(e, worker))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
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
