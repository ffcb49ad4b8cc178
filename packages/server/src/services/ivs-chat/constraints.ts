import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";

const arnOf = (type: string): Constraint => ({
  min: 1,
  max: 128,
  pattern: `arn:aws:ivschat:[a-z0-9-]+:[0-9]+:${type}/[a-zA-Z0-9-]+`,
});
const room = arnOf("room");
const loggingConfiguration = arnOf("logging-configuration");
const name: Constraint = { max: 128, pattern: "[a-zA-Z0-9-_]*" };
const handlerUri: Constraint = {
  max: 170,
  pattern: "$|^arn:aws:lambda:[a-z0-9-]+:[0-9]{12}:function:.+.*",
};
const secretText = (max: number): Constraint => ({ min: 1, max, secret: true });

/**
 * The limits of the service's model, as the IVS Chat API Reference lists them. The model's pattern
 * for `resourceArn` allows one letter as resource type and so no ARN at all: here it may have
 * several.
 */
export const ivsChatConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  fieldsOf: (violations) => ({
    reason: "FIELD_VALIDATION_FAILED",
    fieldList: violations.map(({ path, rule }) => ({ name: path, message: rule })),
  }),
  unsupported: ["CreateLoggingConfiguration", "UpdateLoggingConfiguration"].flatMap((operation) => [
    `${operation}.destinationConfiguration.cloudWatchLogs`,
    `${operation}.destinationConfiguration.firehose`,
  ]),
  // The SDK's schemas of this service don't say which members are required.
  required: {
    GetRoom: ["identifier"],
    UpdateRoom: ["identifier"],
    DeleteRoom: ["identifier"],
    CreateChatToken: ["roomIdentifier", "userId"],
    SendEvent: ["roomIdentifier", "eventName"],
    DeleteMessage: ["roomIdentifier", "id"],
    DisconnectUser: ["roomIdentifier", "userId"],
    CreateLoggingConfiguration: ["destinationConfiguration"],
    GetLoggingConfiguration: ["identifier"],
    UpdateLoggingConfiguration: ["identifier"],
    DeleteLoggingConfiguration: ["identifier"],
    ListTagsForResource: ["resourceArn"],
    TagResource: ["resourceArn", "tags"],
    UntagResource: ["resourceArn", "tagKeys"],
  },
  members: {
    name,
    nextToken: { max: 1024 },
    maxResults: { min: 1, max: 50, whole: true },

    "GetRoom.identifier": room,
    "UpdateRoom.identifier": room,
    "DeleteRoom.identifier": room,
    roomIdentifier: room,
    maximumMessageRatePerSecond: { min: 1, max: 100, whole: true },
    maximumMessageLength: { min: 1, max: 500, whole: true },
    uri: handlerUri,
    messageReviewHandlerUri: handlerUri,
    fallbackResult: { values: ["ALLOW", "DENY"] },
    loggingConfigurationIdentifiers: { max: 3 },
    "loggingConfigurationIdentifiers.member": loggingConfiguration,
    loggingConfigurationIdentifier: loggingConfiguration,

    "GetLoggingConfiguration.identifier": loggingConfiguration,
    "UpdateLoggingConfiguration.identifier": loggingConfiguration,
    "DeleteLoggingConfiguration.identifier": loggingConfiguration,
    bucketName: { min: 3, max: 63, pattern: "[a-z0-9-.]+" },
    logGroupName: { min: 1, max: 512, pattern: "[\\.\\-_/#A-Za-z0-9]+" },
    deliveryStreamName: { min: 1, max: 64, pattern: "[a-zA-Z0-9_.-]+" },

    userId: secretText(128),
    "capabilities.member": { values: ["SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE"] },
    sessionDurationInMinutes: { min: 1, max: 180, whole: true },
    eventName: { min: 1, max: 100 },
    id: { min: 12, max: 12, pattern: "[a-zA-Z0-9]+" },
    reason: { min: 1, max: 256 },

    resourceArn: {
      min: 1,
      max: 128,
      pattern: "arn:aws:ivschat:[a-z0-9-]+:[0-9]+:[a-z-]+/[a-zA-Z0-9-]+",
    },
    tags: {
      max: 50,
      entries: { key: { min: 1, max: 128 }, value: { min: 0, max: 256 } },
    },
    tagKeys: { max: 50 },
    "tagKeys.member": { min: 1, max: 128 },
  },
};
