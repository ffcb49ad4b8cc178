import { expect, it } from "vitest";
import { advisePolicy } from "./advise-policy.ts";
import type { AuthorizationData } from "./authorization-data.ts";

const DATA: AuthorizationData = {
  services: {
    s3: {
      actions: {
        GetObject: { resources: ["object"], keys: ["s3:ExistingObjectTag/<key>"] },
        ListBucket: { resources: ["bucket"], keys: ["s3:prefix"] },
        ListAllMyBuckets: { resources: [], keys: [] },
      },
      resources: {
        bucket: "arn:${Partition}:s3:::${BucketName}",
        object: "arn:${Partition}:s3:::${BucketName}/${ObjectName}",
      },
      keys: { "s3:prefix": "String", "s3:ExistingObjectTag/<key>": "String" },
    },
  },
  globalKeys: {
    "aws:PrincipalTag/tag-key": "String",
    "aws:SecureTransport": "Bool",
    "aws:SourceIp": "IPAddress",
    "aws:TagKeys": "ArrayOfString",
  },
  rcpServices: [],
};

const BUCKET = "arn:aws:s3:::media";
const OBJECTS = `${BUCKET}/*`;
type Statement = Readonly<Record<string, unknown>>;

function advised(statement: Statement): readonly string[] {
  const whole = { Effect: "Allow", Action: "s3:ListBucket", Resource: "*", ...statement };
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [whole] });
  return advisePolicy(text, DATA).map(({ message, position: { start, end } }) => {
    const about = text.slice(start.offset, end.offset);
    return `${about} ${message}`;
  });
}

it.each<[string, Statement, string]>([
  ["a service", { Action: "s4:GetObject" }, '"s4:GetObject" AWS lists no service `s4`.'],
  [
    "an action",
    { Action: ["s3:ListBucket", "s3:GetObjct"] },
    '"s3:GetObjct" AWS lists no action `s3:GetObjct`; did you mean `s3:GetObject`?',
  ],
  [
    "an operation whose action has another name",
    { Action: "s3:listObjectsV2" },
    '"s3:listObjectsV2" AWS lists no action `s3:listObjectsV2`; did you mean `s3:ListBucket`?',
  ],
  ["a pattern", { Action: "s3:Put*" }, '"s3:Put*" No action of `s3` matches `s3:Put*`.'],
  [
    "a condition key",
    { Condition: { StringLike: { "s3:prefx": "a" } } },
    '"s3:prefx" AWS lists no condition key `s3:prefx`; did you mean `s3:prefix`?',
  ],
  [
    "a global condition key without its prefix",
    { Condition: { IpAddress: { SourceIp: "10.0.0.0/8" } } },
    '"SourceIp" AWS lists no condition key `SourceIp`; did you mean `aws:SourceIp`?',
  ],
  [
    "a key that an action's requests don't have",
    { Action: ["s3:ListBucket", "s3:GetObject"], Condition: { StringLike: { "s3:prefix": "a" } } },
    '"s3:prefix" Requests for `s3:GetObject` have no `s3:prefix`, so this never allows them.',
  ],
  [
    "a key that no action of a pattern has",
    { Effect: "Deny", Action: "s3:Get*", Condition: { StringLike: { "s3:prefix": "a" } } },
    '"s3:prefix" Requests for `s3:GetObject` have no `s3:prefix`, so this never denies them.',
  ],
  [
    "an operator of another type",
    { Condition: { StringEquals: { "aws:SourceIp": "10.0.0.1" } } },
    [
      '"aws:SourceIp" `StringEquals` doesn\'t fit `aws:SourceIp`, whose values are of type',
      "IPAddress.",
    ].join(" "),
  ],
  [
    "an operator of one value for a key of several",
    { Condition: { StringEquals: { "aws:TagKeys": "a" } } },
    [
      '"aws:TagKeys" `aws:TagKeys` has several values: `StringEquals` needs `ForAnyValue:` or',
      "`ForAllValues:` before it.",
    ].join(" "),
  ],
  [
    "objects for an action on the bucket",
    { Resource: OBJECTS },
    [
      '"s3:ListBucket" `s3:ListBucket` is about `bucket`, and no resource here is one:',
      "`arn:${Partition}:s3:::${BucketName}`.",
    ].join(" "),
  ],
  [
    "resources for an action that knows none",
    { Action: "s3:ListAllMyBuckets", Resource: BUCKET },
    [
      '"s3:ListAllMyBuckets" `s3:ListAllMyBuckets` is about no resource, so this never applies',
      "to it: it needs `*`.",
    ].join(" "),
  ],
])("warns of %s, at its place", (_, statement, expected) => {
  expect(advised(statement)).toEqual([expected]);
});

it.each<[string, Statement]>([
  ["actions in any case, and patterns", { Action: ["S3:listbucket", "s3:L*", "*", "s?:Get*"] }],
  ["a key in any case", { Condition: { StringLike: { "S3:PREFIX": "a" } } }],
  ["a key with a name of its own", { Condition: { StringLike: { "aws:principaltag/x": "a" } } }],
  ["identity providers' keys", { Condition: { StringEquals: { "accounts.google.com:aud": "a" } } }],
  [
    "a key that may be absent",
    {
      Action: "s3:GetObject",
      Condition: {
        StringLikeIfExists: { "s3:prefix": "a" },
        StringNotLike: { "s3:prefix": "b" },
        Null: { "s3:prefix": "true" },
      },
    },
  ],
  ["a key of several values", { Condition: { "ForAnyValue:StringLike": { "aws:TagKeys": "a" } } }],
  ["a Boolean as text", { Condition: { StringEquals: { "aws:SecureTransport": "true" } } }],
  ["one of several resources", { Resource: [OBJECTS, BUCKET] }],
  ["a resource that wildcards may make fit", { Resource: "arn:*:media" }],
  ["a resource with a variable", { Action: "s3:GetObject", Resource: `${BUCKET}\${aws:userid}` }],
  ["another service's pattern for nothing", { NotResource: OBJECTS }],
])("doesn't warn of %s", (_, statement) => {
  expect(advised(statement)).toEqual([]);
});

it("doesn't warn of what is no policy", () => {
  expect(advisePolicy("{", DATA)).toEqual([]);
  expect(advisePolicy('{"Statement":[{"Effect":"Perhaps"}]}', DATA)).toEqual([]);
});
