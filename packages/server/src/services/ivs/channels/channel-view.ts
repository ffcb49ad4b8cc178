import type * as ivs from "@aws-sdk/client-ivs";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { readTags } from "../../../kernel/tagged-resources/tags.ts";
import { arns } from "../resource-arn.ts";
import type { ChannelRow, StreamKeyRow } from "../tables.ts";

/** The URL at which players and encoders reach this server. */
export interface ChannelHosts {
  readonly publicBaseUrl: string;
  readonly ingestHost: string;
}

/** The hosts as this caller knows them: playback URLs have the one that the request came to. */
export function hostsFor(
  { publicBaseUrl, ingestHost }: ChannelHosts,
  { baseUrl = publicBaseUrl }: Pick<RequestContext, "baseUrl">,
): ChannelHosts {
  return { publicBaseUrl: baseUrl, ingestHost };
}

export function channelArn(row: ChannelRow): string {
  return arns.arn({ accountId: row.account_id, region: row.region }, "channel", row.id);
}

/** The last part of a playback URL without `.m3u8`: `<region>.<account>.channel.<id>`. */
function playbackName(row: ChannelRow): string {
  return `${row.region}.${row.account_id}.channel.${row.id}`;
}

export function playbackUrl(row: ChannelRow, hosts: ChannelHosts): string {
  return `${hosts.publicBaseUrl}/api/video/v1/${playbackName(row)}.m3u8`;
}

/** A channel as ListChannels shows it: without hosts, SRT, multitrack and container format. */
export function channelSummary(row: ChannelRow): ivs.ChannelSummary {
  return {
    arn: channelArn(row),
    name: row.name,
    latencyMode: row.latency_mode,
    type: row.type,
    authorized: row.authorized === 1,
    insecureIngest: row.insecure_ingest === 1,
    // AWS answers "" for types without a preset, which the SDK's union of presets doesn't know.
    preset: row.preset as ivs.TranscodePreset,
    recordingConfigurationArn: row.recording_configuration_arn,
    playbackRestrictionPolicyArn: row.playback_restriction_policy_arn,
    adConfigurationArn: row.ad_configuration_arn,
    tags: readTags(row.tags),
  };
}

export function channelView(row: ChannelRow, hosts: ChannelHosts): ivs.Channel {
  const multitrackInputConfiguration: ivs.MultitrackInputConfiguration = JSON.parse(
    row.multitrack_input,
  );
  return {
    ...channelSummary(row),
    ingestEndpoint: hosts.ingestHost,
    playbackUrl: playbackUrl(row, hosts),
    srt: { endpoint: hosts.ingestHost, passphrase: row.srt_passphrase },
    multitrackInputConfiguration,
    containerFormat: row.container_format,
  };
}

/** A stream key as ListStreamKeys shows it: without the secret. */
export function streamKeySummary(row: StreamKeyRow): ivs.StreamKeySummary {
  const at = { accountId: row.account_id, region: row.region };
  return {
    arn: arns.arn(at, "stream-key", row.id),
    channelArn: arns.arn(at, "channel", row.channel_id),
    tags: readTags(row.tags),
  };
}

export function streamKeyView(row: StreamKeyRow): ivs.StreamKey {
  return { ...streamKeySummary(row), value: row.value };
}
