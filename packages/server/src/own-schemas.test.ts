import { type Operation, ServiceWire } from "@rolecast/wire";
import { expect, test } from "vitest";
import { iamToolboxSchemas } from "./services/iam-toolbox/schema.ts";
import { rolecastSchemas } from "./services/rolecast/schema.ts";

/* Schemas that no client brings, since they are Rolecast's own, written as they are meant. */

type Structure = NonNullable<Operation["input"]>;
type Shape = Structure["members"][number]["target"];

/** `{name: string, tags?: [string]}`: a question mark for what may be left out. */
function written(shape: Shape): string {
  switch (shape.kind) {
    case "structure":
    case "union": {
      const members = shape.members.map(
        ({ name, required, target }) => `${name}${required ? "" : "?"}: ${written(target)}`,
      );
      return `{${members.join(", ")}}`;
    }
    case "list":
      return `[${written(shape.member.target)}]`;
    case "map":
      return `<${written(shape.value.target)}>`;
    default:
      return shape.kind;
  }
}

function operationsOf(schemas: Readonly<Record<string, unknown>>): string[][] {
  const definition = { name: "own", signingName: "own", protocol: "restJson1", version: "1" };
  const wire = new ServiceWire({ ...definition, protocol: "restJson1", schemas });
  return [...wire.operations.values()].map(({ name, http, input, output }) => [
    `${name} ${http?.method} ${http?.uri}`,
    input ? written(input) : "",
    output ? written(output) : "",
  ]);
}

const TEXT = "{Body?: streamingBlob}";

test("Rolecast's own operations", () => {
  expect(operationsOf(rolecastSchemas)).toEqual([
    ["ReadLogs GET /_rolecast/logs", "{Follow?: boolean}", TEXT],
    ["ReadDecisions GET /_rolecast/decisions", "{Follow?: boolean}", TEXT],
    ["ReadCloudTrail GET /_rolecast/cloudtrail", "{Follow?: boolean}", TEXT],
    ["ReadEvents GET /_rolecast/events", "{After?: string, LastEventId?: string}", TEXT],
    ["ReadMetrics GET /_rolecast/metrics", "{}", TEXT],
    ["ReadHealth GET /_rolecast/health", "{}", TEXT],
    [
      "DownloadRecording GET /_rolecast/recording.mp4",
      "{Bucket: string, Key: string, FileName?: string}",
      TEXT,
    ],
    [
      "TryPolicyChange POST /_rolecast/decisions/{AuthorizationId}/try",
      "{AuthorizationId: string, PolicyDocument: string, PolicyUri?: string, PolicyType?: string}",
      TEXT,
    ],
    [
      "ExplainSimulation POST /_rolecast/simulations",
      "{PolicySourceArn?: string, PolicyInputList?: [string], ActionNames?: [string], " +
        "ResourceArns?: [string], ContextEntries?: [{ContextKeyName?: string, " +
        "ContextKeyValues?: [string], ContextKeyType?: string}]}",
      TEXT,
    ],
    [
      "ListPermissionUses GET /_rolecast/permission-uses",
      "{PrincipalArn?: string, Since?: timestamp}",
      `{PermissionUses?: [{${[
        "PrincipalArn?: string, Action?: string, Resource?: string, IsPattern?: boolean",
        "Condition?: <[string]>, Operation?: string",
        "FirstUsed?: timestamp, LastUsed?: timestamp, LastDenied?: timestamp",
      ].join(", ")}}]}`,
    ],
    [
      "ListUnusedPermissions GET /_rolecast/unused-permissions",
      "{PrincipalArn: string, Since?: timestamp}",
      `{LastUsed?: timestamp, Policies?: [{${[
        "PolicyName?: string, PolicyArn?: string, GroupName?: string",
        "UnusedStatements?: [{Index?: number, Sid?: string, IsUnused?: boolean, Actions?: [string]",
        "Resources?: [string]}], IsUnused?: boolean, ReducedPolicy?: string}]",
        "AccessKeys?: [{AccessKeyId?: string, LastUsed?: timestamp}]}",
      ].join(", ")}`,
    ],
    ["Drain POST /_rolecast/state/drain", "{Timeout?: number}", TEXT],
    ["Reset POST /_rolecast/state/reset", "{}", TEXT],
    ["StartTestPicture POST /_rolecast/test-pictures", "{ChannelArn: string}", "{}"],
    [
      "CreateForwardAccessSession POST /forward-access-sessions",
      "{Method: string, Path: string, Headers: <string>, Query?: string, Body?: string}",
      "{Credentials?: {AccessKeyId?: string, SecretAccessKey?: string, SessionToken?: string, " +
        "Expiration?: timestamp}, AccountId?: string, CallerArn?: string}",
    ],
    [
      "ListServiceLinkedRoleUsage GET /service-linked-role-usage",
      "{}",
      "{ServiceLinkedRoles?: [{Arn?: string, RoleName?: string, AWSServiceName?: string, " +
        "CreateDate?: timestamp, CreatedBy?: string, CreatedVia?: string, " +
        "LastUsedDate?: timestamp, LastUsedRegion?: string, " +
        "RoleUsageList?: [{Region?: string, Resources?: [string]}], UsageUnknown?: string, " +
        "DeletionTaskId?: string, CanBeDeleted?: boolean}]}",
    ],
  ]);
});

test("the operations of authorization details, whose clients aren't published", () => {
  expect(operationsOf(iamToolboxSchemas)).toEqual([
    [
      "GetRequestAuthorizationDetails GET /authorization-details/{authorizationId}",
      "{authorizationId: string, nextToken?: string}",
      "{requestContext?: {principal?: string, accountId?: string, region?: string, " +
        "service?: string, operation?: string, requestId?: string, time?: string, " +
        "reason?: string}, evaluations?: [{action?: string, resource?: string, " +
        "context?: <[string]>, evaluatedEffect?: string, matchedPolicies?: [{uri?: string, " +
        "matchedStatements?: [{sid?: string, evaluatedEffect?: string}]}], " +
        "obstacles?: [{type?: string, effect?: string, statements?: [{uri?: string, " +
        "sid?: string, index?: number, parts?: [{part?: string, text?: string}], " +
        "sentence?: string}], sentence?: string, proposal?: {document?: string, " +
        "text?: string, sentence?: string}}], " +
        "layers?: [{type?: string, effect?: string, decides?: boolean}], " +
        "reason?: string}], " +
        "policies?: [{uri?: string, type?: string, inline?: boolean, " +
        "attachedTo?: {arn?: string}}], nextToken?: string}",
    ],
    [
      "GetRequestAuthorizationPolicy GET /authorization-details/{authorizationId}/policy",
      "{authorizationId: string, policyUri: string}",
      "{policyDocument?: string}",
    ],
  ]);
});
