import type { ShownToken } from "../sessions/stage-event.ts";
import type { ParticipantRow } from "../tables.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import type { ClientFacts } from "./client-facts.ts";
import type { ParticipantEncoder, ReplicaSource } from "./participant.ts";

/** A token as events show it. */
export function exchangedView(token: StageToken): ShownToken {
  const { userId, attributes, canPublish, canSubscribe, expiresAtMs } = token;
  return {
    capabilities: [
      ...(canPublish ? (["PUBLISH"] as const) : []),
      ...(canSubscribe ? (["SUBSCRIBE"] as const) : []),
    ],
    attributes: { ...attributes },
    userId,
    expirationTime: new Date(expiresAtMs),
  };
}

/** A participant that joins for the first time. */
export function newRow(
  { participantId, userId, attributes }: StageToken,
  sessionId: string,
  client: ClientFacts,
  encoder: ParticipantEncoder | undefined,
  replicaOf: ReplicaSource | undefined,
  nowMs: number,
): ParticipantRow {
  return {
    session_id: sessionId,
    participant_id: participantId,
    user_id: userId,
    attributes: JSON.stringify(attributes),
    state: "CONNECTED",
    published: 0,
    protocol: "UNKNOWN",
    client: JSON.stringify(client),
    recording_state: "DISABLED",
    recording_bucket: "",
    recording_prefix: "",
    ingest_configuration_arn: encoder?.configurationArn ?? "",
    redundant_ingest: encoder?.isRedundant ? 1 : 0,
    replication_type: replicaOf ? "REPLICA" : "NONE",
    replication_state: replicaOf ? "ACTIVE" : "",
    source_stage_arn: replicaOf?.sourceStageArn ?? "",
    source_session_id: replicaOf?.sourceSessionId ?? "",
    created_at_ms: nowMs,
  };
}
