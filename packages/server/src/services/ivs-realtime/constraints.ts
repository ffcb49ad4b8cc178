import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";

const arnOf = (type: string): Constraint => ({
  min: 1,
  max: 128,
  pattern: `arn:aws:ivs:[a-z0-9-]+:[0-9]+:${type}/[a-zA-Z0-9-]+`,
});

/** An ARN that may be empty, which clears the reference. */
const optionalArnOf = (type: string): Constraint => ({
  max: 128,
  pattern: `^$|^arn:aws:ivs:[a-z0-9-]+:[0-9]+:${type}/[a-zA-Z0-9-]+$`,
});

const PUBLIC_KEY = [
  ".*-----BEGIN PUBLIC KEY-----",
  "\\r?\\n([a-zA-Z0-9+/=\\r\\n]+)\\r?\\n",
  "-----END PUBLIC KEY-----(\\r?\\n)?.*",
].join("");
const stageArn = arnOf("stage");
const attributeName: Constraint = { max: 128, pattern: "[a-zA-Z0-9-_]*" };
const tagText = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]";

/**
 * The limits of the service's model, as the IVS Real-Time API Reference lists them. The model's
 * pattern for `resourceArn` allows one letter as resource type and so no ARN at all: here it may
 * have several.
 */
export const realTimeConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  tooLong: (path, max, length) =>
    `${path} is required to have a maximum length of ${max}, found ${length}`,
  members: {
    name: { max: 128, pattern: "[a-zA-Z0-9-_]*" },
    nextToken: { max: 1024, pattern: "[a-zA-Z0-9+/=_-]*" },
    maxResults: { min: 1, max: 100, whole: true },

    stageArn,
    sourceStageArn: stageArn,
    destinationStageArn: stageArn,
    reconnectWindowSeconds: { min: 0, max: 60, whole: true },
    "CreateIngestConfiguration.stageArn": optionalArnOf("stage"),
    "UpdateIngestConfiguration.stageArn": optionalArnOf("stage"),
    "GetStage.arn": stageArn,
    "UpdateStage.arn": stageArn,
    "DeleteStage.arn": stageArn,
    "GetPublicKey.arn": arnOf("public-key"),
    "DeletePublicKey.arn": arnOf("public-key"),
    "GetEncoderConfiguration.arn": arnOf("encoder-configuration"),
    "DeleteEncoderConfiguration.arn": arnOf("encoder-configuration"),
    "GetStorageConfiguration.arn": arnOf("storage-configuration"),
    "DeleteStorageConfiguration.arn": arnOf("storage-configuration"),
    "GetIngestConfiguration.arn": arnOf("ingest-configuration"),
    "UpdateIngestConfiguration.arn": arnOf("ingest-configuration"),
    "DeleteIngestConfiguration.arn": arnOf("ingest-configuration"),
    filterByStageArn: stageArn,
    filterByState: { values: ["ACTIVE", "INACTIVE"] },
    "ListParticipants.filterByState": { values: ["CONNECTED", "DISCONNECTED"] },
    filterByRecordingState: { values: ["STARTING", "ACTIVE", "STOPPING", "STOPPED", "FAILED"] },
    filterByUserId: { max: 128 },
    sessionId: { min: 16, max: 16, pattern: "st-[a-zA-Z0-9]+" },
    participantId: { max: 64, pattern: "[a-zA-Z0-9-]*" },
    reason: { max: 128 },
    storageConfigurationArn: optionalArnOf("storage-configuration"),
    resourceArn: arnOf("[a-z-]+"),

    userId: { max: 128 },
    participantTokenConfigurations: { max: 12 },
    duration: { min: 1, max: 20_160, whole: true },
    capabilities: { max: 2 },
    "capabilities.member": { values: ["PUBLISH", "SUBSCRIBE"] },
    publicKeyMaterial: { pattern: PUBLIC_KEY },

    mediaTypes: { max: 1 },
    "mediaTypes.member": { values: ["AUDIO_VIDEO", "AUDIO_ONLY", "NONE"] },
    recordingMode: { values: ["INTERVAL", "DISABLED"] },
    targetIntervalSeconds: { min: 1, max: 86_400, whole: true },
    storage: { max: 2 },
    "storage.member": { values: ["SEQUENTIAL", "LATEST"] },
    recordingReconnectWindowSeconds: { min: 0, max: 300, whole: true },
    targetSegmentDurationSeconds: { min: 2, max: 10, whole: true },

    width: { min: 2, max: 1_920, whole: true },
    height: { min: 2, max: 1_920, whole: true },
    framerate: { min: 1, max: 60 },
    bitrate: { min: 1, max: 8_500_000, whole: true },
    bucketName: { min: 3, max: 63, pattern: "[a-z0-9-.]+" },
    "GetComposition.arn": arnOf("composition"),
    "StopComposition.arn": arnOf("composition"),
    filterByEncoderConfigurationArn: arnOf("encoder-configuration"),
    idempotencyToken: { min: 1, max: 64, pattern: "[a-zA-Z0-9-_]*" },
    destinations: { min: 1, max: 2 },
    channelArn: arnOf("channel"),
    encoderConfigurationArn: arnOf("encoder-configuration"),
    encoderConfigurationArns: { min: 1, max: 1 },
    "encoderConfigurationArns.member": arnOf("encoder-configuration"),
    "StartComposition.storageConfigurationArn": arnOf("storage-configuration"),
    format: { values: ["HLS"] },
    thumbnailConfigurations: { max: 1 },
    featuredParticipantAttribute: attributeName,
    participantOrderAttribute: attributeName,
    pipParticipantAttribute: attributeName,
    videoAspectRatio: { values: ["AUTO", "VIDEO", "SQUARE", "PORTRAIT"] },
    videoFillMode: { values: ["FILL", "COVER", "CONTAIN"] },
    gridGap: { min: 0, whole: true },
    pipBehavior: { values: ["STATIC", "DYNAMIC"] },
    pipOffset: { min: 0, whole: true },
    pipPosition: { values: ["TOP_LEFT", "TOP_RIGHT", "BOTTOM_LEFT", "BOTTOM_RIGHT"] },
    pipWidth: { min: 1, whole: true },
    pipHeight: { min: 1, whole: true },

    ingestProtocol: { values: ["RTMP", "RTMPS"] },

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
