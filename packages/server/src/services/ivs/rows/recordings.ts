import type { Kysely } from "kysely";
import type { IvsTables, RecordingRow } from "../tables.ts";

type Db = Kysely<IvsTables>;

/** The members of a recording that change while it lasts. */
export type RecordingChange = Partial<
  Pick<
    RecordingRow,
    | "state"
    | "key_prefix"
    | "started_at_ms"
    | "ended_at_ms"
    | "media"
    | "traits"
    | "stream_ended_at_ms"
    | "closes_at_ms"
    | "duration_ms"
    | "thumbnail_count"
  >
>;

export async function insertRecording(db: Db, recording: RecordingRow): Promise<void> {
  await db.insertInto("ivs_recordings").values(recording).execute();
}

/** Changes a recording. False when somebody else goes on with it: its fencing token has risen. */
export async function setRecording(
  db: Db,
  { stream_id: key, fence }: RecordingRow,
  change: RecordingChange | { readonly owner: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("ivs_recordings")
    .set(change)
    .where("stream_id", "=", key)
    .where("fence", "=", fence)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The recording's fencing token as it is now. */
export async function findFence(db: Db, key: string): Promise<number | undefined> {
  const current = await db
    .selectFrom("ivs_recordings")
    .select("fence")
    .where("stream_id", "=", key)
    .executeTakeFirst();
  return current?.fence;
}

/** JSON of the parts that a recording has in the bucket: see `recording/written-parts.ts`. */
export async function findWritten(db: Db, key: string): Promise<string | null> {
  const row = await db
    .selectFrom("ivs_recordings")
    .select("written")
    .where("stream_id", "=", key)
    .executeTakeFirst();
  return row?.written ?? null;
}

export async function setWritten(db: Db, key: string, written: string): Promise<void> {
  await db.updateTable("ivs_recordings").set({ written }).where("stream_id", "=", key).execute();
}

/** Recordings that no process has finished, and that wait for no process. */
export function listUnfinished(db: Db): Promise<RecordingRow[]> {
  return db
    .selectFrom("ivs_recordings")
    .selectAll()
    .where("ended_at_ms", "is", null)
    .where("state", "!=", "reconnectable")
    .orderBy("created_at_ms")
    .execute();
}

/** Recordings that wait for a reconnect, the one first whose window is over first. */
export function listReconnectable(db: Db): Promise<RecordingRow[]> {
  return db
    .selectFrom("ivs_recordings")
    .selectAll()
    .where("closes_at_ms", "is not", null)
    .orderBy("closes_at_ms")
    .execute();
}

/** The one of the channel before `own` in which there was anything to record. */
export function findRecordingBefore(db: Db, own: RecordingRow): Promise<RecordingRow | undefined> {
  return recordingsOfChannel(db, own)
    .where("stream_id", "!=", own.stream_id)
    .where("state", "!=", "none")
    .orderBy("created_at_ms", "desc")
    .orderBy("stream_id", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Whether the channel has a recording that began to wait for its media by a time. */
export async function hasWaiting(db: Db, of: RecordingRow, untilMs: number): Promise<boolean> {
  const waiting = await recordingsOfChannel(db, of)
    .where("state", "=", "waiting")
    .where("created_at_ms", "<=", untilMs)
    .executeTakeFirst();
  return waiting !== undefined;
}

/** Goes on with `earlier` in the stream of `own`, whose own row goes. */
export async function continueRecording(
  db: Db,
  earlier: RecordingRow,
  own: RecordingRow,
  streamIds: readonly string[],
): Promise<RecordingRow> {
  await db.deleteFrom("ivs_recordings").where("stream_id", "=", own.stream_id).execute();
  return db
    .updateTable("ivs_recordings")
    .set({
      owner: own.owner,
      fence: earlier.fence + 1,
      state: "recording",
      stream_ids: JSON.stringify(streamIds),
      last_stream_id: own.stream_id,
      channel_name: own.channel_name,
      stream_ended_at_ms: null,
      closes_at_ms: null,
      duration_ms: null,
    })
    .where("stream_id", "=", earlier.stream_id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Takes a recording out of its reconnect window; undefined when it isn't in one any more. */
export function claimEnding(db: Db, key: string, owner: string): Promise<RecordingRow | undefined> {
  return db
    .updateTable("ivs_recordings")
    .set((set) => ({
      state: "ending",
      closes_at_ms: null,
      owner,
      fence: set("fence", "+", 1),
    }))
    .where("stream_id", "=", key)
    .where("state", "=", "reconnectable")
    .returningAll()
    .executeTakeFirst();
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

function recordingsOfChannel(db: Db, of: RecordingRow) {
  return db
    .selectFrom("ivs_recordings")
    .selectAll()
    .where("account_id", "=", of.account_id)
    .where("region", "=", of.region)
    .where("channel_id", "=", of.channel_id);
}
