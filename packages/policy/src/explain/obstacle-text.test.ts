import { expect, it } from "vitest";
import { compilePolicy } from "../compile/compile-policy.ts";
import { ACCOUNT, anonymous, OTHER, session, user } from "../decide/layer-fixtures.testing.ts";
import type { PolicyLayers } from "../decide/policy-layers.ts";
import { PolicySet } from "../decide/policy-set.ts";
import type { DecisionRequest, PolicySource } from "../request.ts";
import { obstacleText } from "./obstacle-text.ts";
import { obstaclesOf } from "./obstacles.ts";

const OBJECT = "arn:aws:s3:::media/ivs/a.ts";
const READ = {
  Effect: "Allow",
  Action: ["s3:GetObject", "s3:ListBucket"],
  Resource: ["arn:aws:s3:::media", "arn:aws:s3:::media/*"],
};

function setOf(kind: PolicySource["kind"], id: string, ...statements: object[]): PolicySet {
  const text = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  return new PolicySet([compilePolicy(text, { kind, id, managed: false })]);
}

function texts(layers: PolicyLayers, asked: Partial<DecisionRequest> = {}): readonly string[] {
  const request: DecisionRequest = {
    ...{ principal: user, action: "s3:GetObject", resource: OBJECT, resourceAccountId: ACCOUNT },
    context: new Map(),
    ...asked,
  };
  return obstaclesOf(request, layers).flatMap((obstacle) => obstacleText(obstacle));
}

const list = { action: "s3:ListBucket", resource: "arn:aws:s3:::media" };
const allowAll = { Effect: "Allow", Action: "*", Resource: "*" };

it.each<[string, object, Partial<DecisionRequest>, readonly string[]]>([
  [
    "a condition whose key the request doesn't have",
    { Sid: "V1", ...READ, Condition: { StringLike: { "s3:prefix": "ivs/*" } } },
    list,
    [
      [
        "Almost: statement `V1` of `read` allows this action on this resource, but",
        "`StringLike s3:prefix` wants `ivs/*` and the request has no `s3:prefix`.",
      ].join(" "),
    ],
  ],
  [
    "two conditions with other values",
    {
      ...READ,
      Condition: {
        StringLike: { "s3:prefix": ["ivs/*", "live/*"] },
        StringNotEquals: { "aws:SourceVpc": "vpc-1" },
      },
    },
    {
      ...list,
      context: new Map([
        ["s3:prefix", "x/"],
        ["aws:sourcevpc", "vpc-1"],
      ]),
    },
    [
      [
        "Almost: statement 1 of `read` allows this action on this resource, but `StringLike",
        "s3:prefix` wants `ivs/*` or `live/*` and the request has `x/`; and",
        "`StringNotEquals aws:SourceVpc` excludes `vpc-1` and the request has `vpc-1`.",
      ].join(" "),
    ],
  ],
  [
    "an empty value",
    { ...READ, Condition: { StringLike: { "s3:prefix": "ivs/*" } } },
    { ...list, context: new Map([["s3:prefix", ""]]) },
    [
      [
        "Almost: statement 1 of `read` allows this action on this resource, but",
        "`StringLike s3:prefix` wants `ivs/*` and the request has an empty text.",
      ].join(" "),
    ],
  ],
  [
    "a key that has to be absent",
    { ...READ, Condition: { Null: { "aws:TokenIssueTime": "true" } } },
    { context: new Map([["aws:tokenissuetime", "2026-01-01"]]) },
    [
      [
        "Almost: statement 1 of `read` allows this action on this resource, but `Null`",
        "wants `aws:TokenIssueTime` to be absent and the request has `2026-01-01`.",
      ].join(" "),
    ],
  ],
  [
    "several values without a set operator",
    { ...READ, Condition: { StringEquals: { "aws:TagKeys": "team" } } },
    { context: new Map([["aws:tagkeys", ["team"]]]) },
    [
      [
        "Almost: statement 1 of `read` allows this action on this resource, but",
        "`StringEquals aws:TagKeys` wants `team` and the request has `team`; a key of",
        "several values needs ForAnyValue or ForAllValues.",
      ].join(" "),
    ],
  ],
  [
    "the bucket for its objects",
    { ...READ, Resource: "arn:aws:s3:::media" },
    {},
    [
      [
        "Almost: statement 1 of `read` allows this action, but its resource",
        "`arn:aws:s3:::media` is the bucket itself and not its objects",
        "(`arn:aws:s3:::media/*`).",
      ].join(" "),
    ],
  ],
  [
    "the objects for their bucket",
    { ...READ, Resource: "arn:aws:s3:::media/*" },
    list,
    [
      [
        "Almost: statement 1 of `read` allows this action, but its resource",
        "`arn:aws:s3:::media/*` is what is in the bucket and not the bucket itself",
        "(`arn:aws:s3:::media`).",
      ].join(" "),
    ],
  ],
  [
    "another account's role",
    { Effect: "Allow", Action: "iam:PassRole", Resource: `arn:aws:iam::${OTHER}:role/writer` },
    { action: "iam:PassRole", resource: `arn:aws:iam::${ACCOUNT}:role/writer` },
    [
      [
        `Almost: statement 1 of \`read\` allows this action, but its resource is`,
        `\`arn:aws:iam::${OTHER}:role/writer\` and the request's is`,
        `\`arn:aws:iam::${ACCOUNT}:role/writer\` (another account).`,
      ].join(" "),
    ],
  ],
  [
    "a variable without a value",
    { ...READ, Resource: "arn:aws:s3:::media/${aws:username}/*" },
    { principal: session },
    [
      [
        "Almost: statement 1 of `read` allows this action, but its resource",
        "`arn:aws:s3:::media/${aws:username}/*` needs `${aws:username}`, which the request",
        "doesn't have.",
      ].join(" "),
    ],
  ],
  [
    "a misspelt action",
    { ...READ, Action: "s3:GetObjects" },
    {},
    [
      [
        "Almost: statement 1 of `read` allows another action on this resource, but its",
        "action is `s3:GetObjects` (did you mean `s3:GetObject`?).",
      ].join(" "),
    ],
  ],
  [
    "an action without its service",
    { ...READ, Action: "GetObject" },
    {},
    [
      [
        "Almost: statement 1 of `read` allows another action on this resource, but its",
        "action is `GetObject` (did you mean `s3:GetObject`?).",
      ].join(" "),
    ],
  ],
  [
    "a resource in other letters",
    { ...READ, Resource: "arn:aws:s3:::Media/*" },
    {},
    [
      [
        "Almost: statement 1 of `read` allows this action, but its resource is",
        `\`arn:aws:s3:::Media/*\` and the request's is \`${OBJECT}\``,
        "(upper and lower case differ).",
      ].join(" "),
    ],
  ],
  [
    "a value in other letters",
    { ...READ, Condition: { StringEquals: { "aws:PrincipalTag/team": "Red" } } },
    { context: new Map([["aws:principaltag/team", "red"]]) },
    [
      [
        "Almost: statement 1 of `read` allows this action on this resource, but `StringEquals",
        "aws:PrincipalTag/team` wants `Red` and the request has `red`",
        "(upper and lower case differ).",
      ].join(" "),
    ],
  ],
  [
    "a long value and a long key, cut in the middle",
    {
      ...READ,
      Resource: "arn:aws:s3:::media/*",
      Condition: { StringLike: { "aws:UserAgent": `${"a".repeat(50)}${"z".repeat(20)}` } },
    },
    {
      resource: `arn:aws:s3:::media/${"k".repeat(60)}.ts`,
      context: new Map([["aws:useragent", "b"]]),
    },
    [
      [
        "Almost: statement 1 of `read` allows this action on this resource, but",
        `\`StringLike aws:UserAgent\` wants \`${"a".repeat(27)}…${"z".repeat(12)}\` and the`,
        "request has `b`.",
      ].join(" "),
    ],
  ],
  [
    "a long value that differs in the middle, shown longer",
    { ...READ, Resource: `arn:aws:s3:::media/${"a".repeat(40)}b${"a".repeat(40)}` },
    { resource: `arn:aws:s3:::media/${"a".repeat(40)}c${"a".repeat(40)}` },
    [
      [
        "Almost: statement 1 of `read` allows this action, but its resource is",
        `\`arn:aws:s3:::media/${"a".repeat(40)}b${"a".repeat(40)}\` and the request's is`,
        `\`arn:aws:s3:::media/${"a".repeat(40)}c${"a".repeat(40)}\`.`,
      ].join(" "),
    ],
  ],
])("%s is named", (_, statement, asked, expected) => {
  expect(texts({ identity: setOf("identity", "read", statement) }, asked)).toEqual(expected);
});

it.each<[string, object]>([
  ["another action, however like", { ...READ, Action: "s3:PutObject" }],
  ["an action that is left out", { ...READ, NotAction: "s3:Get*", Action: undefined }],
  ["another service's action", { Effect: "Allow", Action: "ec2:*", Resource: "*" }],
  ["a resource of another service", { ...READ, Resource: `arn:aws:ec2:*:${ACCOUNT}:instance/*` }],
  [
    "a statement that lacks three things",
    {
      ...READ,
      Resource: "arn:aws:s3:::other/*",
      Condition: { StringEquals: { "aws:SourceVpc": "vpc-1", "aws:PrincipalTag/team": "red" } },
    },
  ],
])("%s isn't almost", (_, statement) => {
  expect(texts({ identity: setOf("identity", "read", statement) })).toEqual([
    "No statement of `read` allows anything similar.",
  ]);
});

it("each layer that lacks an Allow is named, and each Deny with its conditions", () => {
  const identity = setOf("identity", "own", allowAll, {
    ...{ Sid: "Tls", Effect: "Deny", Action: "s3:*", Resource: "*" },
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
  const boundary = setOf("boundary", "limit", { ...allowAll, Action: "s3:GetObjects" });
  const scp = setOf("scp", "guard", { ...allowAll, Action: "ec2:*" });
  const context = new Map([["aws:securetransport", "false"]]);
  expect(texts({ identity, boundary, scpLevels: [scp] }, { context })).toEqual([
    [
      "Denied: statement `Tls` of `own` denies this, because `Bool aws:SecureTransport`",
      "`false` holds: the request has `false`.",
    ].join(" "),
    "Besides, no statement of the service control policy `guard` allows this.",
    "Besides, no statement of the permissions boundary `limit` allows this.",
  ]);
});

it("a Deny of all that isn't listed says what it doesn't list", () => {
  const scp = setOf("scp", "Regions", allowAll, {
    ...{ Effect: "Deny", NotAction: ["iam:*", "sts:*"], Resource: "*" },
    Condition: { StringNotEquals: { "aws:RequestedRegion": "eu-west-1" } },
  });
  const identity = setOf("identity", "own", allowAll);
  const context = new Map([["aws:requestedregion", "us-east-1"]]);
  expect(texts({ identity, scpLevels: [scp] }, { context })).toEqual([
    [
      "Denied: statement 2 of the service control policy `Regions` denies this, because its",
      "NotAction doesn't list `s3:GetObject`; and `StringNotEquals aws:RequestedRegion`",
      "`eu-west-1` holds: the request has `us-east-1`.",
    ].join(" "),
  ]);
});

it.each<[string, PolicyLayers, Partial<DecisionRequest>, object, string]>([
  [
    "the first policy of a caller",
    {},
    {},
    {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: OBJECT }],
    },
    [
      `This policy allows exactly \`s3:GetObject\` on \`${OBJECT}\`;`,
      "use it as an identity-based policy of the user `u`:",
    ].join(" "),
  ],
  [
    "an action without resource types",
    { identity: setOf("identity", "own", READ) },
    { action: "s3:ListAllMyBuckets", resource: "arn:aws:s3:::*" },
    { Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" },
    [
      "This statement allows exactly `s3:ListAllMyBuckets`;",
      "add it to an identity-based policy of the user `u`:",
    ].join(" "),
  ],
  [
    "a list of IAM's",
    { identity: setOf("identity", "own", READ) },
    { action: "iam:ListUsers", resource: `arn:aws:iam::${ACCOUNT}:user/` },
    { Effect: "Allow", Action: "iam:ListUsers", Resource: "*" },
    [
      "This statement allows exactly `iam:ListUsers`;",
      "add it to an identity-based policy of the user `u`:",
    ].join(" "),
  ],
  [
    "a resource that has no name yet",
    { identity: setOf("identity", "own", READ) },
    { action: "ivs:CreateChannel", resource: `arn:aws:ivs:us-east-1:${ACCOUNT}:channel/*` },
    {
      ...{ Effect: "Allow", Action: "ivs:CreateChannel" },
      Resource: `arn:aws:ivs:us-east-1:${ACCOUNT}:channel/*`,
    },
    [
      "This statement allows exactly `ivs:CreateChannel` on",
      `\`arn:aws:ivs:us-east-1:${ACCOUNT}:channel/*\`;`,
      "add it to an identity-based policy of the user `u`:",
    ].join(" "),
  ],
  [
    "a trust policy",
    {
      identity: setOf("identity", "own", allowAll),
      resource: setOf("trust", "arn:aws:iam::1:role/app", {
        ...{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" } },
        Action: "sts:TagSession",
      }),
      resourceKind: "trust",
    },
    { action: "sts:AssumeRole", principal: session },
    {
      ...{ Effect: "Allow", Action: "sts:AssumeRole" },
      Principal: { AWS: (session as { roleArn: string }).roleArn },
    },
    [
      "This statement allows exactly `sts:AssumeRole` to",
      `\`${(session as { arn: string }).arn}\`;`,
      "add it to the trust policy of `arn:aws:iam::1:role/app`:",
    ].join(" "),
  ],
])("a statement to paste is proposed for %s", (_, layers, asked, expected, sentence) => {
  const request: DecisionRequest = {
    ...{ principal: user, action: "s3:GetObject", resource: OBJECT, resourceAccountId: ACCOUNT },
    context: new Map(),
    ...asked,
  };
  const proposals = obstaclesOf(request, layers).flatMap((each) =>
    each.kind === "noAllow" ? (each.proposal ?? []) : [],
  );
  expect(proposals.map((each) => [JSON.parse(each.text), each.sentence])).toEqual([
    [expected, sentence],
  ]);
});

it("a resource-based policy is an alternative only where it names the caller", () => {
  const named = (AWS: string) => setOf("resource", "media", { ...READ, Principal: { AWS } });
  const root = `arn:aws:iam::${ACCOUNT}:root`;
  expect(texts({ resource: named(root) })).toEqual([
    [
      "Almost: statement 1 of the policy of `media` allows this action on this resource, but it",
      "names",
      `the account alone (\`AWS:${root}\`), which leaves the decision to the caller's own`,
      "policies.",
    ].join(" "),
  ]);
  expect(texts({ resource: named(root) }, { principal: anonymous })).toEqual([
    [
      "Almost: statement 1 of the policy of `media` allows this action on this resource, but it",
      "names",
      `\`AWS:${root}\` and the caller is \`anonymous\`.`,
    ].join(" "),
  ]);
});

it("however many values and conditions there are, a sentence stays short", () => {
  const long = "x".repeat(300);
  const values = Array.from({ length: 6 }, (_, index) => `${long}${index}`);
  const keys = Array.from({ length: 20 }, (_, index) => [`aws:RequestTag/k${index}`, values]);
  const Condition = { StringEquals: Object.fromEntries(keys) };
  const identity = setOf("identity", "read", { ...READ, Condition });
  const context = new Map([["aws:requesttag/k0", values]]);
  const users = Array.from({ length: 300 }, (_, index) => `arn:aws:iam::${OTHER}:user/u${index}`);
  const Principal = { AWS: users };
  const resource = setOf("resource", "media", { ...READ, Principal });
  for (const text of [...texts({ identity }, { context }), ...texts({ resource })])
    expect(text.length).toBeLessThan(10_000);
  expect(texts({ resource })[0]).toContain("296 more");
});
