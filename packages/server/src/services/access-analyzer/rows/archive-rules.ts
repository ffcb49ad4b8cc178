import type { ArchiveRuleRow } from "../tables.ts";
import type { Db } from "./analyzers.ts";

const rules = (db: Db) => db.selectFrom("access_analyzer_archive_rules").selectAll();

export function findArchiveRule(
  analyzerId: string,
  name: string,
  db: Db,
): Promise<ArchiveRuleRow | undefined> {
  return rules(db)
    .where("analyzer_id", "=", analyzerId)
    .where("name", "=", name)
    .executeTakeFirst();
}

export function archiveRulesOf(analyzerId: string, db: Db): Promise<ArchiveRuleRow[]> {
  return rules(db).where("analyzer_id", "=", analyzerId).orderBy("name").execute();
}

export async function insertArchiveRule(row: ArchiveRuleRow, db: Db): Promise<void> {
  await db.insertInto("access_analyzer_archive_rules").values(row).execute();
}

export async function updateArchiveRule(
  { analyzer_id, name }: Pick<ArchiveRuleRow, "analyzer_id" | "name">,
  change: Pick<ArchiveRuleRow, "filter" | "updated_ms">,
  db: Db,
): Promise<void> {
  await db
    .updateTable("access_analyzer_archive_rules")
    .set(change)
    .where("analyzer_id", "=", analyzer_id)
    .where("name", "=", name)
    .execute();
}

export async function removeArchiveRule(analyzerId: string, name: string, db: Db): Promise<void> {
  await db
    .deleteFrom("access_analyzer_archive_rules")
    .where("analyzer_id", "=", analyzerId)
    .where("name", "=", name)
    .execute();
}
