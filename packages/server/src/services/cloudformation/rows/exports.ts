import type { Kysely } from "kysely";
import { statement } from "../../../kernel/statements.ts";
import type { Place } from "../stack-names.ts";
import type { CloudFormationTables, ExportRow } from "../tables.ts";

type Db = Kysely<CloudFormationTables>;

export function findExport(name: string, place: Place, db: Db): Promise<ExportRow | undefined> {
  return db
    .selectFrom("cloudformation_exports")
    .selectAll()
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .where("name", "=", name)
    .executeTakeFirst();
}

export function listExports(
  place: Place,
  after: string,
  limit: number,
  db: Db,
): Promise<ExportRow[]> {
  return db
    .selectFrom("cloudformation_exports")
    .selectAll()
    .where("account_id", "=", place.account_id)
    .where("region", "=", place.region)
    .where("name", ">", after)
    .orderBy("name")
    .limit(limit)
    .execute();
}

const selectExports = statement<CloudFormationTables, Pick<ExportRow, "stack_id">, ExportRow>(
  (db, { stack_id }) =>
    db
      .selectFrom("cloudformation_exports")
      .selectAll()
      .where("stack_id", "=", stack_id)
      .orderBy("name"),
);

export function exportsOf(stackId: string, db: Db): Promise<readonly ExportRow[]> {
  return selectExports(db, { stack_id: stackId });
}

/** The names of the stacks that import an export. */
export async function importersOf(
  name: string,
  place: Place,
  db: Db,
): Promise<readonly { readonly stack_id: string; readonly name: string }[]> {
  return db
    .selectFrom("cloudformation_imports as import")
    .innerJoin("cloudformation_stacks as stack", "stack.stack_id", "import.stack_id")
    .select(["stack.stack_id", "stack.name"])
    .where("import.account_id", "=", place.account_id)
    .where("import.region", "=", place.region)
    .where("import.name", "=", name)
    .orderBy("stack.name")
    .execute();
}

export async function putExport(row: ExportRow, db: Db): Promise<void> {
  await db
    .insertInto("cloudformation_exports")
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(["account_id", "region", "name"]).doUpdateSet({ value: row.value }),
    )
    .execute();
}

export async function removeExport(row: ExportRow, db: Db): Promise<void> {
  await db
    .deleteFrom("cloudformation_exports")
    .where("account_id", "=", row.account_id)
    .where("region", "=", row.region)
    .where("name", "=", row.name)
    .execute();
}

export async function replaceImports(
  stackId: string,
  place: Place,
  names: readonly string[],
  db: Db,
): Promise<void> {
  await db.deleteFrom("cloudformation_imports").where("stack_id", "=", stackId).execute();
  const { account_id, region } = place;
  const rows = [...new Set(names)].map((name) => ({ account_id, region, name, stack_id: stackId }));
  if (rows.length > 0) await db.insertInto("cloudformation_imports").values(rows).execute();
}

/** The exports that a stack can import. */
export function exportsOfOthers(
  { account_id, region, stack_id }: Place & { readonly stack_id: string },
  db: Db,
): Promise<ExportRow[]> {
  return db
    .selectFrom("cloudformation_exports")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("stack_id", "!=", stack_id)
    .execute();
}
