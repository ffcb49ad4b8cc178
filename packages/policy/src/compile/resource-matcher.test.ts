import { describe, expect, it } from "vitest";
import type { ContextValue } from "../request.ts";
import { compileResource, resourceMatches } from "./resource-matcher.ts";

const CONTEXT = new Map<string, ContextValue>([
  ["aws:username", "ann"],
  ["star", "*"],
]);

function covers(pattern: string, resource: string, variables = true): boolean {
  const matcher = compileResource({ negated: false, values: [pattern] }, "Allow", variables);
  return resourceMatches(matcher, resource, CONTEXT);
}

describe("Resource", () => {
  it.each([
    ["*", "arn:aws:s3:::b", true],
    ["*", "*", true],
    ["arn:aws:s3:::b", "*", false],
    ["arn:*", "*", false],
    ["arn:aws:s3:::b", "arn:aws:s3:::b/key", false],
    ["arn:aws:s3:::b*", "arn:aws:s3:::b/key", true],
    ["arn:aws:s3:::b*", "arn:aws:s3:::b2", true],
    ["arn:aws:s3:::B", "arn:aws:s3:::b", false],
    ["arn:aws:s3:::b/*/x", "arn:aws:s3:::b/1/2:3/x", true],
    ["arn:aws:s3:::b/?", "arn:aws:s3:::b/ab", false],
    ["arn:aws:ec2:*:*:*/*", "arn:aws:ec2:us-east-1:1:instance/i", true],
    ["arn:aws:ec2:us-*:1:i", "arn:aws:ec2:us-east-1:1:i", true],
    ["arn:aws:e*:i", "arn:aws:ec2:us-east-1:1:i", false],
    ["arn:aws:*", "arn:aws:ec2:us-east-1:1:i", true],
    ["arn:aws:*i", "arn:aws:ec2:us-east-1:1:i", false],
    ["arn:*:*i", "arn:aws:ec2:us-east-1:1:i", false],
    ["arn:aws:ec2", "arn:aws:ec2:us-east-1:1:i", false],
    ["arn:aws:*:us-east-1", "arn:aws:ec2:us-east-1:1:i", false],
    ["arn:a*:ec2:*", "arn:aws:ec2:us-east-1:1:i", true],
    ["arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/ann/x", true],
    ["arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/bob/x", false],
    ["arn:aws:s3:::home/${star}/x", "arn:aws:s3:::home/any/x", false],
    ["arn:aws:s3:::${missing}*", "arn:aws:s3:::home", false],
    ["arn:aws:s3:::${missing, 'home'}", "arn:aws:s3:::home", true],
    ["arn:aws:iam::${missing, '1'}:user/*", "arn:aws:iam::1:user/x", true],
    ["", "arn:aws:s3:::b", false],
  ])("%s against %s is %s", (pattern, resource, expected) => {
    expect(covers(pattern, resource)).toBe(expected);
  });

  it("has no variables in the 2008 version", () => {
    expect(covers("arn:aws:s3:::${aws:username}", "arn:aws:s3:::ann", false)).toBe(false);
    expect(covers("arn:aws:s3:::${aws:username}", "arn:aws:s3:::${aws:username}", false)).toBe(
      true,
    );
  });
});

describe("NotResource with a variable that has no value", () => {
  it.each([
    ["Allow", false],
    ["Deny", true],
  ] as const)("in a statement that would %s applies: %s", (effect, expected) => {
    const element = { negated: true, values: ["arn:aws:s3:::${missing}", "arn:aws:s3:::b"] };
    const matcher = compileResource(element, effect, true);
    expect(resourceMatches(matcher, "arn:aws:s3:::other", CONTEXT)).toBe(expected);
    expect(resourceMatches(matcher, "arn:aws:s3:::b", CONTEXT)).toBe(false);
  });
});
