import type * as realTime from "@aws-sdk/client-ivs-realtime";
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

export interface RealTimeTables {
  ivs_stages: StageRow;
  ivs_stage_public_keys: PublicKeyRow;
  ivs_encoder_configurations: EncoderConfigurationRow;
  ivs_storage_configurations: StorageConfigurationRow;
  ivs_ingest_configurations: IngestConfigurationRow;
}
