import { describe, expect, it } from "vitest";
import { validatePolicy } from "./validate-policy.ts";

const GOOD = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };

function answer(policy: unknown): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  const [first] = validatePolicy(text, "managed");
  if (first !== undefined) {
    expect(first.errorCode).toBe("MalformedPolicyDocument");
  }
  return first?.message ?? "valid";
}

function statement(changes: object): string {
  return answer({ Version: "2012-10-17", Statement: { ...GOOD, ...changes } });
}

const SYNTAX = "Syntax errors in policy.";
const LEGACY = "The policy failed legacy parsing";
const VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
const IAM_PATH =
  'IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.';

describe("a whole policy", () => {
  it.each<[string, unknown, string]>([
    ["that is fine", { Version: "2012-10-17", Statement: [GOOD] }, "valid"],
    ["with an Id", { Version: "2012-10-17", Id: "x", Statement: GOOD }, "valid"],
    ["that isn't JSON", "{not valid json", SYNTAX],
    ["that is empty", "", SYNTAX],
    ["that is a list", [GOOD], SYNTAX],
    [
      "with a repeated key",
      '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}',
      SYNTAX,
    ],
    ["without Statement", { Version: "2012-10-17" }, SYNTAX],
    ["without statements", { Version: "2012-10-17", Statement: [] }, SYNTAX],
    ["with an unknown element", { Version: "2012-10-17", Statement: GOOD, Extra: 1 }, SYNTAX],
    ["of an unknown version", { Version: "2012-10-18", Statement: GOOD }, SYNTAX],
    [
      "without a version",
      { Statement: GOOD },
      "Policy document must be version 2012-10-17 or greater.",
    ],
    [
      "of the old version",
      { Version: "2008-10-17", Statement: GOOD },
      "Policy document must be version 2012-10-17 or greater.",
    ],
    [
      "with a repeated Sid",
      {
        Version: "2012-10-17",
        Statement: [
          { ...GOOD, Sid: "A" },
          { ...GOOD, Sid: "A" },
        ],
      },
      "Statement IDs (SID) in a single policy must be unique.",
    ],
    [
      "with empty Sids",
      {
        Version: "2012-10-17",
        Statement: [
          { ...GOOD, Sid: "" },
          { ...GOOD, Sid: "" },
        ],
      },
      "valid",
    ],
  ])("%s", (_name, policy, expected) => {
    expect(answer(policy)).toBe(expected);
  });
});

describe("a statement", () => {
  it.each<[object, string]>([
    [{ Effect: undefined }, SYNTAX],
    [{ Effect: "Permit" }, SYNTAX],
    [{ Effect: "allow" }, LEGACY],
    [{ NotAction: "s3:*" }, SYNTAX],
    [{ NotResource: "*" }, SYNTAX],
    [{ Action: 1 }, SYNTAX],
    [{ Action: [["s3:*"]] }, SYNTAX],
    [{ Extra: "x" }, SYNTAX],
    [{ Sid: 1 }, SYNTAX],
    [
      { Sid: "a b" },
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    ],
    [{ Condition: { StringFoo: { "aws:x": "y" } } }, SYNTAX],
    [{ Condition: { NullIfExists: { "aws:x": "true" } } }, SYNTAX],
    [{ Condition: { StringEquals: "y" } }, SYNTAX],
    [{ Condition: { StringEquals: { "aws:x": { y: 1 } } } }, SYNTAX],
    [{ Condition: { Bool: { "aws:x": true }, NumericEquals: { "aws:n": [1, "2"] } } }, "valid"],
    [{ Condition: { "ForAnyValue:StringLikeIfExists": { "aws:TagKeys": ["a"] } } }, "valid"],
    [{ Condition: { DateLessThan: { "aws:CurrentTime": "tomorrow" } } }, LEGACY],
    [{ Condition: { DateLessThan: { "aws:CurrentTime": "2026-01-01T00:00:00Z" } } }, "valid"],
    [{ Condition: { DateLessThan: { "aws:CurrentTime": "-292275054" } } }, "valid"],
    ...[
      ["01T", "valid"],
      ["2016-12-13t2:00:00.593194+23", "valid"],
      ["2016-12-13T21:20:37,5-10:30", "valid"],
      ["2016-12-13T21:20:37+24", LEGACY],
      ["2016-12-13t2:00:00.593194+1", LEGACY],
      ["2016-12-13t2:00:00.1999999999+10:59", LEGACY],
      ["2016-02-30", LEGACY],
      ["234-13", LEGACY],
    ].map(([date, answer = ""]): [object, string] => [
      { Condition: { DateLessThanEquals: { a: date } } },
      answer,
    ]),
    [{ Condition: { DateLessThan: { "aws:CurrentTime": "9223372036854775808" } } }, LEGACY],
    ...(
      [
        ["NumericEquals", "01", "valid"],
        ["NumericEquals", "NaN", LEGACY],
        ["NumericEquals", true, LEGACY],
        ["Bool", "yes", "valid"],
        ["Null", "yes", "valid"],
        ["ArnLike", "no-arn", LEGACY],
        ["ArnLike", "*", "valid"],
        ["ArnEquals", "${aws:PrincipalTag/arn}", "valid"],
        ["IpAddress", "no-ip", LEGACY],
        ["IpAddress", "192.000.002.5/+24", "valid"],
        ["NotIpAddress", ["192.0.2.0/24", "192.0.2.0/33"], LEGACY],
        ["IpAddress", "2001:db8::5/64", LEGACY],
        ["IpAddress", "2001:DB8::/064", "valid"],
        ["IpAddress", "2001:db8::1/0", LEGACY],
        ["IpAddress", "::ffff:192.0.2.1", LEGACY],
        ["IpAddress", "::ffff:c000:200/120", "valid"],
        ["BinaryEquals", "no-binary", LEGACY],
        ["BinaryEquals", "YQ==", "valid"],
      ] as const
    ).map(([operator, value, answer]): [object, string] => [
      { Condition: { [operator]: { "aws:RequestTag/value": value } } },
      answer,
    ]),
    [{ Condition: { StringEquals: { username: "x" } } }, "valid"],
    [{ Condition: { StringFoo: {} } }, "valid"],
    [{ Principal: "*" }, "Policy document should not specify a principal."],
    [{ NotPrincipal: "*" }, "Policy document should not specify a principal."],
    [{ Action: undefined }, "Policy statement must contain actions."],
    [{ Action: [] }, "Policy statement must contain actions."],
    [{ Resource: undefined }, "Policy statement must contain resources."],
    [{ Resource: [] }, "Policy statement must contain resources."],
    [{ Action: "*" }, "valid"],
    [{ Action: "GetObject" }, VENDOR],
    [{ Action: "s3:Get:Object" }, "Actions/Condition can contain only one colon."],
    [{ Action: "s3 :GetObject" }, "Vendor s3  is not valid"],
    [{ Action: "*:GetObject" }, "Vendor * is not valid"],
  ])("with %j", (changes, expected) => {
    expect(statement(changes)).toBe(expected);
  });
});

describe("a resource", () => {
  it.each([
    ["*", "valid"],
    ["arn:aws:s3:::b", "valid"],
    ["arn:*:s3:::b", "valid"],
    ["arn:aws-cn:s3:::b", "valid"],
    ["arn:aws:kms:*:${aws:PrincipalAccount}:key/*", "valid"],
    ["bucket", 'Resource bucket must be in ARN format or "*".'],
    ["", 'Resource  must be in ARN format or "*".'],
    ["arn:error:s3:::b", 'Partition "error" is not valid for resource "arn:error:s3:::b".'],
    ["arn:error", 'Partition "error" is not valid for resource "arn:error:*:*:*:*".'],
    ["a:b", 'Partition "b" is not valid for resource "arn:b:*:*:*:*".'],
    ["aws:s3:::b", 'Partition "s3" is not valid for resource "arn:s3:::b:*".'],
    ["arn:error:s3::b", 'Partition "error" is not valid for resource "arn:error:s3::b:*".'],
    ["a:aws:s3:::b", 'Resource a:aws:s3:::b must be in ARN format or "*".'],
    ["arn:aws:s3::b", LEGACY],
    ["arn:aws::::b", LEGACY],
    ["arn:aws:s3*:::b", "Resource vendor must be fully qualified and cannot contain regexes."],
    ["arn:aws", "Resource vendor must be fully qualified and cannot contain regexes."],
    [
      "arn:aws:iam:us-east-1:111111111111:user/u",
      "IAM resource arn:aws:iam:us-east-1:111111111111:user/u cannot contain region information.",
    ],
    [
      "arn:aws:s3:us-east-1::b",
      "Resource arn:aws:s3:us-east-1::b can not contain region information.",
    ],
    ["arn:aws:s3:us-east-1:111111111111:accesspoint/a", "valid"],
    ["arn:aws:iam::111111111111:role/r", "valid"],
    ["arn:aws:iam::111111111111:*", "valid"],
    ["arn:aws:iam::111111111111:rolle/r", IAM_PATH],
  ])("%s", (resource, expected) => {
    expect(statement({ Resource: resource })).toBe(expected);
  });
});

describe("the order of checks", () => {
  it.each<[string, unknown, string]>([
    ["syntax before version", { Statement: { ...GOOD, Extra: 1 } }, SYNTAX],
    [
      "version before legacy parsing",
      { Statement: { ...GOOD, Effect: "allow" } },
      "Policy document must be version 2012-10-17 or greater.",
    ],
    [
      "legacy parsing of any statement before the actions of the first",
      {
        Version: "2012-10-17",
        Statement: [
          { ...GOOD, Action: [] },
          { ...GOOD, Effect: "DENY" },
        ],
      },
      LEGACY,
    ],
    [
      "legacy parsing before Sids",
      { Version: "2012-10-17", Statement: { ...GOOD, Effect: "allow", Sid: "a b" } },
      LEGACY,
    ],
    [
      "Sids before the principal",
      { Version: "2012-10-17", Statement: { ...GOOD, Sid: "a b", Principal: "*" } },
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    ],
    [
      "the principal before the actions",
      { Version: "2012-10-17", Statement: { ...GOOD, Action: [], Principal: "*" } },
      "Policy document should not specify a principal.",
    ],
    [
      "actions before resources",
      { Version: "2012-10-17", Statement: { Effect: "Allow" } },
      "Policy statement must contain actions.",
    ],
    [
      "the resource's format before the action's",
      { Version: "2012-10-17", Statement: { ...GOOD, Action: "x", Resource: "y" } },
      'Resource y must be in ARN format or "*".',
    ],
    [
      "the action's format before a missing resource",
      { Version: "2012-10-17", Statement: { ...GOOD, Action: "x", Resource: [] } },
      VENDOR,
    ],
  ])("%s", (_name, policy, expected) => {
    expect(answer(policy)).toBe(expected);
  });
});

describe("findings", () => {
  it("point at every offender of the class that decides", () => {
    const text =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow",\n"Action":["a","s3:b","c"],"Resource":"*"}}';
    const findings = validatePolicy(text, "inline");
    const quoted = findings.map(({ position }) =>
      text.slice(position?.start.offset, position?.end.offset),
    );
    expect(quoted).toEqual(['"a"', '"c"']);
    expect(findings[1]?.position?.start).toEqual({ line: 2, column: 22, offset: 76 });
  });
});

describe("a session policy", () => {
  it.each([
    ["NumericEquals", "NaN", undefined],
    ["DateEquals", "tomorrow", undefined],
    ["ArnLike", "no-arn", undefined],
    ["NotIpAddress", "2001:db8::5/64", undefined],
    ["BinaryEquals", "no-binary", LEGACY],
  ])("may ask %s for %j, which matches nothing: %s", (operator, value, expected) => {
    const Condition = { [operator]: { "aws:RequestTag/value": value } };
    const text = JSON.stringify({ Version: "2012-10-17", Statement: { ...GOOD, Condition } });
    expect(validatePolicy(text, "session")[0]?.message).toBe(expected);
  });
});
