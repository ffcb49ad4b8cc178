import type { RecommendationRow } from "../tables.ts";
import type { Db } from "./analyzers.ts";

export function findRecommendation(
  analyzerId: string,
  findingId: string,
  db: Db,
): Promise<RecommendationRow | undefined> {
  return db
    .selectFrom("access_analyzer_recommendations")
    .selectAll()
    .where("analyzer_id", "=", analyzerId)
    .where("finding_id", "=", findingId)
    .executeTakeFirst();
}

/** Puts it in the place of an earlier one. */
export async function storeRecommendation(row: RecommendationRow, db: Db): Promise<void> {
  await db
    .deleteFrom("access_analyzer_recommendations")
    .where("finding_id", "=", row.finding_id)
    .execute();
  await db.insertInto("access_analyzer_recommendations").values(row).execute();
}
