import { isoSeconds } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import type { RecordingEventName } from "../../../kernel/recordings/recording-kind.ts";
import { arns } from "../resource-arn.ts";
import type { StageReference } from "../rows/stage-sessions.ts";

/**
 * The events that stages send, as IVS_EVENTS has those of channels. Source: IVS Real-Time user
 * guide, "Using Amazon EventBridge with IVS Real-Time Streaming".
 */
export const STAGE_EVENTS = {
  "IVS Stage Update": {
    nameField: "event_name",
    names: {
      "Participant Published": "A participant's media has begun to arrive.",
      "Participant Unpublished": "A participant publishes no longer.",
      "Participant Publish Error": "A participant couldn't publish; `error_code` says why.",
      "Participant Replication Start": "A participant is shown on another stage, too.",
      "Participant Replication End": "It isn't shown there any more.",
      "Token Exchanged": "A participant has another token; `new_token` says what it allows.",
    },
  },
  "IVS Participant Recording State Change": {
    nameField: "event_name",
    names: {
      "Recording Start": "A participant is recorded from now on.",
      "Recording End": "A participant's recording is complete, and its reconnect window over.",
      "Recording Start Failure": "Nothing could be written into the bucket.",
      "Recording End Failure": "A recording had to end early; what is in the bucket stays.",
    },
  },
} as const;

export type StageUpdateName = keyof (typeof STAGE_EVENTS)["IVS Stage Update"]["names"];

/** A token's claims, as events show them. */
export interface ShownToken {
  readonly userId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly expirationTime: Date;
}

/** A change of a stage, as EventBridge gets it. */
export interface StageUpdate {
  readonly name: StageUpdateName;
  readonly participantId: string;
  readonly userId: string;
  /** Left out but for errors. */
  readonly errorCode?: string | undefined;
  /** Left out but for replications. */
  readonly destinationStageArn?: string | undefined;
  readonly destinationSessionId?: string | undefined;
  /** Left out but for exchanges of tokens. */
  readonly tokens?: { readonly previous: ShownToken; readonly next: ShownToken } | undefined;
}

export function stageUpdateEvent(
  stage: StageReference,
  sessionId: string,
  update: StageUpdate,
  { id, atMs }: { readonly id: string; readonly atMs: number },
): AwsEvent {
  const { name, participantId, userId, errorCode, destinationStageArn, tokens } = update;
  const stageArn = arns.arn(stage, "stage", stage.id);
  const time = isoSeconds(atMs);
  return {
    ...{ version: "0", id, "detail-type": "IVS Stage Update", source: "aws.ivs" },
    ...{ account: stage.accountId, time, region: stage.region },
    resources: [stageArn],
    detail: {
      session_id: sessionId,
      event_name: name,
      user_id: userId,
      participant_id: participantId,
      ...(errorCode === undefined ? {} : { event_time: time, error_code: errorCode }),
      ...(destinationStageArn === undefined
        ? {}
        : {
            ...{ source_stage_arn: stageArn, source_session_id: sessionId, replica: false },
            destination_stage_arn: destinationStageArn,
            destination_session_id: update.destinationSessionId,
          }),
      ...(tokens && {
        previous_token: tokenDetail(tokens.previous),
        new_token: tokenDetail(tokens.next),
      }),
    },
  };
}

/** The members of ListParticipantEvents' tokens, in the spelling of events. */
function tokenDetail({ userId, attributes, capabilities, expirationTime }: ShownToken) {
  return {
    ...{ user_id: userId, attributes, capabilities },
    expiration_time: isoSeconds(expirationTime.getTime()),
  };
}

/** A change of a participant's recording. */
export interface ParticipantRecordingChange {
  readonly name: RecordingEventName;
  readonly sessionId: string;
  readonly participantId: string;
  readonly bucketName: string;
  readonly keyPrefix: string;
  readonly durationMs: number;
}

/** Names and members: IVS Real-Time user guide, "Individual Participant Recording", its events. */
export function participantRecordingEvent(
  stage: StageReference,
  change: ParticipantRecordingChange,
  { id, atMs }: { readonly id: string; readonly atMs: number },
): AwsEvent {
  const { name, sessionId, participantId, bucketName, keyPrefix, durationMs } = change;
  const isOver = name === "Recording End" || name === "Recording End Failure";
  return {
    ...{ version: "0", id, "detail-type": "IVS Participant Recording State Change" },
    ...{ source: "aws.ivs", account: stage.accountId, time: isoSeconds(atMs) },
    region: stage.region,
    resources: [arns.arn(stage, "stage", stage.id)],
    detail: {
      session_id: sessionId,
      event_name: name,
      participant_id: participantId,
      recording_s3_bucket_name: bucketName,
      recording_s3_key_prefix: keyPrefix,
      ...(isOver ? { recording_duration_ms: durationMs } : {}),
    },
  };
}
