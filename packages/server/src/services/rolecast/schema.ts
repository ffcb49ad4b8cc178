/*
 * The operations of Rolecast's own API, in the form in which the SDK's clients bring their
 * schemas: restJson1, so that any SigV4 signer can call them.
 */

const NAMESPACE = "rolecast";
const OPERATION = 9;
const STRUCTURE = 3;
const LIST = 1;
const MAP = 2;
const STRING = 0;
const INTEGER = 1;
const TIMESTAMP = 4;
const TIMESTAMP_DATE_TIME = 5;
const BOOLEAN = 2;
const STREAMED = 42;
const LABEL = 1;

type Reference = number | readonly unknown[] | (() => readonly unknown[]);

function structure(
  name: string,
  members: Readonly<Record<string, Reference>>,
  requiredCount = 0,
): readonly unknown[] {
  const names = Object.keys(members);
  return [STRUCTURE, NAMESPACE, name, 0, names, Object.values(members), requiredCount];
}

function listOf(name: string, member: Reference): readonly unknown[] {
  return [LIST, NAMESPACE, name, 0, member];
}

const headers = [MAP, NAMESPACE, "Headers", 0, STRING, STRING];
const credentials = structure("Credentials", {
  AccessKeyId: STRING,
  SecretAccessKey: STRING,
  SessionToken: STRING,
  Expiration: TIMESTAMP,
});
const strings = listOf("Strings", STRING);
const roleUsage = structure("RoleUsage", { Region: STRING, Resources: strings });
const roleStatus = structure("ServiceLinkedRoleStatus", {
  Arn: STRING,
  RoleName: STRING,
  AWSServiceName: STRING,
  CreateDate: TIMESTAMP,
  CreatedBy: STRING,
  CreatedVia: STRING,
  LastUsedDate: TIMESTAMP,
  LastUsedRegion: STRING,
  RoleUsageList: listOf("RoleUsageList", roleUsage),
  UsageUnknown: STRING,
  DeletionTaskId: STRING,
  CanBeDeleted: BOOLEAN,
});

const contextEntry = structure("ContextEntry", {
  ContextKeyName: STRING,
  ContextKeyValues: strings,
  ContextKeyType: STRING,
});

/** An answer of text, whole or streamed, whose type is in the answer's header. */
const text = (name: string) => structure(name, { Body: [STREAMED, { httpPayload: 1 }] });

/** A route below `/_rolecast/` that answers with text, or with a film's bytes. */
function ownRoute(
  name: string,
  method: "GET" | "POST",
  path: string,
  members: Readonly<Record<string, Reference>> = {},
  requiredCount = 0,
): readonly unknown[] {
  const http = { http: [method, `/_rolecast/${path}`, 200] };
  return [
    OPERATION,
    NAMESPACE,
    name,
    http,
    structure(`${name}Request`, members, requiredCount),
    text(`${name}Response`),
  ];
}

/** `follow=false` ends the feed after what is kept. */
const following = { Follow: [BOOLEAN, { httpQuery: "follow" }] };

const permissionUse = structure("PermissionUse", {
  PrincipalArn: STRING,
  Action: STRING,
  Resource: STRING,
  IsPattern: BOOLEAN,
  Condition: [MAP, NAMESPACE, "UseCondition", 0, STRING, strings],
  Operation: STRING,
  FirstUsed: TIMESTAMP,
  LastUsed: TIMESTAMP,
  LastDenied: TIMESTAMP,
});

const unusedStatement = structure("UnusedStatement", {
  Index: INTEGER,
  Sid: STRING,
  IsUnused: BOOLEAN,
  Actions: strings,
  Resources: strings,
});
const examinedPolicy = structure("ExaminedPolicy", {
  PolicyName: STRING,
  PolicyArn: STRING,
  GroupName: STRING,
  UnusedStatements: listOf("UnusedStatements", unusedStatement),
  IsUnused: BOOLEAN,
  ReducedPolicy: STRING,
});

export const rolecastSchemas = {
  ReadLogs$: ownRoute("ReadLogs", "GET", "logs", following),
  ReadDecisions$: ownRoute("ReadDecisions", "GET", "decisions", following),
  ReadCloudTrail$: ownRoute("ReadCloudTrail", "GET", "cloudtrail", following),
  ReadEvents$: ownRoute("ReadEvents", "GET", "events", {
    After: [STRING, { httpQuery: "after" }],
    LastEventId: [STRING, { httpHeader: "last-event-id" }],
  }),
  ReadMetrics$: ownRoute("ReadMetrics", "GET", "metrics"),
  ReadHealth$: ownRoute("ReadHealth", "GET", "health"),
  DownloadRecording$: ownRoute(
    "DownloadRecording",
    "GET",
    "recording.mp4",
    {
      Bucket: [STRING, { httpQuery: "bucket" }],
      Key: [STRING, { httpQuery: "key" }],
      FileName: [STRING, { httpQuery: "save-as" }],
    },
    2,
  ),
  TryPolicyChange$: ownRoute(
    "TryPolicyChange",
    "POST",
    "decisions/{AuthorizationId}/try",
    {
      AuthorizationId: [STRING, LABEL],
      PolicyDocument: STRING,
      PolicyUri: STRING,
      PolicyType: STRING,
    },
    2,
  ),
  ExplainSimulation$: ownRoute("ExplainSimulation", "POST", "simulations", {
    PolicySourceArn: STRING,
    PolicyInputList: strings,
    ActionNames: strings,
    ResourceArns: strings,
    ContextEntries: listOf("ContextEntries", contextEntry),
  }),
  ListPermissionUses$: [
    OPERATION,
    NAMESPACE,
    "ListPermissionUses",
    { http: ["GET", "/_rolecast/permission-uses", 200] },
    structure("ListPermissionUsesRequest", {
      PrincipalArn: [STRING, { httpQuery: "principal" }],
      Since: [TIMESTAMP_DATE_TIME, { httpQuery: "since" }],
    }),
    structure("ListPermissionUsesResponse", {
      PermissionUses: listOf("PermissionUses", permissionUse),
    }),
  ],
  ListUnusedPermissions$: [
    OPERATION,
    NAMESPACE,
    "ListUnusedPermissions",
    { http: ["GET", "/_rolecast/unused-permissions", 200] },
    structure(
      "ListUnusedPermissionsRequest",
      {
        PrincipalArn: [STRING, { httpQuery: "principal" }],
        Since: [TIMESTAMP_DATE_TIME, { httpQuery: "since" }],
      },
      1,
    ),
    structure("ListUnusedPermissionsResponse", {
      LastUsed: TIMESTAMP,
      Policies: listOf("ExaminedPolicies", examinedPolicy),
      AccessKeys: listOf(
        "ExaminedAccessKeys",
        structure("ExaminedAccessKey", { AccessKeyId: STRING, LastUsed: TIMESTAMP }),
      ),
    }),
  ],
  Drain$: ownRoute("Drain", "POST", "state/drain", {
    Timeout: [INTEGER, { httpQuery: "timeout" }],
  }),
  Reset$: ownRoute("Reset", "POST", "state/reset"),
  StartTestPicture$: [
    OPERATION,
    NAMESPACE,
    "StartTestPicture",
    { http: ["POST", "/_rolecast/test-pictures", 200] },
    structure("StartTestPictureRequest", { ChannelArn: STRING }, 1),
    structure("StartTestPictureResponse", {}),
  ],
  CreateForwardAccessSession$: [
    OPERATION,
    NAMESPACE,
    "CreateForwardAccessSession",
    { http: ["POST", "/forward-access-sessions", 200] },
    structure(
      "CreateForwardAccessSessionRequest",
      { Method: STRING, Path: STRING, Headers: headers, Query: STRING, Body: STRING },
      3,
    ),
    structure("CreateForwardAccessSessionResponse", {
      Credentials: credentials,
      AccountId: STRING,
      CallerArn: STRING,
    }),
  ],
  ListServiceLinkedRoleUsage$: [
    OPERATION,
    NAMESPACE,
    "ListServiceLinkedRoleUsage",
    { http: ["GET", "/service-linked-role-usage", 200] },
    structure("ListServiceLinkedRoleUsageRequest", {}),
    structure("ListServiceLinkedRoleUsageResponse", {
      ServiceLinkedRoles: listOf("ServiceLinkedRoles", roleStatus),
    }),
  ],
};
