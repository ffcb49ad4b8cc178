import { expect, test } from "vitest";
import { principalPlace } from "./role-facts.ts";

const ACCOUNT = "000000000000";

test.each([
  [`arn:aws:iam::${ACCOUNT}:user/ann`, "/iam/users/:name", "ann", "user/ann"],
  [`arn:aws:iam::${ACCOUNT}:role/apps/web`, "/iam/roles/:name", "web", "role/web"],
])("%s has a page", (principal, pattern, page, name) => {
  expect(principalPlace(principal, ACCOUNT)).toEqual({ pattern, params: { name: page }, name });
});

test.each([
  "arn:aws:iam::111122223333:user/ann",
  `arn:aws:iam::${ACCOUNT}:root`,
  `arn:aws:sts::${ACCOUNT}:assumed-role/web/session`,
  "ivs.amazonaws.com",
  "*",
])("%s has none", (principal) => {
  expect(principalPlace(principal, ACCOUNT)).toBeUndefined();
});
