import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";

const name = { min: 1, max: 64, pattern: "[\\.\\-_A-Za-z0-9]+" };
const arn = { min: 1, max: 1600 };
const bus = (start: string): Constraint => ({
  ...arn,
  pattern: `(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus/)?[${start}\\.\\-_A-Za-z0-9]+`,
});
const busName = { min: 1, max: 256, pattern: "[/\\.\\-_A-Za-z0-9]+" };
const ownBusName = { min: 1, max: 256, pattern: "[\\.\\-_A-Za-z0-9]+" };
const archiveName = { min: 1, max: 48, pattern: "[\\.\\-_A-Za-z0-9]+" };
const sourceArn: Constraint = {
  ...arn,
  pattern: "^arn:aws([a-z]|\\-)*:events:([a-z]|\\d|\\-)*:([0-9]{12})?:.+\\/.+$",
};
const tagKey = { min: 1, max: 128 };
const tagValue = { min: 0, max: 256 };
/** Constraints of connections: what goes into requests. */
const parameters = { max: 100 };
const credential: Constraint = { min: 1, max: 512 };
const secret: Constraint = { ...credential, secret: true };

/** Names and values that a connection adds to requests; a value may be a secret. */
const ofConnections = ["CreateConnection", "UpdateConnection"].flatMap((operation) =>
  ["HeaderParameters", "QueryStringParameters"].flatMap((kind): [string, Constraint][] => [
    [`${operation}.${kind}.Key`, { max: 512 }],
    [`${operation}.${kind}.Value`, { max: 512, secret: true }],
  ]),
);

const forTargets = (kind: string) => `PutTargets.Targets.${kind}Parameters`;

/**
 * Source: EventBridge API reference, the operations' request parameters. Patterns of credentials
 * are left out: they would refuse control characters, and can be made to take for ever.
 */
export const eventsConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  showsValues: true,
  unsupported: [
    ...["CreateConnection", "UpdateConnection"].flatMap((operation) => [
      `${operation}.AuthParameters.ConnectivityParameters`,
      `${operation}.InvocationConnectivityParameters`,
      `${operation}.KmsKeyIdentifier`,
    ]),
    ...["CreateEventBus", "UpdateEventBus"].flatMap((operation) => [
      `${operation}.DeadLetterConfig`,
      `${operation}.KmsKeyIdentifier`,
      `${operation}.LogConfig`,
    ]),
    "CreateEventBus.EventSourceName",
    "CreateArchive.KmsKeyIdentifier",
    "UpdateArchive.KmsKeyIdentifier",
    "PutEvents.EndpointId",
    // For kinds of targets that aren't here; on one that is, they would be kept and never used.
    ...["AppSync", "Batch", "Ecs", "Kinesis", "RedshiftData", "RunCommand"].map(forTargets),
    ...["SageMakerPipeline", "Sqs"].map(forTargets),
  ],
  members: {
    Name: name,
    "CreateEventBus.Name": busName,
    "UpdateEventBus.Name": busName,
    "DeleteEventBus.Name": busName,
    "DescribeEventBus.Name": bus("/"),
    Rule: name,
    ArchiveName: archiveName,
    "ListArchives.NamePrefix": archiveName,
    EventSourceArn: sourceArn,
    RetentionDays: { min: 0 },
    ReplayName: name,
    NamePrefix: name,
    "ListEventBuses.NamePrefix": busName,
    EventBusName: bus("/"),
    "PutEvents.EventBusName": bus(""),
    "PutPermission.EventBusName": ownBusName,
    "RemovePermission.EventBusName": ownBusName,
    Action: { min: 1, max: 64, pattern: "events:[a-zA-Z]+" },
    Principal: { min: 1, max: 12, pattern: "(\\d{12}|\\*)" },
    StatementId: { min: 1, max: 64, pattern: "[a-zA-Z0-9-_]+" },
    EventPattern: { max: 4096 },
    ScheduleExpression: { max: 256 },
    "ListArchives.State": {
      values: [
        ...["ENABLED", "DISABLED", "CREATING", "UPDATING", "CREATE_FAILED", "UPDATE_FAILED"],
      ],
    },
    "ListReplays.State": {
      values: ["STARTING", "RUNNING", "CANCELLING", "COMPLETED", "CANCELLED", "FAILED"],
    },
    State: { values: ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"] },
    Description: { max: 512, pattern: ".*" },
    "PutRule.Description": { max: 512 },
    "CreateEventBus.Description": { max: 512 },
    "UpdateEventBus.Description": { max: 512 },
    "StartReplay.Destination.Arn": arn,
    "FilterArns.member": arn,
    "PathParameterValues.member": { pattern: "^(?!\\s*$).+" },
    RoleArn: arn,
    NextToken: { min: 1, max: 2048 },
    Limit: { min: 1, max: 100 },

    Targets: { min: 1, max: 100 },
    Ids: { min: 1, max: 100 },
    "Ids.member": name,
    Id: name,
    "PutTargets.Arn": arn,
    TargetArn: arn,
    "PutTargets.Input": { max: 8192 },
    InputPath: { max: 256 },
    InputTemplate: { min: 1, max: 8192 },
    InputPathsMap: {
      max: 100,
      entries: {
        key: { min: 1, max: 256, pattern: "[A-Za-z0-9_\\-]+" },
        value: { max: 256 },
      },
    },
    "PutTargets.HeaderParameters": { entries: { key: { max: 512 }, value: { max: 512 } } },
    "PutTargets.QueryStringParameters": { entries: { key: { max: 512 }, value: { max: 512 } } },
    MaximumRetryAttempts: { min: 0, max: 185 },
    MaximumEventAgeInSeconds: { min: 60, max: 86_400 },

    Entries: { min: 1, max: 10 },
    "PutEvents.Resources.member": { max: 2048 },
    TraceHeader: { min: 1, max: 500 },
    EndpointId: { min: 1, max: 50, pattern: "^[A-Za-z0-9\\-]+[\\.][A-Za-z0-9\\-]+$" },

    ResourceARN: arn,
    "CreateEventBus.Key": tagKey,
    "CreateEventBus.Value": tagValue,
    "PutRule.Key": tagKey,
    "PutRule.Value": tagValue,
    "TagResource.Key": tagKey,
    "TagResource.Value": tagValue,
    "TagKeys.member": tagKey,

    ConnectionArn: {
      ...arn,
      pattern:
        "^arn:aws([a-z]|\\-)*:events:([a-z]|\\d|\\-)*:([0-9]{12})?:connection\\/[\\.\\-_A-Za-z0-9]+\\/[\\-A-Za-z0-9]+$",
    },
    ConnectionState: {
      values: [
        ...["CREATING", "UPDATING", "DELETING", "AUTHORIZED", "DEAUTHORIZED", "AUTHORIZING"],
        ...["DEAUTHORIZING", "ACTIVE", "FAILED_CONNECTIVITY"],
      ],
    },
    AuthorizationType: { values: ["BASIC", "OAUTH_CLIENT_CREDENTIALS", "API_KEY"] },
    Username: credential,
    Password: secret,
    ApiKeyName: credential,
    ApiKeyValue: secret,
    HeaderParameters: parameters,
    QueryStringParameters: parameters,
    BodyParameters: parameters,
    ...Object.fromEntries(ofConnections),
    InvocationEndpoint: { min: 1, max: 2048 },
    ClientID: credential,
    ClientSecret: secret,
    AuthorizationEndpoint: { min: 1, max: 2048 },
    "CreateConnection.HttpMethod": { values: ["GET", "POST", "PUT"], anyCase: true },
    "UpdateConnection.HttpMethod": { values: ["GET", "POST", "PUT"], anyCase: true },
    HttpMethod: { values: ["HEAD", "POST", "PATCH", "DELETE", "PUT", "GET", "OPTIONS"] },
    InvocationRateLimitPerSecond: { min: 1 },
  },
};
