import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { RecordedRow, RecordingFileRecord } from "../../kernel/recordings/recorded-row.ts";
import type { ResourceRow } from "../../kernel/tagged-resources/tagged-rows.ts";

export interface StageRow extends ResourceRow {
  readonly name: string;
  /** JSON of the SDK's AutoParticipantRecordingConfiguration, defaults filled in. */
  readonly recording: string;
  /** The one that `recording` names; empty where participants aren't recorded. */
  readonly storage_configuration_arn: string;
}

export interface PublicKeyRow extends ResourceRow {
  readonly name: string;
  /** PEM of the SubjectPublicKeyInfo. */
  readonly public_key: string;
  /** MD5 of its DER, in pairs of hexadecimal digits. */
  readonly fingerprint: string;
}

export interface EncoderConfigurationRow extends ResourceRow {
  readonly name: string;
  /** JSON of the SDK's Video, defaults filled in. */
  readonly video: string;
}

export interface StorageConfigurationRow extends ResourceRow {
  readonly name: string;
  readonly bucket_name: string;
}

export interface IngestConfigurationRow extends ResourceRow {
  readonly name: string;
  readonly protocol: realTime.IngestProtocol;
  /** Empty: the stream key can't be used. */
  readonly stage_arn: string;
  readonly user_id: string;
  /** JSON object of strings. */
  readonly attributes: string;
  readonly participant_id: string;
  readonly stream_key: string;
  /** JSON of the SDK's list of RedundantIngestCredential; empty without redundant ingest. */
  readonly redundant: string;
  readonly state: realTime.IngestConfigurationState;
}

/** A composition of a stage, until it is forgotten after its end. */
export interface CompositionRow extends ResourceRow {
  readonly stage_arn: string;
  readonly state: realTime.CompositionState;
  /** JSON of the SDK's LayoutConfiguration, defaults filled in. */
  readonly layout: string;
  /** JSON of a list of `StoredDestination`. */
  readonly destinations: string;
  /** Empty without one. */
  readonly idempotency_token: string;
  /** SHA-256 of the request, in hexadecimal. */
  readonly request_hash: string;
  /** The node that makes it; empty where the database isn't shared. */
  readonly owner: string;
  /** The stage's session when it was begun; empty while it waits for somebody to publish. */
  readonly session_id: string;
  readonly waiting_since_ms: number;
  /** The time of its first picture; null before. */
  readonly started_at_ms: number | null;
  readonly ended_at_ms: number | null;
  /** JSON of a `CompositionFailure`: why it is being ended; null where nothing is wrong. */
  readonly failure: string | null;
}

/** The time from a stage's first participant to its last one. */
export interface StageSessionRow {
  readonly account_id: string;
  readonly region: string;
  readonly stage_id: string;
  readonly session_id: string;
  /** The node that has the stage; empty where the database isn't shared. */
  readonly owner: string;
  readonly created_at_ms: number;
  readonly ended_at_ms: number | null;
}

/** A participant of one session, from its first join on. */
export interface ParticipantRow {
  readonly session_id: string;
  readonly participant_id: string;
  readonly user_id: string;
  /** JSON object of strings. */
  readonly attributes: string;
  readonly state: realTime.ParticipantState;
  /** 1 once it has published. */
  readonly published: number;
  readonly protocol: realTime.ParticipantProtocol;
  /** JSON of the client's names and versions, as GetParticipant shows them. */
  readonly client: string;
  readonly recording_state: realTime.ParticipantRecordingState;
  readonly recording_bucket: string;
  readonly recording_prefix: string;
  /** The ingest configuration that it publishes by; empty for others. */
  readonly ingest_configuration_arn: string;
  /** 1 for one of the two encoders of a configuration with redundant ingest. */
  readonly redundant_ingest: number;
  readonly replication_type: realTime.ReplicationType;
  /** Empty where `replication_type` is NONE. */
  readonly replication_state: realTime.ReplicationState | "";
  /** The source of a replica; empty for others. */
  readonly source_stage_arn: string;
  readonly source_session_id: string;
  /** The time of its first join. */
  readonly created_at_ms: number;
}

export interface ParticipantEventRow {
  readonly session_id: string;
  readonly participant_id: string;
  /** Counts the participant's events, from 1. */
  readonly sequence: number;
  readonly name: realTime.EventName;
  readonly event_time_ms: number;
  /** The publisher that a subscription is to; empty for others. */
  readonly remote_participant_id: string;
  /** Empty but for errors. */
  readonly error_code: realTime.EventErrorCode | "";
  /** JSON of an exchange's two tokens; empty for other events. */
  readonly tokens: string;
  /** JSON of the members that only events of replicas have; empty for other events. */
  readonly replication: string;
}

/** A participant that is shown on another stage, too. */
export interface ParticipantReplicaRow {
  readonly id: string;
  readonly account_id: string;
  readonly region: string;
  readonly source_stage_id: string;
  readonly source_session_id: string;
  readonly participant_id: string;
  readonly destination_stage_id: string;
  /** Empty until it is shown. */
  readonly destination_session_id: string;
  readonly state: realTime.ReplicationState;
  readonly reconnect_window_seconds: number;
  /** JSON object of strings, which are merged over the token's. */
  readonly attributes: string;
  /** The source doesn't publish: until when it may begin again. */
  readonly closes_at_ms: number | null;
  /** The reason for which it couldn't be shown; else empty. */
  readonly failure: string;
  readonly created_at_ms: number;
}

/** A participant whose tokens mean nothing any more. */
export interface RevokedParticipantRow {
  readonly account_id: string;
  readonly region: string;
  readonly stage_id: string;
  readonly participant_id: string;
  /** No token that was issued before lives longer. */
  readonly forget_at_ms: number;
}

/** The recording of a participant, which goes on where it publishes again in time. */
export interface ParticipantRecordingRow extends RecordedRow {
  readonly stage_id: string;
  /** The session that it is in, or was in last. */
  readonly session_id: string;
  readonly participant_id: string;
  readonly storage_configuration_arn: string;
}

/** The recording of a composition for one destination, which goes on after an interruption. */
export interface CompositionRecordingRow extends RecordedRow {
  readonly stage_arn: string;
  readonly composition_id: string;
  readonly destination_id: string;
}

export interface RealTimeTables {
  ivs_stages: StageRow;
  ivs_stage_public_keys: PublicKeyRow;
  ivs_encoder_configurations: EncoderConfigurationRow;
  ivs_storage_configurations: StorageConfigurationRow;
  ivs_ingest_configurations: IngestConfigurationRow;
  ivs_compositions: CompositionRow;
  ivs_stage_sessions: StageSessionRow;
  ivs_stage_participants: ParticipantRow;
  ivs_stage_participant_events: ParticipantEventRow;
  ivs_stage_revoked_participants: RevokedParticipantRow;
  ivs_participant_replicas: ParticipantReplicaRow;
  ivs_participant_recordings: ParticipantRecordingRow;
  ivs_participant_recording_files: RecordingFileRecord;
  ivs_composition_recordings: CompositionRecordingRow;
  ivs_composition_recording_files: RecordingFileRecord;
}
