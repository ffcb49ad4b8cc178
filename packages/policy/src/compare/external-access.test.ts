import { expect, test } from "vitest";
import { compilePolicy } from "../compile/compile-policy.ts";
import { externalAccess, type TrustZone } from "./external-access.ts";

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
