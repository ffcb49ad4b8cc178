import type { Kysely } from "kysely";
import { RecordingRows } from "../../../kernel/recordings/recording-rows.ts";
import type { IvsTables, RecordingRow } from "../tables.ts";

type Db = Kysely<IvsTables>;

export const channelRecordingRows = new RecordingRows<RecordingRow>({
  table: "ivs_recordings",
  files: "ivs_recording_files",
  subject: ["account_id", "region", "channel_id"],
});

export async function insertRecording(db: Db, recording: RecordingRow): Promise<void> {
  await db.insertInto("ivs_recordings").values(recording).execute();
}

/** Whether a recording with the configuration hasn't ended. */
export async function isRecordingWith(db: Db, configurationArn: string): Promise<boolean> {
  const recording = await db
    .selectFrom("ivs_recordings")
    .select("stream_id")
    .where("recording_configuration_arn", "=", configurationArn)
    .where("ended_at_ms", "is", null)
    .limit(1)
    .executeTakeFirst();
  return recording !== undefined;
}

/** The time until which a stream's recording goes; 0 if it has none, or it has no end yet. */
export async function recordedUntil(db: Db, streamId: string): Promise<number> {
  const recording = await db
    .selectFrom("ivs_recordings")
    .select(["ended_at_ms", "stream_ended_at_ms"])
    .where("last_stream_id", "=", streamId)
    .executeTakeFirst();
  return recording?.stream_ended_at_ms ?? recording?.ended_at_ms ?? 0;
}
