import type { Kysely } from "kysely";
import type { Place } from "../stack-names.ts";
import type { CloudFormationTables, StackRefactorRow } from "../tables.ts";
import { opened, sealed } from "./sealed-columns.ts";

type Db = Kysely<CloudFormationTables>;

/** It has the stacks' new versions, with their parameters. */
const PLAN = ["plan"] as const;

export async function findRefactor(
  id: string,
  place: Place,
  db: Db,
): Promise<StackRefactorRow | undefined> {
  const row = await db
    .selectFrom("cloudformation_stack_refactors")
    .selectAll()
    .where("refactor_id", "=", id)
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .executeTakeFirst();
  return row && opened(row, PLAN, db);
}

export async function refactorsOf(place: Place, db: Db): Promise<StackRefactorRow[]> {
  const rows = await db
    .selectFrom("cloudformation_stack_refactors")
    .selectAll()
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .orderBy("created_ms", "desc")
    .orderBy("refactor_id")
    .execute();
  return rows.map((row) => opened(row, PLAN, db));
}

export async function insertRefactor(row: StackRefactorRow, db: Db): Promise<void> {
  await db
    .insertInto("cloudformation_stack_refactors")
    .values(sealed(row, PLAN, db))
    .execute();
}

export async function changeRefactor(
  id: string,
  change: Partial<StackRefactorRow>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("cloudformation_stack_refactors")
    .set(change)
    .where("refactor_id", "=", id)
    .execute();
}

/** Keeps the newest refactors of an account in a Region. */
export async function forgetOldRefactors(place: Place, kept: number, db: Db): Promise<void> {
  for (const { refactor_id } of (await refactorsOf(place, db)).slice(kept))
    await db
      .deleteFrom("cloudformation_stack_refactors")
      .where("refactor_id", "=", refactor_id)
      .execute();
}
