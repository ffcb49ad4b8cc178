import type { Store } from "../../../kernel/store.ts";
import { arns } from "../resource-arn.ts";
import { insertParticipantRecording } from "../rows/participant-recordings.ts";
import { setParticipant } from "../rows/participants.ts";
import type { StageReference } from "../rows/stage-sessions.ts";
import { findStage } from "../rows/stages.ts";
import { findStorageConfiguration } from "../rows/storage-configurations.ts";
import type { RecordingSettings } from "../stages/recording-settings.ts";
import type { ParticipantRecordingRow, RealTimeTables } from "../tables.ts";

/** A participant that publishes on a stage of this node. */
export interface RecordedParticipant {
  readonly stage: StageReference;
  readonly sessionId: string;
  readonly participantId: string;
  /** True of a replica, whose publication is another stage's. */
  readonly isReplica?: boolean | undefined;
  /** The engine's group, and the name of what it publishes there. */
  readonly group: string;
  readonly publication: string;
  /** The engine's name of its connection. */
  readonly session: string;
}

export interface OpenedRecording {
  readonly row: ParticipantRecordingRow;
  readonly settings: RecordingSettings;
}

/** Writes a recording's row, if the stage's participants are recorded; undefined if they aren't. */
export function openRecording(
  { stage, sessionId, participantId, isReplica }: RecordedParticipant,
  {
    streamId,
    nowMs,
    owner,
  }: {
    readonly streamId: string;
    readonly nowMs: number;
    readonly owner: string;
  },
  store: Store,
): Promise<OpenedRecording | undefined> {
  return store.tables<RealTimeTables>().transaction(async ({ db }) => {
    const row = await findStage(db, stage, stage.id);
    const reference = arns.parse(row?.storage_configuration_arn ?? "");
    if (!row || !reference) return undefined;
    const storage = await findStorageConfiguration(db, reference, reference.id);
    if (!storage) return undefined;
    const settings: RecordingSettings = JSON.parse(row.recording);
    if (isReplica && settings.recordParticipantReplicas === false) return undefined;
    const recording: ParticipantRecordingRow = {
      ...{ stream_id: streamId, account_id: stage.accountId, region: stage.region },
      ...{ stage_id: stage.id, session_id: sessionId, participant_id: participantId },
      storage_configuration_arn: row.storage_configuration_arn,
      ...{ bucket_name: storage.bucket_name, key_prefix: "", state: "waiting" },
      ...{ created_at_ms: nowMs, started_at_ms: null, ended_at_ms: null, media: null },
      reconnect_window_seconds: settings.recordingReconnectWindowSeconds ?? 0,
      ...{ stream_ids: JSON.stringify([streamId]), last_stream_id: streamId, traits: null },
      ...{ stream_ended_at_ms: null, closes_at_ms: null, duration_ms: null },
      ...{ thumbnail_count: 0, written: "[]", owner, fence: 0 },
    };
    await insertParticipantRecording(db, recording);
    const change = { recording_state: "STARTING", recording_bucket: storage.bucket_name } as const;
    await setParticipant(db, sessionId, participantId, change);
    return { row: recording, settings };
  });
}
