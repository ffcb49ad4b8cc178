import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import type { AuthorizationData } from "../advise/authorization-data.ts";
import { callsOfTrailRecord, type TrailRecord } from "./trail-record.ts";

let data: AuthorizationData;
beforeAll(() => {
  const bytes = readFileSync(
    join(import.meta.dirname, "../../../server/generated/service-authorization.br"),
  );
  data = JSON.parse(brotliDecompressSync(bytes.subarray(bytes.indexOf("\n") + 1)).toString());
});

const ROLE = "arn:aws:iam::111122223333:role/team/app";
const LINKED =
  "arn:aws:iam::111122223333:role/aws-service-role/ivs.amazonaws.com/AWSServiceRoleForIVS";
const object = (name: string) => ({ bucketName: "media", key: name });

/** The permissions of a record of the role, as "action on resource"; a star after a pattern. */
function needed(event: string, more: Partial<TrailRecord> = {}): readonly string[] {
  const [source = "", eventName = ""] = event.split(" ");
  const record = {
    eventSource: `${source}.amazonaws.com`,
    eventName,
    awsRegion: "eu-west-1",
    recipientAccountId: "111122223333",
    userIdentity: {
      type: "AssumedRole",
      arn: "arn:aws:sts::111122223333:assumed-role/app/session",
      sessionContext: { sessionIssuer: { arn: ROLE } },
    },
    ...more,
  };
  const calls = callsOfTrailRecord(record, data);
  expect(calls.every(({ principalArn }) => principalArn === ROLE)).toBe(true);
  return calls.map(
    ({ action, resource, isPattern, allowed }) =>
      `${action} on ${resource}${isPattern ? " (pattern)" : ""}${allowed ? "" : " (denied)"}`,
  );
}

test.each<[string, Partial<TrailRecord>, readonly string[]]>([
  // Named by the parameters.
  [
    "s3 GetObject",
    { requestParameters: object("a/b.ts") },
    ["s3:GetObject on arn:aws:s3:::media/a/b.ts"],
  ],
  ["s3 UploadPart", { requestParameters: object("a") }, ["s3:PutObject on arn:aws:s3:::media/a"]],
  [
    "s3 HeadBucket",
    { requestParameters: { bucketName: "media" } },
    ["s3:ListBucket on arn:aws:s3:::media"],
  ],
  ["s3 ListBuckets", {}, ["s3:ListAllMyBuckets on *"]],
  [
    "s3 CopyObject",
    { requestParameters: { ...object("to"), "x-amz-copy-source": "/old/a%20b?versionId=3" } },
    ["s3:PutObject on arn:aws:s3:::media/to", "s3:GetObject on arn:aws:s3:::old/a b"],
  ],
  [
    "iam CreateRole",
    { requestParameters: { roleName: "new", path: "/team/" } },
    ["iam:CreateRole on arn:aws:iam::111122223333:role/team/new"],
  ],
  // Named by the record's resources, of which only some fit the action.
  [
    "s3 GetBucketPolicy",
    { resources: [{ ARN: "arn:aws:s3:::media" }, { ARNPrefix: "arn:aws:s3:::media/" }] },
    ["s3:GetBucketPolicy on arn:aws:s3:::media"],
  ],
  [
    "s3 ListObjects",
    { resources: [{ ARNPrefix: "arn:aws:s3:::media/" }, { ARN: "arn:aws:s3:::media" }] },
    ["s3:ListBucket on arn:aws:s3:::media"],
  ],
  // Not named: all of the type, in the Region and account of the call.
  [
    "ivs CreateChannel",
    {},
    [
      "ivs:CreateChannel on arn:aws:ivs:eu-west-1:111122223333:channel/* (pattern)",
      "ivs:CreateChannel on arn:aws:ivs:eu-west-1:111122223333:stream-key/* (pattern)",
    ],
  ],
  // A refused call is needed too.
  [
    "ivs GetChannel",
    {
      requestParameters: { arn: "arn:aws:ivs:eu-west-1:111122223333:channel/AbCd" },
      errorCode: "AccessDenied",
    },
    ["ivs:GetChannel on arn:aws:ivs:eu-west-1:111122223333:channel/AbCd (denied)"],
  ],
  // A role that a call hands on, however deep its parameters name it.
  [
    "events PutTargets",
    { requestParameters: { rule: "r", targets: [{ roleArn: ROLE }] } },
    [
      "events:PutTargets on arn:aws:events:eu-west-1:111122223333:rule/r",
      `iam:PassRole on ${ROLE}`,
    ],
  ],
  [
    "iam CreateServiceLinkedRole",
    { requestParameters: { aWSServiceName: "ivs.amazonaws.com" }, resources: [{ ARN: LINKED }] },
    ["CreateServiceLinkedRole", "AttachRolePolicy", "PutRolePolicy"].map(
      (name) => `iam:${name} on ${LINKED}`,
    ),
  ],
  [
    "monitoring PutDashboard",
    {},
    ["cloudwatch:PutDashboard on arn:aws:cloudwatch::111122223333:dashboard/* (pattern)"],
  ],
  // AWS lists no such action, or nobody called.
  ["signin ConsoleLogin", {}, []],
  ["ivs GetChannel", { userIdentity: { type: "AWSService" } }, []],
])("%s %j needs %j", (event, more, expected) => {
  expect(needed(event, more)).toEqual(expected);
});
