import type { Kysely } from "kysely";
import { RecordingRows } from "../../../kernel/recordings/recording-rows.ts";
import type { CompositionRecordingRow, CompositionRow, RealTimeTables } from "../tables.ts";

type Db = Kysely<RealTimeTables>;

export const compositionRecordingRows = new RecordingRows<CompositionRecordingRow>({
  table: "ivs_composition_recordings",
  files: "ivs_composition_recording_files",
  subject: ["account_id", "region", "composition_id", "destination_id"],
});

export async function insertCompositionRecording(
  db: Db,
  recording: CompositionRecordingRow,
): Promise<void> {
  await db.insertInto("ivs_composition_recordings").values(recording).execute();
}

/** Whether a process writes a recording of the composition, or has died and left one. */
export async function isCompositionRecorded(
  db: Db,
  { account_id, region, id }: Pick<CompositionRow, "account_id" | "region" | "id">,
): Promise<boolean> {
  const one = await db
    .selectFrom("ivs_composition_recordings")
    .select("stream_id")
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .where("composition_id", "=", id)
    .where("ended_at_ms", "is", null)
    .where("state", "!=", "reconnectable")
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}

/** Forgets recordings that ended before a time; they stay in their buckets. */
export async function forgetCompositionRecordings(db: Db, endedBeforeMs: number): Promise<void> {
  await db
    .deleteFrom("ivs_composition_recordings")
    .where("ended_at_ms", "<", endedBeforeMs)
    .execute();
}
