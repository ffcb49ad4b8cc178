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

/** The times until which streams' recordings go: of those that have an end. */
export async function recordedUntil(
  db: Db,
  streamIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const recordings = await db
    .selectFrom("ivs_recordings")
    .select(["last_stream_id", "ended_at_ms", "stream_ended_at_ms"])
    .where("last_stream_id", "in", streamIds)
    .execute();
  return new Map(
    recordings.map((row) => [row.last_stream_id, row.stream_ended_at_ms ?? row.ended_at_ms ?? 0]),
  );
}
