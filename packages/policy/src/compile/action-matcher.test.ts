import { describe, expect, it } from "vitest";
import { matchesActionPattern } from "./action-matcher.ts";

describe("matchesActionPattern", () => {
  it.each([
    ["*", "s3:GetObject", true],
    ["s3:*", "s3:GetObject", true],
    ["S3:getOBJECT", "s3:GetObject", true],
    ["s3:Get*", "s3:GetObject", true],
    ["s3:*Object", "s3:GetObject", true],
    ["s3:?etObject", "s3:GetObject", true],
    ["s3:G*t*", "s3:GetObject", true],
    ["s3:Get", "s3:GetObject", false],
    ["s3:GetObjects*", "s3:GetObject", false],
    ["iam:*", "s3:GetObject", false],
    ["*:GetObject", "s3:GetObject", false],
    ["s?:GetObject", "s3:GetObject", false],
    ["s3:", "s3:GetObject", false],
    [":GetObject", "s3:GetObject", false],
    ["s3", "s3:GetObject", false],
    ["s3:GetObject ", "s3:GetObject", false],
    ["s3:Get Object", "s3:GetObject", false],
    ["s3:GetObject,s3:PutObject", "s3:GetObject", false],
  ])("%s against %s is %s", (pattern, action, expected) => {
    expect(matchesActionPattern(pattern, action)).toBe(expected);
  });
});
