import type { FindingRow } from "../tables.ts";
import type { Db } from "./analyzers.ts";

export function findingsOf(analyzerId: string, db: Db): Promise<FindingRow[]> {
  return db
    .selectFrom("access_analyzer_findings")
    .selectAll()
    .where("analyzer_id", "=", analyzerId)
    .orderBy("finding_id")
    .execute();
}

export function findFinding(
  analyzerId: string,
  id: string,
  db: Db,
): Promise<FindingRow | undefined> {
  return db
    .selectFrom("access_analyzer_findings")
    .selectAll()
    .where("analyzer_id", "=", analyzerId)
    .where("finding_id", "=", id)
    .executeTakeFirst();
}

export async function insertFinding(row: FindingRow, db: Db): Promise<void> {
  await db.insertInto("access_analyzer_findings").values(row).execute();
}

export async function updateFinding(
  id: string,
  change: Pick<Partial<FindingRow>, "status" | "analyzed_ms" | "updated_ms" | "body">,
  db: Db,
): Promise<void> {
  await db
    .updateTable("access_analyzer_findings")
    .set(change)
    .where("finding_id", "=", id)
    .execute();
}

/** Removes a finding with its recommendation. */
export async function removeFinding(id: string, db: Db): Promise<void> {
  await db.deleteFrom("access_analyzer_recommendations").where("finding_id", "=", id).execute();
  await db.deleteFrom("access_analyzer_findings").where("finding_id", "=", id).execute();
}
