import type { Kysely } from "kysely";
import { statement } from "../../../kernel/statements.ts";
import type { Place } from "../stack-names.ts";
import type { CloudFormationTables, LeftoverRow, ResourceRow } from "../tables.ts";
import { opened, sealed } from "./sealed-columns.ts";

type Db = Kysely<CloudFormationTables>;

/** The columns in which a resource's secrets may be. */
const OF_RESOURCES = ["model", "properties", "metadata", "before", "wait"] as const;
const OF_LEFTOVERS = ["model", "properties", "wait"] as const;

function openedResource(row: ResourceRow, db: Db): ResourceRow {
  return opened(row, OF_RESOURCES, db);
}

export async function resourcesOf(stackId: string, db: Db): Promise<ResourceRow[]> {
  const rows = await db
    .selectFrom("cloudformation_resources")
    .selectAll()
    .where("stack_id", "=", stackId)
    .orderBy("logical_id")
    .execute();
  return rows.map((row) => openedResource(row, db));
}

export async function listResources(
  stackId: string,
  after: string,
  limit: number,
  db: Db,
): Promise<ResourceRow[]> {
  const rows = await db
    .selectFrom("cloudformation_resources")
    .selectAll()
    .where("stack_id", "=", stackId)
    .where("logical_id", ">", after)
    .orderBy("logical_id")
    .limit(limit)
    .execute();
  return rows.map((row) => openedResource(row, db));
}

export async function findResource(
  stackId: string,
  logicalId: string,
  db: Db,
): Promise<ResourceRow | undefined> {
  const row = await db
    .selectFrom("cloudformation_resources")
    .selectAll()
    .where("stack_id", "=", stackId)
    .where("logical_id", "=", logicalId)
    .executeTakeFirst();
  return row && openedResource(row, db);
}

/** The id of the place's living stack that has the resource with this physical id. */
export async function findOwner(
  { account_id, region }: Place,
  physicalId: string,
  db: Db,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("cloudformation_resources as resource")
    .innerJoin("cloudformation_stacks as stack", "stack.stack_id", "resource.stack_id")
    .select("resource.stack_id")
    .where("resource.physical_id", "=", physicalId)
    .where("resource.status", "!=", "DELETE_COMPLETE")
    .where("stack.account_id", "=", account_id)
    .where("stack.region", "=", region)
    .executeTakeFirst();
  return row?.stack_id;
}

/**
 * A resource that an account's stacks made in a Region and that lives, kept by a deleted stack or
 * not: functions aren't known otherwise.
 */
export async function findResourceIn(
  { account_id, region }: Place,
  type: string,
  physicalId: string,
  db: Db,
): Promise<ResourceRow | undefined> {
  const row = await db
    .selectFrom("cloudformation_resources as resource")
    .innerJoin("cloudformation_stacks as stack", "stack.stack_id", "resource.stack_id")
    .selectAll("resource")
    .where("resource.physical_id", "=", physicalId)
    .where("resource.type", "=", type)
    .where("resource.status", "!=", "DELETE_COMPLETE")
    .where("stack.account_id", "=", account_id)
    .where("stack.region", "=", region)
    .executeTakeFirst();
  return row && openedResource(row, db);
}

const insertOrUpdate = statement<CloudFormationTables, ResourceRow>((db, row) => {
  const { stack_id: _stack, logical_id: _logical, ...rest } = row;
  return db
    .insertInto("cloudformation_resources")
    .values(row)
    .onConflict((conflict) => conflict.columns(["stack_id", "logical_id"]).doUpdateSet(rest));
});

/** `isSecret`: secrets may be in what the row has. */
export async function putResource(row: ResourceRow, isSecret: boolean, db: Db): Promise<void> {
  await insertOrUpdate(db, isSecret ? sealed(row, OF_RESOURCES, db) : row);
}

export async function removeResource(row: ResourceRow, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudformation_resources")
    .where("stack_id", "=", row.stack_id)
    .where("logical_id", "=", row.logical_id)
    .execute();
}

/** The operation has ended: no resource goes back any more. */
export async function forgetBefore(stackId: string, db: Db): Promise<void> {
  await db
    .updateTable("cloudformation_resources")
    .set({ before: null, wait: null })
    .where("stack_id", "=", stackId)
    .where(({ or, eb }) => or([eb("before", "is not", null), eb("wait", "is not", null)]))
    .execute();
}

export async function leftoversOf(stackId: string, db: Db): Promise<LeftoverRow[]> {
  const rows = await db
    .selectFrom("cloudformation_leftovers")
    .selectAll()
    .where("stack_id", "=", stackId)
    .orderBy("number")
    .execute();
  return rows.map((row) => opened(row, OF_LEFTOVERS, db));
}

export async function putLeftover(row: LeftoverRow, isSecret: boolean, db: Db): Promise<void> {
  const kept = isSecret ? sealed(row, OF_LEFTOVERS, db) : row;
  const { wait, retain } = kept;
  await db
    .insertInto("cloudformation_leftovers")
    .values(kept)
    .onConflict((conflict) =>
      conflict.columns(["stack_id", "number"]).doUpdateSet({ wait, retain }),
    )
    .execute();
}

export async function removeLeftover(row: LeftoverRow, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudformation_leftovers")
    .where("stack_id", "=", row.stack_id)
    .where("number", "=", row.number)
    .execute();
}

export async function removeLeftovers(stackId: string, db: Db): Promise<void> {
  await db.deleteFrom("cloudformation_leftovers").where("stack_id", "=", stackId).execute();
}

export async function changeDrift(row: ResourceRow, drift: string, db: Db): Promise<void> {
  await db
    .updateTable("cloudformation_resources")
    .set({ drift })
    .where("stack_id", "=", row.stack_id)
    .where("logical_id", "=", row.logical_id)
    .execute();
}
