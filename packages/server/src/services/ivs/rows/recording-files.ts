import type { RecordingFileRow } from "@rolecast/media";
import type { Kysely } from "kysely";
import type { IvsTables, RecordingRow } from "../tables.ts";

type Db = Kysely<IvsTables>;

/** Notes a file of a recording, or notes it again. */
export async function putRecordingFile(
  db: Db,
  recording: RecordingRow,
  file: RecordingFileRow,
): Promise<void> {
  const text = JSON.stringify(file);
  await db
    .insertInto("ivs_recording_files")
    .values({
      stream_id: recording.stream_id,
      account_id: recording.account_id,
      region: recording.region,
      rendition: file.rendition,
      file_index: file.index,
      file: text,
    })
    .onConflict((conflict) =>
      conflict.columns(["stream_id", "rendition", "file_index"]).doUpdateSet({ file: text }),
    )
    .execute();
}

/** The files of a recording, by rendition and in order. */
export async function listRecordingFiles(db: Db, key: string): Promise<RecordingFileRow[]> {
  const rows = await db
    .selectFrom("ivs_recording_files")
    .select("file")
    .where("stream_id", "=", key)
    .orderBy("rendition")
    .orderBy("file_index")
    .execute();
  return rows.map((row): RecordingFileRow => JSON.parse(row.file));
}

export async function deleteRecordingFiles(db: Db, key: string): Promise<void> {
  await db.deleteFrom("ivs_recording_files").where("stream_id", "=", key).execute();
}
