import { expect, test } from "vitest";
import { passRole } from "./pass-role.ts";

const ACCOUNT = "111122223333";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/team/runner`;

const pass = (arn: string, resourceArn?: string) =>
  passRole(arn, ACCOUNT, {
    service: "events.amazonaws.com",
    ...(resourceArn === undefined ? {} : { resourceArn }),
    malformed: (text) => new Error(`malformed ${text}`),
    crossAccount: (text) => new Error(`cross-account ${text}`),
  });

test("a role of the caller's account is decided on as the caller's to pass", () => {
  expect(pass(ROLE)).toEqual({
    action: "iam:PassRole",
    resource: ROLE,
    resourceAccountId: ACCOUNT,
    context: { "iam:passedtoservice": "events.amazonaws.com" },
  });
  const instance = `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0`;
  expect(pass(ROLE, instance).context).toEqual({
    "iam:passedtoservice": "events.amazonaws.com",
    "iam:associatedresourcearn": instance,
  });
});

test.each([
  ["another service's", `arn:aws:ivs::${ACCOUNT}:role/runner`],
  ["one with a Region", `arn:aws:iam:us-east-1:${ACCOUNT}:role/runner`],
  ["another partition's", `arn:aws-cn:iam::${ACCOUNT}:role/runner`],
  ["a user's", `arn:aws:iam::${ACCOUNT}:user/runner`],
  ["one of no account", "arn:aws:iam:::role/runner"],
  ["one of AWS itself", "arn:aws:iam::aws:role/runner"],
  ["a short account's", "arn:aws:iam::1234:role/runner"],
  ["one without a name", `arn:aws:iam::${ACCOUNT}:role/`],
  ["one that ends in a path", `arn:aws:iam::${ACCOUNT}:role/team/`],
  ["one with a wildcard", `arn:aws:iam::${ACCOUNT}:role/*`],
  ["one with a space", `arn:aws:iam::${ACCOUNT}:role/a b`],
  ["one with two lines", `arn:aws:iam::${ACCOUNT}:role/runner\n`],
  ["a session's", `arn:aws:sts::${ACCOUNT}:assumed-role/runner/s`],
  ["no ARN at all", "runner"],
  ["nothing", ""],
])("what isn't a role's ARN is refused: %s", (_what, arn) => {
  expect(() => pass(arn)).toThrow(`malformed ${arn}`);
});

test("another account's role is refused, whatever the caller may do", () => {
  const arn = "arn:aws:iam::444455556666:role/runner";
  expect(() => pass(arn)).toThrow(`cross-account ${arn}`);
});
