import type { EvaluationResult } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { remedyFor } from "./remedy.ts";

const DENIED: EvaluationResult = {
  EvalActionName: "s3:PutObject",
  EvalResourceName: "arn:aws:s3:::media/a",
  EvalDecision: "implicitDeny",
};
const ORGANIZATION = { OrganizationsDecisionDetail: { AllowedByOrganizations: false } };
const BOUNDARY = { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } };

test("nothing needs to change for what is allowed", () => {
  expect(remedyFor({ ...DENIED, EvalDecision: "allowed" })).toBeUndefined();
});

test("what nothing allows is allowed by a statement for just that", () => {
  const { statement = "" } = remedyFor(DENIED) ?? {};
  expect(JSON.parse(statement)).toEqual({
    Effect: "Allow",
    Action: "s3:PutObject",
    Resource: "arn:aws:s3:::media/a",
  });
});

test.each([
  ["the statements that deny", { EvalDecision: "explicitDeny" as const }, "of one, two."],
  ["the organization before the boundary", { ...ORGANIZATION, ...BOUNDARY }, "organization"],
  ["the boundary", BOUNDARY, "permissions boundary"],
])("no statement helps against a denial by %s", (_name, difference, expected) => {
  const MatchedStatements = [{ SourcePolicyId: "one" }, { SourcePolicyId: "two" }];
  const remedy = remedyFor({ ...DENIED, MatchedStatements, ...difference });
  expect(remedy?.sentence).toContain(expected);
  expect(remedy?.statement).toBeUndefined();
});
