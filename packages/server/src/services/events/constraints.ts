import type { ServiceConstraints } from "../../kernel/constraints.ts";

const name = { min: 1, max: 64, pattern: "[\\.\\-_A-Za-z0-9]+" };

/** Source: EventBridge API reference, the operations' request parameters. */
export const eventsConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  members: {
    Name: name,
    Rule: name,
    NamePrefix: { min: 1, max: 64 },
    EventBusName: { min: 1, max: 1600 },
    EventPattern: { max: 4096 },
    ScheduleExpression: { max: 256 },
    State: { values: ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"] },
    Description: { max: 512 },
    RoleArn: { min: 1, max: 1600 },
    NextToken: { min: 1, max: 2048 },
    Limit: { min: 1, max: 100 },
    Targets: { min: 1, max: 100 },
    Ids: { min: 1, max: 100 },
    "Ids.member": name,
    Id: name,
    Entries: { min: 1, max: 10 },
    MaximumRetryAttempts: { min: 0, max: 185 },
    MaximumEventAgeInSeconds: { min: 60, max: 86_400 },
    InvocationEndpoint: { min: 1, max: 2048 },
    HttpMethod: { values: ["POST", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"] },
    InvocationRateLimitPerSecond: { min: 1 },
    AuthorizationType: { values: ["BASIC", "OAUTH_CLIENT_CREDENTIALS", "API_KEY"] },
  },
};
