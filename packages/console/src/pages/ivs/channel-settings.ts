import type {
  Channel,
  ChannelLatencyMode,
  ChannelType,
  ContainerFormat,
  MultitrackInputConfiguration,
  TranscodePreset,
  UpdateChannelRequest,
} from "@aws-sdk/client-ivs";

/** The members that CreateChannel and UpdateChannel have in common. */
export interface ChannelSettings {
  readonly name: string;
  readonly type: ChannelType;
  /** Empty where the type has none. */
  readonly preset: TranscodePreset | "";
  readonly latencyMode: ChannelLatencyMode;
  readonly authorized: boolean;
  readonly insecureIngest: boolean;
  readonly containerFormat: ContainerFormat;
  readonly multitrackInputConfiguration: MultitrackInputConfiguration;
  /** Empty: nothing is recorded. */
  readonly recordingConfigurationArn: string;
  /** Empty: everybody may watch, or everybody with a token. */
  readonly playbackRestrictionPolicyArn: string;
  /** Empty: no ads. */
  readonly adConfigurationArn: string;
}

export const NEW_CHANNEL: ChannelSettings = {
  name: "",
  type: "STANDARD",
  preset: "",
  latencyMode: "LOW",
  authorized: false,
  insecureIngest: false,
  containerFormat: "TS",
  multitrackInputConfiguration: { enabled: false },
  recordingConfigurationArn: "",
  playbackRestrictionPolicyArn: "",
  adConfigurationArn: "",
};

/** The part of a form that shows some of the settings. */
export interface ChannelPartProps {
  readonly settings: ChannelSettings;
  readonly onChange: (settings: ChannelSettings) => void;
}

/** Only these types are transcoded by a preset. */
export function hasPreset({ type }: ChannelSettings): boolean {
  return type === "ADVANCED_SD" || type === "ADVANCED_HD";
}

export function allowsMultitrack({ type, containerFormat }: ChannelSettings): boolean {
  return type === "STANDARD" && containerFormat === "FRAGMENTED_MP4";
}

/** The settings with what their type and container don't allow left out, as IVS would refuse it. */
export function coherent(settings: ChannelSettings): ChannelSettings {
  const { preset, multitrackInputConfiguration } = settings;
  return {
    ...settings,
    preset: hasPreset(settings) ? preset || "HIGHER_BANDWIDTH_DELIVERY" : "",
    multitrackInputConfiguration: allowsMultitrack(settings)
      ? multitrackInputConfiguration
      : { enabled: false },
  };
}

export function settingsOf(channel: Channel): ChannelSettings {
  const { name, authorized, insecureIngest, preset } = channel;
  return {
    name: name ?? "",
    type: channel.type ?? NEW_CHANNEL.type,
    preset: preset ?? "",
    latencyMode: channel.latencyMode ?? NEW_CHANNEL.latencyMode,
    authorized: authorized ?? false,
    insecureIngest: insecureIngest ?? false,
    containerFormat: channel.containerFormat ?? NEW_CHANNEL.containerFormat,
    multitrackInputConfiguration:
      channel.multitrackInputConfiguration ?? NEW_CHANNEL.multitrackInputConfiguration,
    recordingConfigurationArn: channel.recordingConfigurationArn ?? "",
    playbackRestrictionPolicyArn: channel.playbackRestrictionPolicyArn ?? "",
    adConfigurationArn: channel.adConfigurationArn ?? "",
  };
}

/** The input to send: a type without presets gets none, an empty ARN removes the old one. */
export function settingsInput(settings: ChannelSettings): Omit<UpdateChannelRequest, "arn"> {
  const { preset, ...others } = settings;
  return preset === "" ? others : { ...others, preset };
}
