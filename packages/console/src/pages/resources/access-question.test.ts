import { expect, test } from "vitest";
import { accessOf, policyOn, resourceOf } from "./access-question.ts";

const KEY = "arn:aws:kms:us-east-1:000000000000:key/abc";

test.each([
  ["s3:GetObject", "arn:aws:s3:::films", "arn:aws:s3:::films/*"],
  ["s3:AbortMultipartUpload", "arn:aws:s3:::films", "arn:aws:s3:::films/*"],
  ["s3:ListBucket", "arn:aws:s3:::films", "arn:aws:s3:::films"],
  ["s3:PutBucketObjectLockConfiguration", "arn:aws:s3:::films", "arn:aws:s3:::films"],
  ["kms:Decrypt", KEY, KEY],
])("%s on %s is decided on %s", (action, arn, resource) => {
  expect(resourceOf(action, arn)).toBe(resource);
});

test("a policy without an ARN is on the resource; others stay as they are", () => {
  const own = { Effect: "Allow", Resource: "arn:aws:s3:::other" };
  const not = { Effect: "Deny", NotResource: "arn:aws:s3:::films/public" };
  const of = (Statement: unknown) => JSON.stringify({ Version: "2012-10-17", Statement });
  const given = of([{ Effect: "Allow" }, { Effect: "Allow", Resource: "*" }, own, not]);
  const here = { Effect: "Allow", Resource: KEY };
  expect(policyOn(KEY, given)).toBe(of([here, here, own, not]));
  expect(policyOn(KEY, of({ Effect: "Allow" }))).toBe(of([here]));
});

const matched = (...ids: string[]) => ids.map((SourcePolicyId) => ({ SourcePolicyId }));

test.each([
  // A key's policy must allow; a bucket's needn't.
  ["kms:Decrypt", ["user_ann_read"], false],
  ["sts:AssumeRole", ["user_ann_read"], false],
  ["kms:Decrypt", ["ResourcePolicy", "user_ann_read"], true],
  ["s3:GetObject", ["user_ann_read"], true],
])("%s allowed by %j: %s", (action, ids, allowed) => {
  const result = {
    EvalActionName: action,
    EvalDecision: "allowed" as const,
    MatchedStatements: matched(...ids),
  };
  expect(accessOf(action, result).allowed).toBe(allowed);
  expect(accessOf(action, { ...result, EvalDecision: "explicitDeny" }).allowed).toBe(false);
});
