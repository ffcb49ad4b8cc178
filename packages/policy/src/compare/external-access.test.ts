import fc from "fast-check";
import { expect, test } from "vitest";
import { compilePolicy } from "../compile/compile-policy.ts";
import { setAllows, setDenies } from "../decide/match-statements.ts";
import { PolicySet } from "../decide/policy-set.ts";
import { externalAccess } from "./external-access.ts";
import type { TrustZone } from "./external-cells.ts";

const OWN = "111122223333";
const OTHER = "444455556666";
const THIRD = "777788889999";
const ACCOUNT: TrustZone = { accounts: new Set([OWN]) };
const ORGANIZATION: TrustZone = {
  accounts: new Set([OWN, OTHER]),
  organizationId: "o-a1b2c3d4e5",
};
const root = (account: string) => `arn:aws:iam::${account}:root`;
const BUCKET = "arn:aws:s3:::pictures";

const allow = (Principal: unknown, Condition?: object, more: object = {}) => ({
  Effect: "Allow",
  Principal,
  Action: "s3:GetObject",
  Resource: `${BUCKET}/*`,
  ...(Condition && { Condition }),
  ...more,
});
const deny = (Principal: unknown, Condition?: object) => ({
  ...allow(Principal, Condition),
  Effect: "Deny",
  Action: "s3:*",
});

function found(statements: object[], zone = ACCOUNT) {
  const text = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const policy = compilePolicy(text, { kind: "resource", id: BUCKET, managed: false });
  return externalAccess([policy], zone).map(({ principal, condition, isPublic }) => [
    principal.value,
    condition,
    ...(isPublic ? ["public"] : []),
  ]);
}

const orgId = (value: string | string[]) => ({ StringEquals: { "aws:PrincipalOrgID": value } });

test.each<[string, object[], unknown[]]>([
  ["the own account", [allow({ AWS: root(OWN) })], []],
  ["another account", [allow({ AWS: root(OTHER) })], [[root(OTHER), {}]]],
  ["a bare account number", [allow({ AWS: OTHER })], [[OTHER, {}]]],
  [
    "two principals",
    [allow({ AWS: [root(OTHER), `arn:aws:iam::${THIRD}:role/x`, root(OWN)] })],
    [
      [root(OTHER), {}],
      [`arn:aws:iam::${THIRD}:role/x`, {}],
    ],
  ],
  ["everybody", [allow("*")], [["*", {}, "public"]]],
  ["a service", [allow({ Service: "cloudtrail.amazonaws.com" })], []],
  ["a deleted user's id", [allow({ AWS: "AIDAQAAAAAAAAAAAAAAAA" })], []],
  [
    "an Allow with NotPrincipal",
    [{ ...allow("*"), Principal: undefined, NotPrincipal: { AWS: OTHER } }],
    [],
  ],
  [
    "a provider",
    [
      allow(
        { Federated: "accounts.google.com" },
        { StringEquals: { "accounts.google.com:aud": "app" } },
      ),
    ],
    [["accounts.google.com", { "accounts.google.com:aud": "app" }]],
  ],
  ["an ACL's user", [allow({ CanonicalUser: "ab".repeat(32) })], [["ab".repeat(32), {}]]],
  [
    "everybody of an organization",
    [allow("*", orgId("o-a1b2c3d4e5"))],
    [["*", { "aws:PrincipalOrgID": "o-a1b2c3d4e5" }]],
  ],
  [
    "everybody of an account",
    [allow("*", { StringEquals: { "aws:PrincipalAccount": OTHER } })],
    [["*", { "aws:PrincipalAccount": OTHER }]],
  ],
  [
    "everybody of the own account",
    [allow("*", { StringEquals: { "aws:PrincipalAccount": OWN } })],
    [],
  ],
  [
    "a role of the own account",
    [allow("*", { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${OWN}:role/*` } })],
    [],
  ],
  [
    "a role of another account",
    [allow("*", { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${OTHER}:role/*` } })],
    [["*", { "aws:PrincipalArn": `arn:aws:iam::${OTHER}:role/*` }]],
  ],
  ["the own account's services", [allow("*", { StringEquals: { "aws:SourceOwner": OWN } })], []],
  [
    "the own account's topics",
    [allow("*", { ArnLike: { "aws:SourceArn": `arn:aws:sns:*:${OWN}:*` } })],
    [],
  ],
  [
    "one address",
    [allow("*", { IpAddress: { "aws:SourceIp": "203.0.113.7/32" } })],
    [["*", { "aws:SourceIp": "203.0.113.7/32" }]],
  ],
  [
    "half of all addresses",
    [allow("*", { IpAddress: { "aws:SourceIp": "0.0.0.0/1" } })],
    [["*", { "aws:SourceIp": "0.0.0.0/1" }, "public"]],
  ],
  [
    "several values, each by itself",
    [allow("*", { StringEquals: { "aws:SourceVpc": ["vpc-1a2b3c4d", "vpc-5e6f7a8b"] } })],
    [
      ["*", { "aws:SourceVpc": "vpc-1a2b3c4d" }],
      ["*", { "aws:SourceVpc": "vpc-5e6f7a8b" }],
    ],
  ],
  ["what is denied again", [allow({ AWS: root(OTHER) }), deny("*")], []],
  [
    "what is denied to all but an organization",
    [allow("*"), deny("*", { StringNotEquals: { "aws:PrincipalOrgID": "o-zzzzzzzzzz" } })],
    [["*", {}]],
  ],
  [
    "what is denied to all but the own account",
    [allow("*"), deny("*", { StringNotEquals: { "aws:PrincipalAccount": OWN } })],
    [],
  ],
])("the zone is an account: %s", (_, statements, expected) => {
  expect(found(statements)).toEqual(expected);
});

test.each<[string, object[], unknown[]]>([
  ["a member", [allow({ AWS: root(OTHER) })], []],
  ["another account", [allow({ AWS: root(THIRD) })], [[root(THIRD), {}]]],
  ["everybody of the organization", [allow("*", orgId("o-a1b2c3d4e5"))], []],
  [
    "everybody of two organizations",
    [allow("*", orgId(["o-a1b2c3d4e5", "o-zzzzzzzzzz"]))],
    [["*", { "aws:PrincipalOrgID": "o-zzzzzzzzzz" }]],
  ],
  [
    "everybody of a unit",
    [
      allow("*", {
        "ForAnyValue:StringLike": {
          "aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*",
        },
      }),
    ],
    [],
  ],
])("the zone is an organization: %s", (_, statements, expected) => {
  expect(found(statements, ORGANIZATION)).toEqual(expected);
});

test("statements that give a principal the same condition are one access", () => {
  const text = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow({ AWS: root(OTHER) }),
      allow({ AWS: root(OTHER) }, undefined, { Action: ["s3:PutObject", "s3:GetObject"] }),
    ],
  });
  const policy = compilePolicy(text, { kind: "resource", id: BUCKET, managed: false });
  expect(externalAccess([policy], ACCOUNT)).toMatchObject([
    { actions: ["s3:GetObject", "s3:PutObject"] },
  ]);
});

const POINT = `arn:aws:s3:us-east-1:${OWN}:accesspoint/films`;
const through = (Principal: unknown, Condition?: object, more: object = {}) =>
  allow(Principal, Condition, { Resource: `${POINT}/object/*`, ...more });
const delegated = (account = OWN) =>
  allow("*", { StringEquals: { "s3:DataAccessPointAccount": account } }, { Action: "*" });
const byArn = (arn: string) => allow("*", { ArnLike: { "s3:DataAccessPointArn": arn } });
const compiled = (statements: object[], id: string) =>
  compilePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), {
    ...{ kind: "resource", id, managed: false },
  });

interface Behind {
  readonly bucket: object[];
  readonly point?: object[];
  readonly vpcId?: string;
  readonly restrictsPublic?: boolean;
}

function foundBehind({ bucket, point = [], vpcId, restrictsPublic = false }: Behind) {
  const policy = compiled(point, POINT);
  const access = {
    arn: BUCKET,
    accessPoints: [{ arn: POINT, policy, vpcId, withoutPublic: new Set<number>() }],
    restrictsPublic,
  };
  return externalAccess([compiled(bucket, BUCKET)], ACCOUNT, access).map(
    ({ principal, condition, isPublic, policies, accessPoints, accessPointAccounts }) => [
      principal.value,
      condition,
      ...(isPublic ? ["public"] : []),
      ...(policies.length > 0 ? ["directly"] : []),
      ...accessPoints.map(() => "through films"),
      ...accessPointAccounts.map((account) => `through ${account || "any account"}`),
    ],
  );
}

test.each<[string, Behind, unknown[]]>([
  [
    "the point allows, and the bucket whatever its points allow",
    { bucket: [delegated()], point: [through({ AWS: root(OTHER) })] },
    [[root(OTHER), {}, "through films"]],
  ],
  ["the bucket alone", { bucket: [delegated()] }, []],
  ["the point alone", { bucket: [], point: [through({ AWS: root(OTHER) })] }, []],
  [
    "everybody by both",
    { bucket: [delegated()], point: [through("*")] },
    [["*", {}, "public", "through films"]],
  ],
  [
    "everybody of one network",
    { bucket: [delegated()], point: [through("*")], vpcId: "vpc-1a2b3c4d" },
    [["*", { "aws:SourceVpc": "vpc-1a2b3c4d" }, "through films"]],
  ],
  [
    "a network that the bucket denies",
    {
      bucket: [delegated(), deny("*", { StringEquals: { "aws:SourceVpc": "vpc-1a2b3c4d" } })],
      point: [through("*")],
      vpcId: "vpc-1a2b3c4d",
    },
    [],
  ],
  [
    "the network origin that the bucket demands",
    {
      bucket: [allow("*", { StringEquals: { "s3:AccessPointNetworkOrigin": "VPC" } })],
      point: [through({ AWS: root(OTHER) })],
    },
    [["*", {}, "public", "through any account"]],
  ],
  [
    "the narrower of both principals",
    {
      bucket: [allow({ AWS: root(OTHER) }, { StringEquals: { "s3:DataAccessPointArn": POINT } })],
      point: [through({ AWS: [`arn:aws:iam::${OTHER}:role/reader`, root(THIRD)] })],
    },
    [[`arn:aws:iam::${OTHER}:role/reader`, {}, "through films"]],
  ],
  [
    "another point than the bucket names",
    { bucket: [byArn(`${POINT}-2`)], point: [through({ AWS: root(OTHER) })] },
    [],
  ],
  [
    "the conditions of both",
    {
      bucket: [
        allow("*", {
          ArnLike: { "s3:DataAccessPointArn": `arn:aws:s3:*:${OWN}:accesspoint/*` },
          IpAddress: { "aws:SourceIp": "203.0.113.7/32" },
        }),
      ],
      point: [through("*", orgId("o-zzzzzzzzzz"))],
    },
    [
      [
        "*",
        { "aws:PrincipalOrgID": "o-zzzzzzzzzz", "aws:SourceIp": "203.0.113.7/32" },
        "through films",
      ],
    ],
  ],
  [
    "what the point denies again",
    {
      bucket: [delegated()],
      point: [through("*"), { ...through("*"), Effect: "Deny", Action: "s3:Get*" }],
    },
    [],
  ],
  [
    "what the bucket denies again",
    { bucket: [delegated(), deny("*")], point: [through({ AWS: root(OTHER) })] },
    [],
  ],
  [
    "another action than the bucket's",
    {
      bucket: [{ ...delegated(), Action: "s3:PutObject" }],
      point: [through({ AWS: root(OTHER) })],
    },
    [],
  ],
  [
    "other objects than the bucket's",
    {
      bucket: [{ ...delegated(), Resource: `${BUCKET}/open/*` }],
      point: [through({ AWS: root(OTHER) }, undefined, { Resource: `${POINT}/object/shut/*` })],
    },
    [],
  ],
  [
    "a point's policy about the bucket itself",
    {
      bucket: [delegated()],
      point: [through({ AWS: root(OTHER) }, undefined, { Resource: `${BUCKET}/*` })],
    },
    [],
  ],
  [
    "all but some objects",
    {
      bucket: [delegated()],
      point: [
        {
          ...through({ AWS: root(OTHER) }),
          Resource: undefined,
          NotResource: `${POINT}/object/shut/*`,
        },
      ],
    },
    [[root(OTHER), {}, "through films"]],
  ],
  [
    "directly and through the point",
    { bucket: [allow({ AWS: root(OTHER) })], point: [through({ AWS: root(OTHER) })] },
    [[root(OTHER), {}, "directly", "through films"]],
  ],
  [
    "another account's points",
    { bucket: [delegated(OTHER)] },
    [["*", {}, "public", `through ${OTHER}`]],
  ],
  [
    "another account's points, with public access restricted",
    { bucket: [delegated(OTHER)], restrictsPublic: true },
    [[OTHER, {}, `through ${OTHER}`]],
  ],
  [
    "another account's points by their ARN",
    { bucket: [byArn(`arn:aws:s3:us-west-2:${OTHER}:accesspoint/*`)] },
    [["*", {}, "public", `through ${OTHER}`]],
  ],
  [
    "any account's points",
    { bucket: [byArn("arn:aws:s3:*:*:accesspoint/*")] },
    [["*", {}, "public", "through any account"]],
  ],
  [
    "all but the own account's points",
    {
      bucket: [allow("*"), deny("*", { StringNotEquals: { "s3:DataAccessPointAccount": OWN } })],
      point: [through({ AWS: root(OTHER) })],
    },
    [[root(OTHER), {}, "through films"]],
  ],
])("a bucket behind access points: %s", (_, behind, expected) => {
  expect(foundBehind(behind)).toEqual(expected);
});

const CALLERS = [OTHER, THIRD].flatMap((accountId) => [
  { kind: "root", accountId, arn: root(accountId) } as const,
  {
    ...({ kind: "user", accountId, arn: `arn:aws:iam::${accountId}:user/u` } as const),
    ...{ id: "AIDAUUUUUUUUUUUUUUUU", userName: "u" },
  },
]);
const anyStatement = (resources: readonly string[]) =>
  fc.record({
    Effect: fc.constantFrom("Allow", "Allow", "Deny"),
    Principal: fc.constantFrom(
      ...["*", { AWS: root(OTHER) }, { AWS: `arn:aws:iam::${OTHER}:user/u` }],
      ...[{ AWS: [root(THIRD), root(OWN)] }],
    ),
    Action: fc.constantFrom("s3:GetObject", "s3:PutObject", "s3:*"),
    Resource: fc.constantFrom(...resources),
    Condition: fc.constantFrom(
      {},
      { StringEquals: { "s3:DataAccessPointAccount": OWN } },
      { StringNotEquals: { "s3:DataAccessPointArn": POINT } },
      { ArnLike: { "s3:DataAccessPointArn": `arn:aws:s3:*:${OWN}:accesspoint/f*` } },
      { StringEquals: { "aws:SourceIp": "1.2.3.4" } },
      { Null: { "s3:DataAccessPointAccount": "true" } },
    ),
  });
const keysThrough = new Map([
  ["s3:dataaccesspointarn", POINT],
  ["s3:dataaccesspointaccount", OWN],
  ["s3:accesspointnetworkorigin", "Internet"],
]);

test("whoever both policies let through a point has a finding", () => {
  fc.assert(
    fc.property(
      fc.array(anyStatement([`${BUCKET}/*`, `${BUCKET}/a*`, `${BUCKET}/?`]), { maxLength: 3 }),
      fc.array(
        anyStatement([`${POINT}/object/*`, `${POINT}/object/b`, "arn:aws:s3:*:*:accesspoint/*"]),
        { maxLength: 3 },
      ),
      fc.constantFrom("a", "b", "ab"),
      fc.constantFrom("s3:GetObject", "s3:PutObject"),
      (bucket, point, key, action) => {
        const sets = [
          { set: new PolicySet([compiled(bucket, BUCKET)]), resource: `${BUCKET}/${key}` },
          { set: new PolicySet([compiled(point, POINT)]), resource: `${POINT}/object/${key}` },
        ];
        const policies = { arn: BUCKET, restrictsPublic: false };
        const points = [
          { arn: POINT, policy: compiled(point, POINT), withoutPublic: new Set<number>() },
        ];
        const found = externalAccess([compiled(bucket, BUCKET)], ACCOUNT, {
          ...policies,
          accessPoints: points,
        }).filter(({ accessPoints }) => accessPoints.length > 0);
        for (const principal of CALLERS) {
          const isAllowed = sets.every(({ set, resource }) => {
            const context = new Map([
              ...keysThrough,
              ["aws:principalarn", principal.arn],
              ["aws:principalaccount", principal.accountId],
            ] as const);
            const request = { principal, action, resource, resourceAccountId: OWN, context };
            return !setDenies(set, request, false) && setAllows(set, request);
          });
          if (isAllowed)
            expect(found.map(({ principal: { value } }) => value)).toEqual(
              expect.arrayContaining([
                expect.stringMatching(new RegExp(`^\\*$|${principal.accountId}`)),
              ]),
            );
        }
      },
    ),
    { numRuns: 300 },
  );
});
