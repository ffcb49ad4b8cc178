import type { Kysely } from "kysely";
import { isArn } from "../stack-names.ts";
import type { ChangeSetRow, CloudFormationTables } from "../tables.ts";
import { openedParameters, sealedParameters } from "./sealed-columns.ts";

type Db = Kysely<CloudFormationTables>;

/** The change set of an ARN, or the latest of a name in a stack. */
export async function findChangeSet(
  text: string,
  stackId: string | undefined,
  db: Db,
): Promise<ChangeSetRow | undefined> {
  let query = db
    .selectFrom("cloudformation_change_sets")
    .selectAll()
    .where(isArn(text) ? "change_set_id" : "name", "=", text);
  if (stackId !== undefined) query = query.where("stack_id", "=", stackId);
  const row = await query.orderBy("created_ms", "desc").limit(1).executeTakeFirst();
  return row && openedParameters(row, db);
}

/** Whether a change set of the stack has the name, which it gives up when it has been executed. */
export async function hasName(name: string, stackId: string, db: Db): Promise<boolean> {
  const row = await db
    .selectFrom("cloudformation_change_sets")
    .select("change_set_id")
    .where("stack_id", "=", stackId)
    .where("name", "=", name)
    .where("execution_status", "not in", ["EXECUTE_COMPLETE", "EXECUTE_FAILED"])
    .executeTakeFirst();
  return row !== undefined;
}

export async function changeSetsOf(stackId: string, db: Db): Promise<ChangeSetRow[]> {
  const rows = await db
    .selectFrom("cloudformation_change_sets")
    .selectAll()
    .where("stack_id", "=", stackId)
    .orderBy("created_ms")
    .orderBy("name")
    .execute();
  return rows.map((row) => openedParameters(row, db));
}

export async function childChangeSetsOf(parentId: string, db: Db): Promise<ChangeSetRow[]> {
  const rows = await db
    .selectFrom("cloudformation_change_sets")
    .selectAll()
    .where("parent_id", "=", parentId)
    .orderBy("name")
    .execute();
  return rows.map((row) => openedParameters(row, db));
}

export async function insertChangeSet(row: ChangeSetRow, db: Db): Promise<void> {
  await db.insertInto("cloudformation_change_sets").values(sealedParameters(row, db)).execute();
}

export async function changeChangeSet(
  id: string,
  change: Partial<ChangeSetRow>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("cloudformation_change_sets")
    .set(change)
    .where("change_set_id", "=", id)
    .execute();
}

export async function removeChangeSet(id: string, db: Db): Promise<void> {
  await db.deleteFrom("cloudformation_change_sets").where("change_set_id", "=", id).execute();
}

/**
 * The stack changes otherwise than by a change set: the one that was executed last no longer says
 * what it is, and those that weren't no longer fit.
 */
export async function retireChangeSets(stackId: string, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudformation_change_sets")
    .where("stack_id", "=", stackId)
    .where("execution_status", "like", "EXECUTE%")
    .execute();
  await db
    .updateTable("cloudformation_change_sets")
    .set({ execution_status: "OBSOLETE" })
    .where("stack_id", "=", stackId)
    .where("execution_status", "=", "AVAILABLE")
    .execute();
}

/** The change set that made the stack what it is, or is making it so. */
export async function executedChangeSetOf(stackId: string, db: Db): Promise<string | undefined> {
  const row = await db
    .selectFrom("cloudformation_change_sets")
    .select("change_set_id")
    .where("stack_id", "=", stackId)
    .where("execution_status", "in", ["EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE"])
    .executeTakeFirst();
  return row?.change_set_id;
}

/** The change set that the stack's operation under way executes. */
export async function executingChangeSetOf(stackId: string, db: Db): Promise<string | undefined> {
  const row = await db
    .selectFrom("cloudformation_change_sets")
    .select("change_set_id")
    .where("stack_id", "=", stackId)
    .where("execution_status", "=", "EXECUTE_IN_PROGRESS")
    .executeTakeFirst();
  return row?.change_set_id;
}

export async function markExecuted(id: string, isDone: boolean, db: Db): Promise<void> {
  await changeChangeSet(
    id,
    { execution_status: isDone ? "EXECUTE_COMPLETE" : "EXECUTE_FAILED" },
    db,
  );
}
