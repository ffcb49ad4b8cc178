import { TaggedRows } from "../../../kernel/tagged-resources/tagged-rows.ts";
import { quotaExceeded, resourceNotFound, validation } from "../errors.ts";
import { arns } from "../resource-arn.ts";
import type {
  AdConfigurationRow,
  ChannelRow,
  IvsTables,
  PlaybackKeyPairRow,
  PlaybackRestrictionPolicyRow,
  RecordingConfigurationRow,
  StreamKeyRow,
} from "../tables.ts";

/** The row of each type of resource. */
export interface ResourceRows {
  readonly channel: ChannelRow;
  readonly "stream-key": StreamKeyRow;
  readonly "recording-configuration": RecordingConfigurationRow;
  readonly "playback-key": PlaybackKeyPairRow;
  readonly "playback-restriction-policy": PlaybackRestrictionPolicyRow;
  readonly "ad-configuration": AdConfigurationRow;
}

const TABLES = {
  channel: "ivs_channels",
  "stream-key": "ivs_stream_keys",
  "recording-configuration": "ivs_recording_configurations",
  "playback-key": "ivs_playback_key_pairs",
  "playback-restriction-policy": "ivs_playback_restriction_policies",
  "ad-configuration": "ivs_ad_configurations",
} as const;

export const resources = new TaggedRows<IvsTables, ResourceRows>(arns, TABLES, {
  notFound: resourceNotFound,
  invalidToken: () => validation("Invalid nextToken"),
  reservedTag: (key) => validation(`Tag key ${key} uses the reserved prefix aws:`),
  quotaExceeded,
});
