import type { Kysely } from "kysely";
import type { AccessAnalyzerTables, AnalyzerRow, AnalyzerType } from "../tables.ts";

export type Db = Kysely<AccessAnalyzerTables>;

interface AnalyzerPlace {
  readonly accountId: string;
  readonly region: string;
}

const analyzers = (db: Db) => db.selectFrom("access_analyzer_analyzers").selectAll();

export function findAnalyzer(
  { accountId, region }: AnalyzerPlace,
  name: string,
  db: Db,
): Promise<AnalyzerRow | undefined> {
  return analyzers(db)
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("name", "=", name)
    .executeTakeFirst();
}

export function findAnalyzerById(id: string, db: Db): Promise<AnalyzerRow | undefined> {
  return analyzers(db).where("analyzer_id", "=", id).executeTakeFirst();
}

export function analyzersIn({ accountId, region }: AnalyzerPlace, db: Db): Promise<AnalyzerRow[]> {
  return analyzers(db)
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .orderBy("name")
    .execute();
}

export function analyzersOfAccount(accountId: string, db: Db): Promise<AnalyzerRow[]> {
  return analyzers(db).where("account_id", "=", accountId).orderBy("name").execute();
}

export function allAnalyzers(db: Db): Promise<AnalyzerRow[]> {
  return analyzers(db).orderBy("analyzer_id").execute();
}

export async function countAnalyzers(
  { accountId, region }: AnalyzerPlace,
  types: readonly AnalyzerType[],
  db: Db,
): Promise<number> {
  const all = await analyzersIn({ accountId, region }, db);
  return all.filter(({ type }) => types.includes(type)).length;
}

export async function insertAnalyzer(row: AnalyzerRow, db: Db): Promise<void> {
  await db.insertInto("access_analyzer_analyzers").values(row).execute();
}

export async function updateAnalyzer(
  id: string,
  change: Pick<Partial<AnalyzerRow>, "tags" | "configuration">,
  db: Db,
): Promise<void> {
  await db
    .updateTable("access_analyzer_analyzers")
    .set(change)
    .where("analyzer_id", "=", id)
    .execute();
}

/** Removes an analyzer with all that belongs to it. */
export async function removeAnalyzer(id: string, db: Db): Promise<void> {
  for (const table of [
    "access_analyzer_archive_rules",
    "access_analyzer_findings",
    "access_analyzer_previews",
    "access_analyzer_recommendations",
    "access_analyzer_analyzers",
  ] as const)
    await db.deleteFrom(table).where("analyzer_id", "=", id).execute();
}
