import type { Kysely } from "kysely";
import type { LabelRow, ParameterPlace, ParameterRow, SsmTables, VersionRow } from "../tables.ts";

type Db = Kysely<SsmTables>;

const PLACE = ["account_id", "region", "path"] as const;

export function findParameter(
  { account_id, region, path }: ParameterPlace,
  db: Db,
): Promise<ParameterRow | undefined> {
  return db
    .selectFrom("ssm_parameters")
    .selectAll()
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("path", "=", path)
    .executeTakeFirst();
}

/** Inserts a parameter, or writes its row anew. */
export async function writeParameter(row: ParameterRow, db: Db): Promise<void> {
  const { account_id: _, region: __, path: ___, ...rest } = row;
  await db
    .insertInto("ssm_parameters")
    .values(row)
    .onConflict((conflict) => conflict.columns([...PLACE]).doUpdateSet(rest))
    .execute();
}

export async function updateParameter(
  { account_id, region, path }: ParameterPlace,
  change: Partial<Pick<ParameterRow, "tags" | "due_ms">>,
  db: Db,
): Promise<void> {
  await db
    .updateTable("ssm_parameters")
    .set(change)
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("path", "=", path)
    .execute();
}

/** Removes a parameter with its versions and labels. */
export async function removeParameter(row: ParameterRow, db: Db): Promise<void> {
  const { account_id, region, path, parameter_id } = row;
  for (const table of ["ssm_parameter_versions", "ssm_parameter_labels"] as const)
    await db.deleteFrom(table).where("parameter_id", "=", parameter_id).execute();
  await db
    .deleteFrom("ssm_parameters")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("path", "=", path)
    .execute();
}

/** Parameters with a policy that is due, the longest first. */
export function dueParameters(
  nowMs: number,
  limit: number,
  db: Db,
): Promise<readonly ParameterRow[]> {
  return db
    .selectFrom("ssm_parameters")
    .selectAll()
    .where("due_ms", "<=", nowMs)
    .orderBy("due_ms")
    .limit(limit)
    .execute();
}

/** The time at which the first parameter is due that wasn't at `nowMs`. */
export async function nextDueAfter(nowMs: number, db: Db): Promise<number | undefined> {
  const found = await db
    .selectFrom("ssm_parameters")
    .select("due_ms")
    .where("due_ms", ">", nowMs)
    .orderBy("due_ms")
    .limit(1)
    .executeTakeFirst();
  return found?.due_ms === null || found === undefined ? undefined : Number(found.due_ms);
}

export function findVersion(
  { parameter_id }: Pick<ParameterRow, "parameter_id">,
  version: number,
  db: Db,
): Promise<VersionRow | undefined> {
  return db
    .selectFrom("ssm_parameter_versions")
    .selectAll()
    .where("parameter_id", "=", parameter_id)
    .where("version", "=", version)
    .executeTakeFirst();
}

/** Versions in their order, beginning after one of them. */
export function versionsAfter(
  { parameter_id }: Pick<ParameterRow, "parameter_id">,
  after: number,
  limit: number,
  db: Db,
): Promise<readonly VersionRow[]> {
  return db
    .selectFrom("ssm_parameter_versions")
    .selectAll()
    .where("parameter_id", "=", parameter_id)
    .where("version", ">", after)
    .orderBy("version")
    .limit(limit)
    .execute();
}

export async function insertVersion(row: VersionRow, db: Db): Promise<void> {
  await db.insertInto("ssm_parameter_versions").values(row).execute();
}

export async function updatePolicies(
  { parameter_id, version, policies }: Pick<VersionRow, "parameter_id" | "version" | "policies">,
  db: Db,
): Promise<void> {
  await db
    .updateTable("ssm_parameter_versions")
    .set({ policies })
    .where("parameter_id", "=", parameter_id)
    .where("version", "=", version)
    .execute();
}

export async function removeVersion(
  { parameter_id, version }: Pick<VersionRow, "parameter_id" | "version">,
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("ssm_parameter_versions")
    .where("parameter_id", "=", parameter_id)
    .where("version", "=", version)
    .execute();
}

/** A parameter's labels: at most ten on each of a hundred versions. */
export function labelsOf(
  { parameter_id }: Pick<ParameterRow, "parameter_id">,
  db: Db,
): Promise<readonly LabelRow[]> {
  return db
    .selectFrom("ssm_parameter_labels")
    .selectAll()
    .where("parameter_id", "=", parameter_id)
    .orderBy("label")
    .execute();
}

/** Attaches a label to a version, and takes it from another one that had it. */
export async function writeLabel(row: LabelRow, db: Db): Promise<void> {
  await db
    .insertInto("ssm_parameter_labels")
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(["parameter_id", "label"]).doUpdateSet({ version: row.version }),
    )
    .execute();
}

export async function removeLabels(
  { parameter_id, version }: Pick<LabelRow, "parameter_id" | "version">,
  labels: readonly string[],
  db: Db,
): Promise<void> {
  await db
    .deleteFrom("ssm_parameter_labels")
    .where("parameter_id", "=", parameter_id)
    .where("version", "=", version)
    .where("label", "in", labels)
    .execute();
}
