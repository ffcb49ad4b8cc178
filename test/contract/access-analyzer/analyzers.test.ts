import * as analyzer from "@aws-sdk/client-accessanalyzer";
import * as iam from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser } from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const ACCOUNT = "000000000000";
const ROLE = "AWSServiceRoleForAccessAnalyzer";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

function client(credentials: Key = ROOT, region = "us-east-1") {
  const { endpoint } = server;
  return new analyzer.AccessAnalyzer({ endpoint, region, credentials, maxAttempts: 1 });
}
const arnIn = (region: string, name: string) =>
  `arn:aws:access-analyzer:${region}:${ACCOUNT}:analyzer/${name}`;
const roles = () => server.clients().iam;
const filter = { isPublic: { eq: ["true"] } };

describe("an analyzer", () => {
  test("is made with its role, shown, tagged, and holds the role until it is gone", async () => {
    await expect(roles().send(new iam.GetRoleCommand({ RoleName: ROLE }))).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
    const made = await client(ROOT, "eu-west-2").createAnalyzer({
      analyzerName: "first",
      type: "ACCOUNT",
      tags: { team: "video" },
      archiveRules: [{ ruleName: "Public", filter }],
    });
    const arn = arnIn("eu-west-2", "first");
    expect(made.arn).toBe(arn);
    const { Role } = await roles().send(new iam.GetRoleCommand({ RoleName: ROLE }));
    expect(Role?.Path).toBe("/aws-service-role/access-analyzer.amazonaws.com/");
    const summary = {
      arn,
      name: "first",
      type: "ACCOUNT",
      createdAt: expect.any(Date),
      status: "ACTIVE",
      tags: { team: "video" },
    };
    const here = client(ROOT, "eu-west-2");
    expect((await here.getAnalyzer({ analyzerName: "first" })).analyzer).toMatchObject(summary);
    expect((await here.listAnalyzers({})).analyzers).toMatchObject([summary]);
    expect((await here.listAnalyzers({ type: "ORGANIZATION" })).analyzers).toEqual([]);
    expect((await client().listAnalyzers({})).analyzers).toEqual([]);
    await here.tagResource({ resourceArn: arn, tags: { stage: "test" } });
    await here.untagResource({ resourceArn: arn, tagKeys: ["team"] });
    expect((await here.listTagsForResource({ resourceArn: arn })).tags).toEqual({ stage: "test" });
    expect((await here.listArchiveRules({ analyzerName: "first" })).archiveRules).toMatchObject([
      { ruleName: "Public", filter, createdAt: expect.any(Date), updatedAt: expect.any(Date) },
    ]);
    const deletion = async () => {
      const { DeletionTaskId = "" } = await roles().send(
        new iam.DeleteServiceLinkedRoleCommand({ RoleName: ROLE }),
      );
      const status = new iam.GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId });
      return until(async () => {
        const answer = await roles().send(status);
        return /^(?:NOT_STARTED|IN_PROGRESS)$/.test(answer.Status ?? "") ? undefined : answer;
      }, "the deletion's end");
    };
    expect(await deletion()).toMatchObject({
      Status: "FAILED",
      Reason: { RoleUsageList: [{ Region: "eu-west-2", Resources: [arn] }] },
    });
    await here.deleteAnalyzer({ analyzerName: "first" });
    await expect(here.getAnalyzer({ analyzerName: "first" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      resourceId: arn,
      resourceType: "Analyzer",
    });
  });

  test("keeps its configuration of unused access, which can be changed", async () => {
    const name = "unused";
    const type = "ACCOUNT_UNUSED_ACCESS";
    await client().createAnalyzer({ analyzerName: name, type });
    const get = async () =>
      (await client().getAnalyzer({ analyzerName: name })).analyzer?.configuration;
    expect(await get()).toEqual({ unusedAccess: { unusedAccessAge: 90 } });
    const configuration = {
      unusedAccess: {
        unusedAccessAge: 30,
        analysisRule: { exclusions: [{ resourceTags: [{ keep: "yes" }] }] },
      },
    };
    const updated = await client().updateAnalyzer({ analyzerName: name, configuration });
    expect(updated.configuration).toEqual(configuration);
    expect(await get()).toEqual(configuration);
    const arn = arnIn("us-east-1", name);
    await expect(client().listFindings({ analyzerArn: arn })).rejects.toMatchObject({
      name: "ValidationException",
    });
    expect((await client().listFindingsV2({ analyzerArn: arn })).findings).toEqual([]);
  });

  test("is made once by requests with one token", async () => {
    const input = { analyzerName: "again", type: "ACCOUNT", clientToken: "t-1" } as const;
    const there = client(ROOT, "ap-south-1");
    expect(await there.createAnalyzer(input)).toMatchObject({ arn: arnIn("ap-south-1", "again") });
    expect(await there.createAnalyzer(input)).toMatchObject({ arn: arnIn("ap-south-1", "again") });
    await expect(there.createAnalyzer({ ...input, clientToken: "t-2" })).rejects.toMatchObject({
      name: "ConflictException",
      $metadata: { httpStatusCode: 409 },
    });
    await expect(
      there.createAnalyzer({ ...input, analyzerName: "second", clientToken: "t-3" }),
    ).rejects.toMatchObject({
      name: "ServiceQuotaExceededException",
      $metadata: { httpStatusCode: 402 },
    });
  });

  test.each<[string, object]>([
    ["a name", { analyzerName: "1st", type: "ACCOUNT" }],
    ["a type", { analyzerName: "x", type: "REGION" }],
    ["no organization", { analyzerName: "x", type: "ORGANIZATION" }],
    [
      "a configuration of another type",
      { analyzerName: "x", type: "ACCOUNT", configuration: { unusedAccess: {} } },
    ],
    [
      "an age",
      {
        analyzerName: "x",
        type: "ACCOUNT_UNUSED_ACCESS",
        configuration: { unusedAccess: { unusedAccessAge: 366 } },
      },
    ],
    ["a tag", { analyzerName: "x", type: "ACCOUNT", tags: { "aws:x": "" } }],
    [
      "a rule's key",
      {
        analyzerName: "x",
        type: "ACCOUNT",
        archiveRules: [{ ruleName: "r", filter: { status: { eq: ["ACTIVE"] } } }],
      },
    ],
  ])("is refused for %s", async (_, input) => {
    const there = client(ROOT, "sa-east-1");
    await expect(
      there.createAnalyzer(input as analyzer.CreateAnalyzerRequest),
    ).rejects.toMatchObject({ name: "ValidationException" });
    expect((await there.listAnalyzers({})).analyzers).toEqual([]);
  });
});

test("archive rules are made, shown, changed and deleted", async () => {
  const there = client(ROOT, "us-west-2");
  await there.createAnalyzer({ analyzerName: "ruled", type: "ACCOUNT" });
  const rule = { analyzerName: "ruled", ruleName: "Public" };
  await there.createArchiveRule({ ...rule, filter });
  await expect(there.createArchiveRule({ ...rule, filter })).rejects.toMatchObject({
    name: "ConflictException",
    resourceType: "ArchiveRule",
  });
  const changed = { resourceType: { neq: ["AWS::S3::Bucket"] }, error: { exists: false } };
  await there.updateArchiveRule({ ...rule, filter: changed });
  expect((await there.getArchiveRule(rule)).archiveRule).toMatchObject({
    ruleName: "Public",
    filter: changed,
  });
  await there.createArchiveRule({ ...rule, ruleName: "Another", filter });
  const page = await there.listArchiveRules({ analyzerName: "ruled", maxResults: 1 });
  expect(page.archiveRules).toMatchObject([{ ruleName: "Another" }]);
  const { nextToken } = page;
  const rest = await there.listArchiveRules({ analyzerName: "ruled", nextToken });
  expect(rest.archiveRules).toMatchObject([{ ruleName: "Public" }]);
  await there.deleteArchiveRule(rule);
  const calls = [
    () => there.getArchiveRule(rule),
    () => there.updateArchiveRule({ ...rule, filter }),
    () => there.deleteArchiveRule(rule),
    () => there.applyArchiveRule({ analyzerArn: arnIn("us-west-2", "ruled"), ruleName: "Public" }),
  ];
  for (const call of calls)
    await expect(call()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("an analyzer takes a hundred archive rules", async () => {
  const there = client(ROOT, "ap-southeast-2");
  await there.createAnalyzer({ analyzerName: "full", type: "ACCOUNT" });
  const make = (number: number) =>
    there.createArchiveRule({ analyzerName: "full", ruleName: `Rule${number}`, filter });
  for (let number = 1; number <= 100; number += 1) await make(number);
  await expect(make(101)).rejects.toMatchObject({
    name: "ServiceQuotaExceededException",
    resourceType: "ArchiveRule",
  });
});

describe("policies decide", () => {
  let key: Key;
  const ARN = arnIn("us-east-1", "mine");
  beforeAll(async () => {
    await client().createAnalyzer({ analyzerName: "mine", type: "ACCOUNT", tags: { by: "me" } });
    const Resource = [ARN, `${ARN}/archive-rule/Mine`];
    key = await createUser(roles(), "analyst", [
      {
        Effect: "Allow",
        Action: ["access-analyzer:GetFinding", "access-analyzer:ListFindings"],
        Resource,
      },
      { Effect: "Allow", Action: "access-analyzer:CreateArchiveRule", Resource },
      {
        Effect: "Allow",
        Action: "access-analyzer:GetAnalyzer",
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceTag/by": "me" } },
      },
      {
        Effect: "Allow",
        Action: ["access-analyzer:CreateAnalyzer", "access-analyzer:TagResource"],
        Resource: "*",
        Condition: { StringEquals: { "aws:RequestTag/by": "me" } },
      },
    ]);
  });
  const mine = { analyzerName: "mine" };

  test.each<[string, (one: analyzer.AccessAnalyzer) => Promise<unknown>]>([
    ["findings", (one) => one.listFindings({ analyzerArn: ARN })],
    [
      "the second version by the first one's action",
      (one) => one.listFindingsV2({ analyzerArn: ARN }),
    ],
    ["the analyzer by its tags", (one) => one.getAnalyzer(mine)],
    ["one rule by its ARN", (one) => one.createArchiveRule({ ...mine, ruleName: "Mine", filter })],
  ])("and allow %s", async (_, call) => {
    await expect(call(client(key))).resolves.toBeDefined();
  });

  test.each<[string, string, (one: analyzer.AccessAnalyzer) => Promise<unknown>]>([
    [
      "access-analyzer:CreateArchiveRule",
      `${ARN}/archive-rule/Other`,
      (one) => one.createArchiveRule({ ...mine, ruleName: "Other", filter }),
    ],
    ["access-analyzer:ListAnalyzers", "*", (one) => one.listAnalyzers({})],
    ["access-analyzer:DeleteAnalyzer", ARN, (one) => one.deleteAnalyzer(mine)],
    [
      "access-analyzer:UpdateFindings",
      ARN,
      (one) => one.updateFindings({ analyzerArn: ARN, status: "ARCHIVED", ids: ["x"] }),
    ],
    [
      "access-analyzer:StartResourceScan",
      ARN,
      (one) => one.startResourceScan({ analyzerArn: ARN, resourceArn: "arn:aws:s3:::x" }),
    ],
    ["access-analyzer:ListArchiveRules", ARN, (one) => one.listArchiveRules(mine)],
    [
      "access-analyzer:ApplyArchiveRule",
      ARN,
      (one) => one.applyArchiveRule({ analyzerArn: ARN, ruleName: "Mine" }),
    ],
    [
      "access-analyzer:GetFindingsStatistics",
      ARN,
      (one) => one.getFindingsStatistics({ analyzerArn: ARN }),
    ],
    [
      "access-analyzer:ListTagsForResource",
      ARN,
      (one) => one.listTagsForResource({ resourceArn: ARN }),
    ],
    [
      "access-analyzer:CreateAnalyzer",
      arnIn("us-east-1", "bare"),
      (one) => one.createAnalyzer({ analyzerName: "bare", type: "ACCOUNT" }),
    ],
  ])("and deny %s on %s", async (action, resource, call) => {
    await expect(call(client(key))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(`${action} on resource: ${resource}`),
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("and the first analyzer's role needs iam:CreateServiceLinkedRole", async () => {
    const own = await startTestServer();
    try {
      const statement = { Effect: "Allow", Action: "access-analyzer:*", Resource: "*" };
      const credentials = await createUser(own.clients().iam, "maker", [statement]);
      const { endpoint } = own;
      const maker = new analyzer.AccessAnalyzer({
        ...{ endpoint, region: "us-east-1", credentials, maxAttempts: 1 },
      });
      await expect(
        maker.createAnalyzer({ analyzerName: "first", type: "ACCOUNT" }),
      ).rejects.toMatchObject({
        name: "AccessDeniedException",
        message: expect.stringContaining("iam:CreateServiceLinkedRole"),
      });
      expect((await maker.listAnalyzers({})).analyzers).toEqual([]);
    } finally {
      await own.close();
    }
  });
});
