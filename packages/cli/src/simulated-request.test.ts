import { expect, test } from "vitest";
import { CommandError, EXIT } from "./command-error.ts";
import { contextOf, principalOf } from "./simulated-request.ts";

const USER = "arn:aws:iam::123456789012:user/team/ann";

test.each([
  ["arn:aws:iam::123456789012:root", { kind: "root" }],
  [USER, { kind: "user", userName: "ann" }],
  [
    "arn:aws:sts::123456789012:assumed-role/editor/now",
    {
      kind: "role-session",
      roleArn: "arn:aws:iam::123456789012:role/editor",
      roleName: "editor",
      sessionName: "now",
    },
  ],
])("%s calls", (arn, expected) => {
  expect(principalOf(arn)).toMatchObject({ arn, accountId: "123456789012", ...expected });
});

test.each([
  "ann",
  "arn:aws:iam::123456789012:role/editor",
  "arn:aws:sts::123456789012:user/ann",
  "arn:aws:iam::123456789012:assumed-role/editor/now",
  "arn:aws:s3:::root",
])("%s is no caller", (arn) => {
  expect(() => principalOf(arn)).toThrow(CommandError);
});

test("a repeated key has several values, its name in any case", () => {
  const context = contextOf(["aws:TagKeys=a", "s3:prefix=x=y", "AWS:tagkeys=b", "e:m="], USER);
  expect([...context]).toEqual([
    ["aws:principalarn", USER],
    ["aws:tagkeys", ["a", "b"]],
    ["s3:prefix", "x=y"],
    ["e:m", ""],
  ]);
});

test("a caller's ARN that is given takes the place of the known one", () => {
  expect(contextOf(["aws:PrincipalArn=arn:other"], USER).get("aws:principalarn")).toBe("arn:other");
});

test.each(["novalue", "=value"])("%s is no condition key", (pair) => {
  expect(() => contextOf([pair], USER)).toThrow(
    expect.objectContaining({ exitCode: EXIT.usage, message: expect.stringContaining(pair) }),
  );
});
