import { isoSeconds } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
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
    },
  },
} as const;

export type StageUpdateName = keyof (typeof STAGE_EVENTS)["IVS Stage Update"]["names"];

/** A change of a stage, as EventBridge gets it. */
export interface StageUpdate {
  readonly name: StageUpdateName;
  readonly participantId: string;
  readonly userId: string;
  /** Left out but for errors. */
  readonly errorCode?: string | undefined;
}

export function stageUpdateEvent(
  stage: StageReference,
  sessionId: string,
  update: StageUpdate,
  { id, atMs }: { readonly id: string; readonly atMs: number },
): AwsEvent {
  const { name, participantId, userId, errorCode } = update;
  const time = isoSeconds(atMs);
  return {
    ...{ version: "0", id, "detail-type": "IVS Stage Update", source: "aws.ivs" },
    ...{ account: stage.accountId, time, region: stage.region },
    resources: [arns.arn(stage, "stage", stage.id)],
    detail: {
      session_id: sessionId,
      event_name: name,
      user_id: userId,
      participant_id: participantId,
      ...(errorCode === undefined ? {} : { event_time: time, error_code: errorCode }),
    },
  };
}
