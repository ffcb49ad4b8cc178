import {
  type AdConfigurationSummary,
  type ChannelSummary,
  type ListChannelsRequest,
  type PlaybackRestrictionPolicySummary,
  paginateListAdConfigurations,
  paginateListChannels,
  paginateListPlaybackRestrictionPolicies,
  paginateListRecordingConfigurations,
  type RecordingConfigurationSummary,
} from "@aws-sdk/client-ivs";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";

// Lists that more than one page shows, of the chosen Region.

type Ivs = Pick<AwsClients, "ivs">;

export function listChannels(
  { ivs: client }: Ivs,
  filter: ListChannelsRequest = {},
): Promise<readonly ChannelSummary[]> {
  return allPages(paginateListChannels({ client }, filter), (page) => page.channels);
}

export function listRecordingConfigurations({
  ivs: client,
}: Ivs): Promise<readonly RecordingConfigurationSummary[]> {
  return allPages(
    paginateListRecordingConfigurations({ client }, {}),
    (page) => page.recordingConfigurations,
  );
}

export function listRestrictionPolicies({
  ivs: client,
}: Ivs): Promise<readonly PlaybackRestrictionPolicySummary[]> {
  return allPages(
    paginateListPlaybackRestrictionPolicies({ client }, {}),
    (page) => page.playbackRestrictionPolicies,
  );
}

export function listAdConfigurations({
  ivs: client,
}: Ivs): Promise<readonly AdConfigurationSummary[]> {
  return allPages(paginateListAdConfigurations({ client }, {}), (page) => page.adConfigurations);
}
