import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { ParticipantEventRow, ParticipantRow } from "../tables.ts";

export function participantSummary(row: ParticipantRow): realTime.ParticipantSummary {
  return {
    participantId: row.participant_id,
    userId: row.user_id,
    state: row.state,
    firstJoinTime: new Date(row.created_at_ms),
    published: row.published === 1,
    recordingState: row.recording_state,
    ...replicationView(row),
    ...(row.ingest_configuration_arn === ""
      ? {}
      : { ingestConfigurationArn: row.ingest_configuration_arn }),
  };
}

export function participantView(row: ParticipantRow): realTime.Participant {
  const attributes: Record<string, string> = JSON.parse(row.attributes);
  const client: ClientFacts = JSON.parse(row.client);
  return {
    ...participantSummary(row),
    attributes,
    ...client,
    protocol: row.protocol,
    ...(row.redundant_ingest === 1 ? { redundantIngest: true } : {}),
    recordingS3BucketName: row.recording_bucket,
    recordingS3Prefix: row.recording_prefix,
  };
}

type ClientFacts = Pick<
  realTime.Participant,
  "osName" | "osVersion" | "browserName" | "browserVersion" | "sdkVersion"
>;

export function eventView(row: ParticipantEventRow): realTime.Event {
  const { remote_participant_id: remote, error_code: errorCode, tokens, replication } = row;
  const replica: Pick<realTime.Event, "replica" | "destinationStageArn"> =
    replication === "" ? {} : JSON.parse(replication);
  const exchanged: Pick<realTime.Event, "previousToken" | "newToken"> =
    tokens === "" ? {} : JSON.parse(tokens, dates);
  return {
    name: row.name,
    participantId: row.participant_id,
    eventTime: new Date(row.event_time_ms),
    ...(remote === "" ? {} : { remoteParticipantId: remote }),
    ...(errorCode === "" ? {} : { errorCode }),
    ...exchanged,
    ...replica,
  };
}

function dates(name: string, value: unknown): unknown {
  return name === "expirationTime" ? new Date(String(value)) : value;
}

function replicationView(row: ParticipantRow) {
  const { replication_type: replicationType, replication_state: replicationState } = row;
  const { source_stage_arn: sourceStageArn, source_session_id: sourceSessionId } = row;
  return {
    replicationType,
    ...(replicationState === "" ? {} : { replicationState }),
    ...(sourceStageArn === "" ? {} : { sourceStageArn, sourceSessionId }),
  };
}
