import type * as ivs from "@aws-sdk/client-ivs";
import { validation } from "../errors.ts";
import type { ChannelRow } from "../tables.ts";

/** The members of a channel that CreateChannel and UpdateChannel share. */
export type ChannelSettingsInput = Omit<ivs.CreateChannelRequest, "tags">;

/** The columns that those members set. */
export type ChannelSettings = Pick<
  ChannelRow,
  | "name"
  | "latency_mode"
  | "type"
  | "authorized"
  | "insecure_ingest"
  | "preset"
  | "recording_configuration_arn"
  | "playback_restriction_policy_arn"
  | "ad_configuration_arn"
  | "container_format"
  | "multitrack_input"
>;

/** Real channels answer this although multitrack was never set. */
const MULTITRACK_OFF = { enabled: false, maximumResolution: "FULL_HD", policy: "ALLOW" } as const;

/** Source: IVS API Reference, CreateChannel. */
export const DEFAULT_CHANNEL_SETTINGS: ChannelSettings = {
  name: "",
  latency_mode: "LOW",
  type: "STANDARD",
  authorized: 0,
  insecure_ingest: 0,
  preset: "",
  recording_configuration_arn: "",
  playback_restriction_policy_arn: "",
  ad_configuration_arn: "",
  container_format: "TS",
  multitrack_input: JSON.stringify(MULTITRACK_OFF),
};

/**
 * Lays what was sent over what was there. Throws ValidationException where the result contradicts
 * itself.
 */
export function changeChannelSettings(
  before: ChannelSettings,
  input: ChannelSettingsInput,
): ChannelSettings {
  const type = input.type ?? before.type;
  const containerFormat = input.containerFormat ?? before.container_format;
  const adConfigurationArn = input.adConfigurationArn ?? before.ad_configuration_arn;
  // Source: IVS user guide, "Server-Side Ad Insertion", "Known Issues".
  if (adConfigurationArn && containerFormat === "FRAGMENTED_MP4")
    throw validation("adConfigurationArn is not allowed with containerFormat FRAGMENTED_MP4");
  return {
    name: input.name ?? before.name,
    latency_mode: input.latencyMode ?? before.latency_mode,
    type,
    authorized: flag(input.authorized, before.authorized),
    insecure_ingest: flag(input.insecureIngest, before.insecure_ingest),
    preset: presetOf(type, input.preset, before.preset),
    recording_configuration_arn:
      input.recordingConfigurationArn ?? before.recording_configuration_arn,
    playback_restriction_policy_arn:
      input.playbackRestrictionPolicyArn ?? before.playback_restriction_policy_arn,
    ad_configuration_arn: adConfigurationArn,
    container_format: containerFormat,
    multitrack_input: multitrackOf(type, containerFormat, input, before.multitrack_input),
  };
}

function flag(given: boolean | undefined, before: number): number {
  return given === undefined ? before : Number(given);
}

function presetOf(type: ivs.ChannelType, given: string | undefined, before: string): string {
  if (type === "ADVANCED_HD" || type === "ADVANCED_SD")
    return given || before || "HIGHER_BANDWIDTH_DELIVERY";
  if (given) throw validation(`preset is not allowed for a channel of type ${type}`);
  return "";
}

function multitrackOf(
  type: ivs.ChannelType,
  containerFormat: ivs.ContainerFormat,
  input: ChannelSettingsInput,
  before: string,
): string {
  const given = input.multitrackInputConfiguration;
  if (given?.enabled && (given.policy === undefined || given.maximumResolution === undefined))
    throw validation("multitrackInputConfiguration requires policy and maximumResolution");
  const stored: ivs.MultitrackInputConfiguration = JSON.parse(before);
  const result = { ...stored, ...given };
  if (result.enabled && type !== "STANDARD")
    throw validation("multitrackInputConfiguration is only allowed for a channel of type STANDARD");
  if (result.enabled && containerFormat !== "FRAGMENTED_MP4")
    throw validation("multitrackInputConfiguration requires containerFormat FRAGMENTED_MP4");
  return JSON.stringify(result);
}
