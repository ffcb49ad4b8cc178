import type * as ivs from "@aws-sdk/client-ivs";
import type { RecordedRow, RecordingFileRecord } from "../../kernel/recordings/recorded-row.ts";
import type { ResourceRow } from "../../kernel/tagged-resources/tagged-rows.ts";

export interface RecordingConfigurationRow extends ResourceRow {
  readonly name: string;
  readonly bucket_name: string;
  /** JSON of the SDK's ThumbnailConfiguration, defaults filled in. */
  readonly thumbnail_configuration: string;
  /** JSON of the SDK's RenditionConfiguration, defaults filled in. */
  readonly rendition_configuration: string;
  readonly reconnect_window_seconds: number;
  /**
   * The state after CREATING: decided with the row, so that no timer needs to survive a restart.
   */
  readonly settled_state: "ACTIVE" | "CREATE_FAILED";
  /** Until then the state reads CREATING. */
  readonly settles_at_ms: number;
}

export interface ChannelRow extends ResourceRow {
  readonly name: string;
  readonly latency_mode: ivs.ChannelLatencyMode;
  readonly type: ivs.ChannelType;
  readonly authorized: number;
  readonly insecure_ingest: number;
  /** Empty but for ADVANCED types. */
  readonly preset: string;
  /** Empty when there is none. */
  readonly recording_configuration_arn: string;
  readonly playback_restriction_policy_arn: string;
  readonly ad_configuration_arn: string;
  readonly container_format: ivs.ContainerFormat;
  /** JSON of the SDK's MultitrackInputConfiguration. */
  readonly multitrack_input: string;
  readonly srt_passphrase: string;
}

export interface StreamKeyRow extends ResourceRow {
  readonly channel_id: string;
  /** The secret that encoders publish with. */
  readonly value: string;
}

export interface PlaybackKeyPairRow extends ResourceRow {
  readonly name: string;
  /** PEM of the SubjectPublicKeyInfo. */
  readonly public_key: string;
  /** MD5 of its DER, in pairs of hexadecimal digits. */
  readonly fingerprint: string;
}

export interface PlaybackRestrictionPolicyRow extends ResourceRow {
  readonly name: string;
  /** JSON list of country codes; empty: every country. */
  readonly allowed_countries: string;
  /** JSON list of origins; empty: every origin. */
  readonly allowed_origins: string;
  readonly strict_origin_enforcement: number;
}

export interface AdConfigurationRow extends ResourceRow {
  readonly name: string;
  /** JSON of the SDK's list of MediaTailorPlaybackConfiguration. */
  readonly playback_configurations: string;
  readonly post_roll_enabled: number;
  readonly post_roll_seconds: number;
}

/** The sessions of a viewer that may no longer be played, up to a version. */
export interface ViewerSessionRevocationRow {
  readonly account_id: string;
  readonly region: string;
  readonly channel_id: string;
  readonly viewer_id: string;
  readonly version_max: number;
  readonly revoked_at_ms: number;
}

/** A playback token that was good for one use, until it would expire anyway. */
export interface UsedPlaybackTokenRow {
  readonly account_id: string;
  readonly region: string;
  readonly uuid: string;
  readonly expires_at_ms: number;
}

/** A process that shares this database and is alive. */
export interface NodeRow {
  readonly node_id: string;
  /** The URL at which other nodes reach it. */
  readonly url: string;
  /** Rises as long as it lives. */
  readonly beat: number;
  /** `NodeAbility`s, between commas; empty for nodes of releases before there were any. */
  readonly abilities: string;
  /** Stays with its folder; empty for nodes of releases before it was noted. */
  readonly folder_id: string;
  /**
   * The node that takes what this one had, before all others; empty while this one lives. Its lease
   * goes on to its end, so that nobody else takes anything if the heir dies too.
   */
  readonly heir: string;
}

export interface StreamSessionRow {
  readonly stream_id: string;
  readonly account_id: string;
  readonly region: string;
  readonly channel_id: string;
  readonly created_at_ms: number;
  /** When the first segment was playable; null when that never came. */
  readonly started_at_ms: number | null;
  readonly ended_at_ms: number | null;
  readonly health: ivs.StreamHealth;
  readonly has_error_event: number;
  /** JSON of the ChannelRow as it was when the broadcast began. */
  readonly channel: string;
  /** JSON of the RecordingConfigurationRow as it was then; null without one. */
  readonly recording_configuration: string | null;
  /** JSON of the engine's StreamMedia; null until it is known. */
  readonly media: string | null;
  /** The node that has the stream, or that ends it for a dead one. */
  readonly owner: string;
  /** Its publisher's; 0 for none. */
  readonly priority: number;
}

export interface StreamEventRow {
  readonly stream_id: string;
  readonly account_id: string;
  readonly region: string;
  /** Rises within a stream. */
  readonly sequence: number;
  readonly type: string;
  readonly name: string;
  readonly code: string | null;
  readonly event_time_ms: number;
}

export interface RecordingRow extends RecordedRow {
  readonly channel_id: string;
  readonly channel_name: string;
  readonly recording_configuration_arn: string;
  /** Last part of the prefix. */
  readonly recording_id: string;
  /** The id by which events call the recording; another one than the prefix's, as on AWS. */
  readonly recording_session_id: string;
}

export interface IvsTables {
  ivs_recording_configurations: RecordingConfigurationRow;
  ivs_channels: ChannelRow;
  ivs_stream_keys: StreamKeyRow;
  ivs_playback_key_pairs: PlaybackKeyPairRow;
  ivs_playback_restriction_policies: PlaybackRestrictionPolicyRow;
  ivs_ad_configurations: AdConfigurationRow;
  ivs_viewer_session_revocations: ViewerSessionRevocationRow;
  ivs_used_playback_tokens: UsedPlaybackTokenRow;
  ivs_nodes: NodeRow;
  ivs_stream_sessions: StreamSessionRow;
  ivs_stream_events: StreamEventRow;
  ivs_recordings: RecordingRow;
  ivs_recording_files: RecordingFileRecord;
}
