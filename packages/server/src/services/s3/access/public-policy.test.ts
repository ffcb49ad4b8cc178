import { expect, test } from "vitest";
import { isPublicAccessPointPolicy, isPublicPolicy } from "./public-policy.ts";

const ip = (range: string) => ({ IpAddress: { "aws:SourceIp": range } });

test.each([
  [{ Principal: "*" }, true],
  [{ Principal: { AWS: "*" } }, true],
  [{ Principal: { AWS: ["arn:aws:iam::111122223333:root", "*"] } }, true],
  [{ Principal: { AWS: "111122223333" } }, false],
  [{ Principal: "*", Effect: "Deny" }, false],
  [{ NotPrincipal: { AWS: "111122223333" } }, true],
  [{ Principal: "*", Condition: ip("203.0.113.0/24") }, false],
  [{ Principal: "*", Condition: ip("0.0.0.0/0") }, true],
  [{ Principal: "*", Condition: ip("2001:db8::/16") }, true],
  [{ Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }, false],
  [{ Principal: "*", Condition: { StringLike: { "aws:PrincipalOrgID": "o-*" } } }, true],
  [{ Principal: "*", Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } } }, true],
  [{ Principal: "*", Condition: { StringEquals: { "aws:Referer": "x" } } }, true],
])("a statement with %j is public: %s", (statement, expected) => {
  const whole = { Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...statement };
  expect(isPublicPolicy(JSON.stringify({ Statement: [whole] }))).toBe(expected);
});

const arnLike = (arn: string) => ({ ArnLike: { "s3:DataAccessPointArn": arn } });

test.each([
  ["arn:aws:s3:us-west-2:111122223333:accesspoint/x", { bucket: false, accessPoint: false }],
  ["arn:aws:s3:us-west-2:111122223333:accesspoint/*", { bucket: false, accessPoint: true }],
  ["arn:aws:s3:us-west-2:*:accesspoint/*", { bucket: true, accessPoint: true }],
])("a policy for everybody through %s is public: %j", (arn, expected) => {
  const Condition = arnLike(arn);
  const statement = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Condition };
  const text = JSON.stringify({ Statement: [{ ...statement, Resource: "*" }] });
  expect({
    bucket: isPublicPolicy(text),
    accessPoint: isPublicAccessPointPolicy(text),
  }).toEqual(expected);
});
