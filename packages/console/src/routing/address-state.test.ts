import { expect, test } from "vitest";
import { withParameter } from "./address-state.ts";

test.each([
  ["", "tab", "keys", "#/?tab=keys"],
  ["#/iam/users", "users.find", "a b&c", "#/iam/users?users.find=a+b%26c"],
  ["#/iam/users?users.find=a&tab=x", "users.find", undefined, "#/iam/users?tab=x"],
  ["#/s3/buckets/b?prefix=a%2F", "objects.page", "2", "#/s3/buckets/b?prefix=a%2F&objects.page=2"],
])("%s with %s=%s", (hash, name, value, expected) => {
  expect(withParameter(hash, name, value)).toBe(expected);
});
