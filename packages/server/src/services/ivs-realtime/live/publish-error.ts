import type { EventErrorCode } from "@aws-sdk/client-ivs-realtime";
import type { ParticipantOccurrence } from "../sessions/stage-journal.ts";
import type { Participant } from "./participant.ts";

/** The reason for which a participant doesn't publish, as its own event and EventBridge's. */
export function publishError(
  { id: participantId, token: { userId } }: Participant,
  errorCode: EventErrorCode,
  atMs: number,
): ParticipantOccurrence {
  const name = "Participant Publish Error";
  const update = { name, participantId, errorCode, userId } as const;
  return { participantId, atMs, name: "PUBLISH_ERROR", errorCode, update };
}
