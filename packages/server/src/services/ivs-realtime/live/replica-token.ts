import { arns } from "../resource-arn.ts";
import type { StageReference } from "../rows/stage-sessions.ts";
import type { ParticipantOccurrence } from "../sessions/stage-journal.ts";
import type { ParticipantReplicaRow } from "../tables.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import type { Participant } from "./participant.ts";

/** The sessions and the stage that a replication's events name. */
export type ReplicaPlaces = Pick<
  ParticipantReplicaRow,
  "source_session_id" | "destination_stage_id" | "destination_session_id"
>;

export function sourceOf(row: ParticipantReplicaRow): StageReference {
  return { accountId: row.account_id, region: row.region, id: row.source_stage_id };
}

export function stageArnOf(stage: StageReference): string {
  return arns.arn(stage, "stage", stage.id);
}

/** The replica's place on its stage, as if it had a token. */
export function replicaToken(
  row: ParticipantReplicaRow,
  { userId, attributes }: Pick<StageToken, "userId" | "attributes">,
): StageToken {
  const stage = { ...sourceOf(row), type: "stage", id: row.destination_stage_id } as const;
  const stageArn = stageArnOf(stage);
  const given: Record<string, string> = JSON.parse(row.attributes);
  return {
    ...{ participantId: row.participant_id, userId, attributes: { ...attributes, ...given } },
    ...{ stage, stageArn, resource: stageArn, topic: stage.id, eventsUrl: "", whipUrl: "" },
    ...{ canPublish: true, canSubscribe: false, isCustomers: false },
    expiresAtMs: Number.POSITIVE_INFINITY,
  };
}

/** A replication's begin or end, as an event of the source. */
export function replication(
  what: "STARTED" | "STOPPED",
  { destination_stage_id: id, destination_session_id: destinationSessionId }: ReplicaPlaces,
  { id: participantId, token }: Participant,
  atMs: number,
  isStillReplicated = what === "STARTED",
): ParticipantOccurrence {
  const { stage } = token;
  const destinationStageArn = arns.arn(stage, "stage", id);
  const name = what === "STARTED" ? "Participant Replication Start" : "Participant Replication End";
  return {
    ...{ participantId, atMs, name: `REPLICATION_${what}`, destinationStageArn },
    destinationSessionId,
    change: {
      replication_type: "SOURCE",
      replication_state: isStillReplicated ? "ACTIVE" : "STOPPED",
    },
    update: {
      ...{ name, participantId, userId: token.userId },
      ...{ destinationStageArn, destinationSessionId },
    },
  };
}
