import { expect, test } from "vitest";
import { compilePolicy } from "../compile/compile-policy.ts";
import type { PolicySource } from "../request.ts";
import { type Grant, listedAccess, newAccess, publicAccess } from "./checks.ts";

const ACCOUNT = "111122223333";
const policy = (kind: PolicySource["kind"], ...statements: readonly object[]) => [
  compilePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), {
    kind,
    id: "p",
    managed: false,
  }),
];
const statement = (Effect: string, Action: unknown, Resource: unknown, Condition?: object) => ({
  Effect,
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const allow = (Action: unknown, Resource: unknown = "*", Condition?: object) =>
  statement("Allow", Action, Resource, Condition);
const indexes = (grants: readonly Grant[]) => grants.map((grant) => grant.statement.index);

test("new access is reported for each statement that gives some", () => {
  const existing = policy("identity", allow("s3:Get*"));
  const candidate = policy(
    "identity",
    allow("s3:GetObject"),
    allow("s3:PutObject"),
    allow("ivs:*"),
    statement("Deny", "ivs:*", "*"),
  );
  expect(indexes(newAccess(candidate, existing))).toEqual([1]);
});

const BUCKET = "arn:aws:s3:::media";
test.each([
  ["an action", allow("s3:*"), { actions: ["s3:DeleteBucket"] }, [0]],
  ["another action", allow("s3:Get*"), { actions: ["s3:DeleteBucket"] }, []],
  ["a resource", allow("s3:*", `${BUCKET}/*`), { resources: [`${BUCKET}/secret`] }, [0]],
  ["another resource", allow("s3:*", `${BUCKET}/*`), { resources: ["arn:aws:s3:::other/x"] }, []],
  [
    "a pair of both",
    allow("s3:Get*", `${BUCKET}/*`),
    { actions: ["s3:PutObject"], resources: [`${BUCKET}/*`] },
    [],
  ],
  [
    "one only under a condition",
    allow("s3:*", "*", { Bool: { "aws:SecureTransport": "true" } }),
    { actions: ["s3:PutObject"] },
    [0],
  ],
])("listed access: %s", (_name, given, list, expected) => {
  expect(indexes(listedAccess(policy("identity", given), list))).toEqual(expected);
});

const to = (Principal: unknown, Condition?: object) => ({
  ...allow("s3:GetObject", `${BUCKET}/*`, Condition),
  Principal,
});
const from = (...ranges: string[]) => ({ IpAddress: { "aws:SourceIp": ranges } });

test.each<[string, object, boolean]>([
  ["everybody", to("*"), true],
  ["everybody by AWS", to({ AWS: "*" }), true],
  ["an account", to({ AWS: ACCOUNT }), false],
  ["a service", to({ Service: "ivs.amazonaws.com" }), false],
  ["those of a VPC", to("*", { StringEquals: { "aws:SourceVpc": "vpc-1" } }), false],
  ["those of any VPC", to("*", { StringLike: { "aws:SourceVpc": "vpc-*" } }), true],
  ["those of a VPC or of none", to("*", { StringEqualsIfExists: { "aws:SourceVpc": "v" } }), true],
  ["those of an organization", to("*", { StringEquals: { "aws:PrincipalOrgID": "o-x" } }), false],
  ["all others", to("*", { StringNotEquals: { "aws:PrincipalOrgID": "o-x" } }), true],
  ["a small range", to("*", from("192.0.2.0/24")), false],
  ["a large range", to("*", from("0.0.0.0/1")), true],
  ["two halves of all", to("*", from("0.0.0.0/1", "128.0.0.0/1")), true],
  ["those who say so", to("*", { StringLike: { "aws:Referer": "https://x/*" } }), true],
  [
    "a principal's ARN",
    to("*", { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:*` } }),
    false,
  ],
  [
    "any principal's ARN",
    to("*", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/x*" } }),
    true,
  ],
])("public access: %s", (_name, given, isPublic) => {
  const grants = publicAccess(policy("resource", given));
  expect(grants.map(({ kind }) => kind)).toEqual(isPublic ? ["found"] : []);
});

test("a Deny of outsiders keeps a policy from being public", () => {
  const Condition = { StringNotEquals: { "aws:PrincipalOrgID": "o-x" } };
  const deny = { ...statement("Deny", "s3:*", "*", Condition), Principal: "*" };
  expect(publicAccess(policy("resource", to("*"), deny))).toEqual([]);
});
