import type { Kysely } from "kysely";
import { RecordingRows } from "../../../kernel/recordings/recording-rows.ts";
import type { ParticipantRecordingRow, RealTimeTables } from "../tables.ts";
import type { StageReference } from "./stage-sessions.ts";

type Db = Kysely<RealTimeTables>;

/** A participant may come back in another session of its stage. */
export const participantRecordingRows = new RecordingRows<ParticipantRecordingRow>({
  table: "ivs_participant_recordings",
  files: "ivs_participant_recording_files",
  subject: ["account_id", "region", "stage_id", "participant_id"],
});

export async function insertParticipantRecording(
  db: Db,
  recording: ParticipantRecordingRow,
): Promise<void> {
  await db.insertInto("ivs_participant_recordings").values(recording).execute();
}

/** Whether any participant of a stage is being recorded. */
export async function isStageRecorded(db: Db, stage: StageReference): Promise<boolean> {
  const one = await db
    .selectFrom("ivs_participant_recordings")
    .select("stream_id")
    .where("account_id", "=", stage.accountId)
    .where("region", "=", stage.region)
    .where("stage_id", "=", stage.id)
    .where("ended_at_ms", "is", null)
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}

/** Deletes recordings' rows that ended before a time; the recordings stay in their buckets. */
export async function deleteRecordingsEndedBefore(db: Db, beforeMs: number): Promise<void> {
  await db.deleteFrom("ivs_participant_recordings").where("ended_at_ms", "<", beforeMs).execute();
}
