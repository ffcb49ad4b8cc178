import type { Kysely } from "kysely";
import type { TaskTable } from "../../../kernel/work/task-table.ts";
import type { CloudFormationTables, OperationRow } from "../tables.ts";

type Db = Kysely<CloudFormationTables>;

/** Operations as tasks: each is its holder's until its lease ends. */
export const OPERATIONS: TaskTable<OperationRow> = {
  name: "cloudformation_operations",
  id: "operation_id",
  leasedUntilMs: "leased_until_ms",
  owner: "owner",
  dueMs: "due_ms",
  orderBy: ["due_ms", "operation_id"],
  pending: { column: "status", values: ["RUNNING"] },
};

export async function insertOperation(row: OperationRow, db: Db): Promise<void> {
  await db.insertInto("cloudformation_operations").values(row).execute();
}

export function findOperation(id: string, db: Db): Promise<OperationRow | undefined> {
  return db
    .selectFrom("cloudformation_operations")
    .selectAll()
    .where("operation_id", "=", id)
    .executeTakeFirst();
}

export function operationsOf(stackId: string, db: Db): Promise<OperationRow[]> {
  return db
    .selectFrom("cloudformation_operations")
    .selectAll()
    .where("stack_id", "=", stackId)
    .orderBy("started_ms", "desc")
    .execute();
}

export async function changeOperation(
  id: string,
  change: Partial<OperationRow>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("cloudformation_operations")
    .set(change)
    .where("operation_id", "=", id)
    .execute();
}
