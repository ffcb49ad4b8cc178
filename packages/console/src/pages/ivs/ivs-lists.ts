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
import { pagesOf } from "../../wire/read-pages.ts";

// Lists that more than one page shows, of the chosen Region: whole for choices, in pages for lists.

type Ivs = Pick<AwsClients, "ivs">;

export function channelPages(
  { ivs: client }: Ivs,
  filter: ListChannelsRequest = {},
): AsyncIterable<readonly ChannelSummary[]> {
  return pagesOf(paginateListChannels({ client }, filter), (page) => page.channels);
}

export function listChannels(aws: Ivs): Promise<readonly ChannelSummary[]> {
  return allPages(channelPages(aws), (page) => page);
}

export function recordingConfigurationPages({
  ivs: client,
}: Ivs): AsyncIterable<readonly RecordingConfigurationSummary[]> {
  return pagesOf(
    paginateListRecordingConfigurations({ client }, {}),
    (page) => page.recordingConfigurations,
  );
}

export function listRecordingConfigurations(
  aws: Ivs,
): Promise<readonly RecordingConfigurationSummary[]> {
  return allPages(recordingConfigurationPages(aws), (page) => page);
}

export function restrictionPolicyPages({
  ivs: client,
}: Ivs): AsyncIterable<readonly PlaybackRestrictionPolicySummary[]> {
  return pagesOf(
    paginateListPlaybackRestrictionPolicies({ client }, {}),
    (page) => page.playbackRestrictionPolicies,
  );
}

export function listRestrictionPolicies(
  aws: Ivs,
): Promise<readonly PlaybackRestrictionPolicySummary[]> {
  return allPages(restrictionPolicyPages(aws), (page) => page);
}

export function adConfigurationPages({
  ivs: client,
}: Ivs): AsyncIterable<readonly AdConfigurationSummary[]> {
  return pagesOf(paginateListAdConfigurations({ client }, {}), (page) => page.adConfigurations);
}

export function listAdConfigurations(aws: Ivs): Promise<readonly AdConfigurationSummary[]> {
  return allPages(adConfigurationPages(aws), (page) => page);
}
