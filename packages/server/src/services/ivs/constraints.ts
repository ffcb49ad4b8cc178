import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";

const arnOf = (type: string, min = 1): Constraint => ({
  min,
  max: 128,
  pattern: `arn:aws:ivs:[a-z0-9-]+:[0-9]+:${type}/[a-zA-Z0-9-]+`,
});

/** An ARN that may be empty, which clears the reference. */
const optionalArnOf = (type: string): Constraint => ({
  max: 128,
  pattern: `^$|^arn:aws:ivs:[a-z0-9-]+:[0-9]+:${type}/[a-zA-Z0-9-]+$`,
});

const channelArn = arnOf("channel");
const streamKeyArn = arnOf("stream-key");
const recordingConfigurationArn = arnOf("recording-configuration", 0);
const playbackKeyArn = arnOf("playback-key");
const playbackRestrictionPolicyArn = arnOf("playback-restriction-policy");
const adConfigurationArn = arnOf("ad-configuration", 0);
const resolutions = ["SD", "HD", "FULL_HD", "LOWEST_RESOLUTION"];
const tagText = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]";

/**
 * The limits of the service's model, as the IVS API Reference lists them. The model's pattern for
 * `resourceArn` allows one letter as resource type and so no ARN at all: here it may have several.
 */
export const ivsConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  // As callers have seen it. How IVS words other violations isn't known: as other services do.
  tooLong: (path, max, length) =>
    `${path} is required to have a maximum length of ${max}, found ${length}`,
  members: {
    name: { max: 128, pattern: "[a-zA-Z0-9-_]*" },
    filterByName: { max: 128, pattern: "[a-zA-Z0-9-_]*" },
    nextToken: { max: 1024, pattern: "[a-zA-Z0-9+/=_-]*" },
    maxResults: { min: 1, max: 100, whole: true },
    "ListStreamKeys.maxResults": { min: 1, max: 50, whole: true },

    channelArn,
    arns: { min: 1, max: 50 },
    "BatchGetChannel.arns.member": channelArn,
    "BatchGetStreamKey.arns.member": streamKeyArn,
    "GetChannel.arn": channelArn,
    "UpdateChannel.arn": channelArn,
    "DeleteChannel.arn": channelArn,
    "GetStreamKey.arn": streamKeyArn,
    "DeleteStreamKey.arn": streamKeyArn,
    "GetRecordingConfiguration.arn": recordingConfigurationArn,
    "DeleteRecordingConfiguration.arn": recordingConfigurationArn,
    "GetPlaybackKeyPair.arn": playbackKeyArn,
    "DeletePlaybackKeyPair.arn": playbackKeyArn,
    "GetPlaybackRestrictionPolicy.arn": playbackRestrictionPolicyArn,
    "UpdatePlaybackRestrictionPolicy.arn": playbackRestrictionPolicyArn,
    "DeletePlaybackRestrictionPolicy.arn": playbackRestrictionPolicyArn,
    "GetAdConfiguration.arn": adConfigurationArn,
    "UpdateAdConfiguration.arn": adConfigurationArn,
    "DeleteAdConfiguration.arn": adConfigurationArn,
    resourceArn: arnOf("[a-z-]+"),
    recordingConfigurationArn: optionalArnOf("recording-configuration"),
    filterByRecordingConfigurationArn: optionalArnOf("recording-configuration"),
    playbackRestrictionPolicyArn: optionalArnOf("playback-restriction-policy"),
    filterByPlaybackRestrictionPolicyArn: optionalArnOf("playback-restriction-policy"),
    adConfigurationArn: optionalArnOf("ad-configuration"),
    filterByAdConfigurationArn: optionalArnOf("ad-configuration"),

    latencyMode: { values: ["NORMAL", "LOW"] },
    type: { values: ["BASIC", "STANDARD", "ADVANCED_SD", "ADVANCED_HD"] },
    preset: { values: ["", "HIGHER_BANDWIDTH_DELIVERY", "CONSTRAINED_BANDWIDTH_DELIVERY"] },
    containerFormat: { values: ["TS", "FRAGMENTED_MP4"] },
    policy: { values: ["ALLOW", "REQUIRE"] },
    maximumResolution: { values: ["SD", "HD", "FULL_HD"] },

    bucketName: { min: 3, max: 63, pattern: "[a-z0-9-.]+" },
    recordingReconnectWindowSeconds: { min: 0, max: 300, whole: true },
    recordingMode: { values: ["DISABLED", "INTERVAL"] },
    targetIntervalSeconds: { min: 1, max: 60, whole: true },
    resolution: { values: resolutions },
    storage: { max: 2 },
    "storage.member": { values: ["SEQUENTIAL", "LATEST"] },
    renditionSelection: { values: ["ALL", "NONE", "CUSTOM"] },
    renditions: { max: 4 },
    "renditions.member": { values: resolutions },

    "allowedCountries.member": { min: 2, max: 2 },
    "allowedOrigins.member": { max: 128 },
    viewerId: { min: 1, max: 40 },
    viewerSessionVersionsLessThanOrEqualTo: { min: 0, whole: true },
    viewerSessions: { min: 1, max: 20 },
    metadata: { min: 1 },
    mediaTailorPlaybackConfigurations: { min: 1, max: 3 },
    playbackConfigurationArn: {
      max: 128,
      pattern: "arn:aws:mediatailor:[a-z0-9-]+:[0-9]+:playbackConfiguration/[a-zA-Z0-9-]+",
    },
    durationSeconds: { min: 1, max: 300, whole: true },

    health: { values: ["HEALTHY", "STARVING", "UNKNOWN"] },
    streamId: { min: 26, max: 26, pattern: "st-[a-zA-Z0-9]+" },

    tags: {
      max: 50,
      entries: {
        key: { min: 1, max: 128, pattern: `${tagText}+` },
        value: { min: 0, max: 256, pattern: `${tagText}*` },
      },
    },
    tagKeys: { max: 50 },
    "tagKeys.member": { min: 1, max: 128, pattern: `${tagText}+` },
  },
};
