import type { Kysely } from "kysely";
import { statement } from "../../../kernel/statements.ts";
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
  failedStarts: "failed_starts",
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

const selectCancelled = statement<
  CloudFormationTables,
  Pick<OperationRow, "operation_id">,
  Pick<OperationRow, "cancelled">
>((db, { operation_id }) =>
  db
    .selectFrom("cloudformation_operations")
    .select("cancelled")
    .where("operation_id", "=", operation_id),
);

/** Whether, and how, an operation is to stop; undefined where there is no such operation. */
export async function cancellationOf(
  id: string,
  db: Db,
): Promise<OperationRow["cancelled"] | undefined> {
  const [row] = await selectCancelled(db, { operation_id: id });
  return row?.cancelled;
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
