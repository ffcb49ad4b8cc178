import type { AccessPreviewRow } from "../tables.ts";
import type { Db } from "./analyzers.ts";

export function previewsOf(analyzerId: string, db: Db): Promise<AccessPreviewRow[]> {
  return db
    .selectFrom("access_analyzer_previews")
    .selectAll()
    .where("analyzer_id", "=", analyzerId)
    .orderBy("preview_id")
    .execute();
}

export function findPreview(
  analyzerId: string,
  id: string,
  db: Db,
): Promise<AccessPreviewRow | undefined> {
  return db
    .selectFrom("access_analyzer_previews")
    .selectAll()
    .where("analyzer_id", "=", analyzerId)
    .where("preview_id", "=", id)
    .executeTakeFirst();
}

export async function insertPreview(row: AccessPreviewRow, db: Db): Promise<void> {
  await db.insertInto("access_analyzer_previews").values(row).execute();
}

export async function removePreviewsBefore(ms: number, db: Db): Promise<void> {
  await db.deleteFrom("access_analyzer_previews").where("created_ms", "<", ms).execute();
}
