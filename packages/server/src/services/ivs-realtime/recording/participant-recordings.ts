import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { EventBus } from "../../../kernel/events.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { RecordingChange, RecordingState } from "../../../kernel/recordings/recorded-row.ts";
import type {
  RecordingEventFacts,
  RecordingKind,
  RecordingMetadata,
  RecordingOutcome,
} from "../../../kernel/recordings/recording-kind.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { arns } from "../resource-arn.ts";
import { participantRecordingRows } from "../rows/participant-recordings.ts";
import { setParticipant } from "../rows/participants.ts";
import type { StageReference } from "../rows/stage-sessions.ts";
import { participantRecordingEvent } from "../sessions/stage-event.ts";
import type { ParticipantRecordingRow, RealTimeTables } from "../tables.ts";
import { participantMetadataText, participantPrefix } from "./participant-metadata.ts";

/** GetParticipant's word for each state. What waits for a reconnect is about to stop. */
const SHOWN: Readonly<Record<RecordingState, realTime.ParticipantRecordingState>> = {
  waiting: "STARTING",
  starting: "STARTING",
  recording: "ACTIVE",
  reconnectable: "STOPPING",
  ending: "STOPPING",
  failing: "STOPPING",
  ended: "STOPPED",
  failed: "FAILED",
  "start-failed": "FAILED",
  none: "STOPPED",
};

export interface ParticipantRecordingsOptions {
  readonly events: EventBus;
  readonly ids: Ids;
  readonly log: Log;
}

/** Recordings of stages' participants, each by itself. */
export class ParticipantRecordings implements RecordingKind<ParticipantRecordingRow> {
  readonly rows = participantRecordingRows;
  readonly #options: ParticipantRecordingsOptions;

  constructor(options: ParticipantRecordingsOptions) {
    this.#options = options;
  }

  prefix(row: ParticipantRecordingRow, startedAtMs: number): string {
    return participantPrefix(row.stage_id, row.session_id, row.participant_id, startedAtMs);
  }

  metadataText(
    row: ParticipantRecordingRow,
    metadata: RecordingMetadata,
    outcome: RecordingOutcome,
  ): string {
    const about = {
      stageArn: stageArnOf(row),
      sessionId: row.session_id,
      participantId: row.participant_id,
    };
    return participantMetadataText({ ...about, ...metadata }, outcome);
  }

  /** Whatever its picture: a browser's changes all the time. */
  traits(): string {
    return "{}";
  }

  whyNotMerged(earlier: ParticipantRecordingRow, own: ParticipantRecordingRow): string | undefined {
    if (earlier.storage_configuration_arn !== own.storage_configuration_arn)
      return "the stage has another storage configuration";
    if (own.created_at_ms > (earlier.closes_at_ms ?? 0)) return "the reconnect window is over";
    return undefined;
  }

  goesOnWith({ session_id }: ParticipantRecordingRow): Readonly<Record<string, string>> {
    return { session_id };
  }

  async append(
    tx: Transaction,
    row: ParticipantRecordingRow,
    facts: RecordingEventFacts,
  ): Promise<void> {
    const { name, atMs, durationMs, reason, prefix: keyPrefix } = facts;
    const { session_id: sessionId, participant_id: participantId, bucket_name: bucketName } = row;
    const { events, ids, log } = this.#options;
    const change = { name, sessionId, participantId, bucketName, keyPrefix, durationMs };
    const event = participantRecordingEvent(stageOf(row), change, { id: ids.uuid(), atMs });
    tx.afterCommit(() => {
      events.publish(event);
      const fields = { stage: row.stage_id, participantId, bucket: bucketName, prefix: keyPrefix };
      if (reason === "") log.info(fields, `${name} of a stage's participant`);
      else log.warn({ ...fields, reason }, `${name} of a stage's participant`);
    });
  }

  async changed(
    tx: Transaction,
    row: ParticipantRecordingRow,
    { state, key_prefix }: RecordingChange,
  ): Promise<void> {
    if (state === undefined) return;
    const { db } = tx.tables<RealTimeTables>();
    await setParticipant(db, row.session_id, row.participant_id, {
      recording_state: SHOWN[state],
      recording_bucket: row.bucket_name,
      ...(key_prefix !== undefined && { recording_prefix: key_prefix }),
    });
  }
}

export function stageOf(row: ParticipantRecordingRow): StageReference {
  return { accountId: row.account_id, region: row.region, id: row.stage_id };
}

export function stageArnOf(row: ParticipantRecordingRow): string {
  const stage = stageOf(row);
  return arns.arn(stage, "stage", stage.id);
}
