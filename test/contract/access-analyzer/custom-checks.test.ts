import * as analyzer from "@aws-sdk/client-accessanalyzer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser } from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/* The sentences are AWS's, from the AWS CLI's examples of the operations. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

function analyzerOf(credentials: Key = ROOT) {
  const { endpoint } = server;
  return new analyzer.AccessAnalyzer({
    endpoint,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
  });
}

const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: string | string[], Resource = "*", more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const ROLE =
  "arn:aws:iam::*:role/aws-service-role/ivs.amazonaws.com/AWSServiceRoleForIVSRecordToS3";
const forIvs = {
  Condition: { StringEquals: { "iam:AWSServiceName": "ivs.amazonaws.com" } },
};

describe("CheckNoNewAccess", () => {
  const check = (newPolicy: string, existing: string) =>
    analyzerOf().checkNoNewAccess({
      newPolicyDocument: newPolicy,
      existingPolicyDocument: existing,
      policyType: "IDENTITY_POLICY",
    });

  test("passes a policy that allows less", async () => {
    const existing = document(allow("iam:CreateServiceLinkedRole", ROLE));
    const narrower = document(allow("iam:CreateServiceLinkedRole", ROLE, forIvs));
    expect(await check(narrower, existing)).toMatchObject({
      result: "PASS",
      message: "The modified permissions do not grant new access compared to your existing policy.",
    });
  });

  test("fails one that a condition held back, and names the statements", async () => {
    const existing = document(allow("iam:CreateServiceLinkedRole", ROLE, forIvs));
    const wider = document(
      allow("iam:CreateServiceLinkedRole", ROLE),
      allow("iam:DeleteServiceLinkedRole", ROLE, { Sid: "Delete" }),
      allow("iam:CreateServiceLinkedRole", ROLE, forIvs),
    );
    expect(await check(wider, existing)).toMatchObject({
      result: "FAIL",
      message: "The modified permissions grant new access compared to your existing policy.",
      reasons: [
        { description: "New access in the statement with index: 0.", statementIndex: 0 },
        {
          description: "New access in the statement with sid: Delete.",
          statementIndex: 1,
          statementId: "Delete",
        },
      ],
    });
  });

  const TAG = "aws:ResourceTag/team";
  const act = "ec2:TerminateInstances";
  const deny = (operator: string, value: string) => ({
    ...{ Effect: "Deny", Action: act, Resource: "*", Condition: { [operator]: { [TAG]: value } } },
  });
  const tagged = document(allow("*"), deny("Null", "true"));
  test.each([
    ["StringNotEquals", "a", "PASS"],
    ["StringNotLike", "a*", "PASS"],
    ["StringNotEqualsIfExists", "a", "PASS"],
    ["StringNotLikeIfExists", "a*", "PASS"],
    ["StringNotEqualsIgnoreCase", "a", "PASS"],
    ["StringEqualsIfExists", "", "PASS"],
    ["StringEquals", "a", "FAIL"],
    ["ForAnyValue:StringNotEquals", "a", "FAIL"],
  ])("knows whether a Deny with %s holds where the key is missing", async (operator, value, as) => {
    const { result } = await check(document(allow(act), deny(operator, value)), tagged);
    expect(result).toBe(as);
  });

  test("compares whom a resource's policy lets in", async () => {
    const to = (AWS: string) =>
      document(allow("s3:GetObject", "arn:aws:s3:::media/*", { Principal: { AWS } }));
    const results = await Promise.all(
      [
        ["arn:aws:iam::111122223333:role/editor", "111122223333"],
        ["111122223333", "arn:aws:iam::111122223333:role/editor"],
      ].map(([now = "", before = ""]) =>
        analyzerOf().checkNoNewAccess({
          newPolicyDocument: to(now),
          existingPolicyDocument: to(before),
          policyType: "RESOURCE_POLICY",
        }),
      ),
    );
    expect(results.map(({ result }) => result)).toEqual(["PASS", "FAIL"]);
  });
});

test.each([
  [
    "another service's role",
    ["iam:DeleteServiceLinkedRole"],
    [ROLE.replaceAll("ivs", "ecs")],
    "PASS",
  ],
  ["the role", ["iam:DeleteServiceLinkedRole"], [ROLE.replace("*", "111122223333")], "FAIL"],
  ["an action alone", ["iam:PassRole"], undefined, "PASS"],
  ["a resource alone", undefined, [ROLE.replace("*", "111122223333")], "FAIL"],
])("CheckAccessNotGranted: %s", async (_name, actions, resources, result) => {
  const answer = await analyzerOf().checkAccessNotGranted({
    policyDocument: document({ Sid: "Clean", ...allow("iam:DeleteServiceLinkedRole", ROLE) }),
    access: [{ actions, resources }],
    policyType: "IDENTITY_POLICY",
  });
  expect(answer).toMatchObject(
    result === "PASS"
      ? {
          result,
          message:
            "The policy document does not grant access to perform the listed actions or resources.",
        }
      : {
          result,
          reasons: [
            {
              description:
                "One or more of the listed actions or resources in the statement with sid: Clean.",
              statementId: "Clean",
            },
          ],
        },
  );
});

test.each([
  ["AWS::S3::Bucket", { Resource: "arn:aws:s3:::media/*", Principal: "*" }, "FAIL"],
  [
    "AWS::S3::Bucket",
    { Resource: "arn:aws:s3:::media/*", Principal: { AWS: "111122223333" } },
    "PASS",
  ],
  ["AWS::IAM::AssumeRolePolicyDocument", { Principal: { AWS: "*" } }, "FAIL"],
  ["AWS::IAM::AssumeRolePolicyDocument", { Principal: { Service: "ivs.amazonaws.com" } }, "PASS"],
] as const)("CheckNoPublicAccess of %s to %o", async (resourceType, statement, result) => {
  // An empty Sid, as Terraform writes it, names no statement.
  const policyDocument = document({ Sid: "", Effect: "Allow", Action: "*", ...statement });
  const answer = await analyzerOf().checkNoPublicAccess({ policyDocument, resourceType });
  expect(answer.result).toBe(result);
  if (result === "FAIL")
    expect(answer.reasons).toEqual([
      {
        description: "Public access granted in the following statement with index: 0.",
        statementIndex: 0,
      },
    ]);
});

const checked = { policyDocument: document(allow("s3:*")), policyType: "IDENTITY_POLICY" } as const;

test.each([
  [
    "no policy",
    { ...checked, policyDocument: "{", access: [{ actions: ["s3:Get*"] }] },
    /^InvalidParameterException: policyDocument isn't a valid policy: .+\(line 1, column 2\)\.$/,
  ],
  [
    "no ARN",
    { ...checked, access: [{ resources: ["media"] }] },
    /^ValidationException: Invalid ARN$/,
  ],
  ["an empty list", { ...checked, access: [{}] }, /^ValidationException: Access must list/],
  [
    "another type",
    { ...checked, policyType: "POLICY" as "IDENTITY_POLICY", access: [{ actions: ["s3:Get*"] }] },
    /^ValidationException: .*'policyType'.*\[IDENTITY_POLICY, RESOURCE_POLICY\]/,
  ],
])("refused: %s", async (_name, input, message) => {
  const outcome = await analyzerOf()
    .checkAccessNotGranted(input)
    .then(
      () => "done",
      (error: Error) => `${error.name}: ${error.message}`,
    );
  expect(outcome).toMatch(message);
});

test("each check is decided by an action of its own", async () => {
  const only = await createUser(server.clients().iam, "checks", [
    { Effect: "Allow", Action: "access-analyzer:CheckAccessNotGranted", Resource: "*" },
  ]);
  const client = analyzerOf(only);
  const access = [{ actions: ["iam:*"] }];
  expect((await client.checkAccessNotGranted({ ...checked, access })).result).toBe("PASS");
  const { policyDocument } = checked;
  await expect(
    client.checkNoPublicAccess({ policyDocument, resourceType: "AWS::S3::Bucket" }),
  ).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringMatching(
      /access-analyzer:CheckNoPublicAccess on resource: \* because no identity-based policy allows/,
    ),
  });
});
