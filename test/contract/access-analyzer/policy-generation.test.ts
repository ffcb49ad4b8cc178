import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as analyzer from "@aws-sdk/client-accessanalyzer";
import {
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { GetUserCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  allow,
  assumeRole,
  createRole,
  createUser,
  policyOf,
  trusting,
} from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const ACCOUNT = "000000000000";
const ANALYZER = { Service: "access-analyzer.amazonaws.com" };
const TRAIL = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/calls`;
const APP = `arn:aws:iam::${ACCOUNT}:role/app`;
const READER = `arn:aws:iam::${ACCOUNT}:role/service-role/reader`;

let server: TestServer;
const startTime = new Date(Date.now() - 60_000);

function client(credentials: Key = ROOT) {
  const { endpoint } = server;
  return new analyzer.AccessAnalyzer({
    ...{ endpoint, region: "us-east-1", credentials, maxAttempts: 1 },
  });
}

beforeAll(async () => {
  server = await startTestServer();
  const { iam, sts, s3, cloudtrail } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: "call-logs" }));
  const Policy = policyOf([
    {
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: ["s3:GetBucketAcl", "s3:PutObject"],
      Resource: ["arn:aws:s3:::call-logs", "arn:aws:s3:::call-logs/*"],
    },
  ]);
  await s3.send(new PutBucketPolicyCommand({ Bucket: "call-logs", Policy }));
  await cloudtrail.send(
    new CreateTrailCommand({ Name: "calls", S3BucketName: "call-logs", IsMultiRegionTrail: true }),
  );
  await createRole(
    iam,
    "reader",
    [{ Effect: "Allow", Principal: ANALYZER, Action: "sts:AssumeRole" }],
    [allow(["cloudtrail:GetTrail", "s3:ListBucket", "s3:GetObject"])],
    { Path: "/service-role/" },
  );
  await createRole(
    iam,
    "blind",
    [{ Effect: "Allow", Principal: ANALYZER, Action: "sts:AssumeRole" }],
    [allow("cloudtrail:GetTrail")],
  );
  await createRole(iam, "untrusting", [trusting(ACCOUNT)]);
  await createRole(
    iam,
    "app",
    [trusting(ACCOUNT)],
    [allow(["iam:ListRoles", "s3:CreateBucket", "iam:PassRole"])],
  );
  await cloudtrail.send(new StartLoggingCommand({ Name: "calls" }));
  const app = server.clients(await assumeRole(sts, APP));
  await app.iam.send(new ListRolesCommand({}));
  await app.s3.send(new CreateBucketCommand({ Bucket: "made-by-app" }));
  await expect(app.iam.send(new GetUserCommand({ UserName: "x" }))).rejects.toMatchObject({
    name: "AccessDenied",
  });
  await iam.send(new GetUserCommand({}));
  await cloudtrail.send(new StopLoggingCommand({ Name: "calls" }));
  await until(async () => {
    const listing = new ListObjectsV2Command({ Bucket: "call-logs", Prefix: "AWSLogs/" });
    const { Contents = [] } = await s3.send(listing);
    return Contents.some(({ Key }) => Key?.endsWith(".json.gz"));
  }, "a file of the trail");
});
afterAll(() => server?.close());

const details = (more: Partial<analyzer.CloudTrailDetails> = {}): analyzer.CloudTrailDetails => ({
  trails: [{ cloudTrailArn: TRAIL, allRegions: true }],
  accessRole: READER,
  startTime,
  ...more,
});

async function ended(jobId: string, options: object = {}) {
  let job: analyzer.GetGeneratedPolicyResponse | undefined;
  await expect
    .poll(async () => {
      job = await client().getGeneratedPolicy({ jobId, ...options });
      return job.jobDetails?.status;
    })
    .not.toBe("IN_PROGRESS");
  return job;
}

async function run(cloudTrailDetails: analyzer.CloudTrailDetails | undefined, options = {}) {
  const { jobId = "" } = await client().startPolicyGeneration({
    policyGenerationDetails: { principalArn: APP },
    ...(cloudTrailDetails && { cloudTrailDetails }),
  });
  return ended(jobId, options);
}

const statements = (job: analyzer.GetGeneratedPolicyResponse | undefined) =>
  (job?.generatedPolicyResult?.generatedPolicies ?? []).flatMap(
    ({ policy = "" }) => (JSON.parse(policy) as { Statement: object[] }).Statement,
  );

describe("a job", () => {
  test("generates what a role called, denied calls included, in AWS's form", async () => {
    const job = await run(details());
    expect(job?.jobDetails).toEqual({
      jobId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "SUCCEEDED",
      startedOn: expect.any(Date),
      completedOn: expect.any(Date),
    });
    expect(statements(job)).toEqual([
      {
        Sid: "SupportedServiceSid0",
        Effect: "Allow",
        Action: ["iam:GetUser", "iam:ListRoles", "s3:CreateBucket"],
        Resource: "*",
      },
    ]);
    expect(job?.generatedPolicyResult?.properties).toMatchObject({
      isComplete: true,
      principalArn: APP,
      cloudTrailProperties: {
        trailProperties: [{ cloudTrailArn: TRAIL, allRegions: true }],
        startTime,
        endTime: expect.any(Date),
      },
    });
  });

  test("shows the resources' types with placeholders", async () => {
    const job = await run(details({ trails: [{ cloudTrailArn: TRAIL, regions: ["us-east-1"] }] }), {
      includeResourcePlaceholders: true,
      includeServiceLevelTemplate: true,
    });
    expect(statements(job)).toMatchObject([
      { Action: ["iam:GetUser"], Resource: ["arn:aws:iam::${Account}:user/${UserNameWithPath}"] },
      { Sid: "SupportedServiceSid1", Action: ["iam:ListRoles"] },
      { Action: ["s3:CreateBucket"], Resource: ["arn:aws:s3:::${BucketName}"] },
    ]);
  });

  test("takes what the server remembers where no trail is named", async () => {
    const [statement] = statements(await run(undefined));
    expect(statement).toMatchObject({
      Action: expect.arrayContaining(["iam:GetUser", "iam:ListRoles", "s3:CreateBucket"]),
    });
  });

  test.each<[string, Partial<analyzer.CloudTrailDetails>, string[]]>([
    ["another Region", { trails: [{ cloudTrailArn: TRAIL, regions: ["eu-west-1"] }] }, []],
    ["before the calls", { startTime: new Date(0), endTime: new Date(1) }, []],
  ])("finds nothing in %s", async (_, more, expected) => {
    const job = await run(details(more));
    expect(job?.jobDetails?.status).toBe("SUCCEEDED");
    expect(statements(job)).toEqual(expected);
  });

  test.each<[string, Partial<analyzer.CloudTrailDetails>, string]>([
    [
      "a role that doesn't trust Access Analyzer",
      { accessRole: `arn:aws:iam::${ACCOUNT}:role/untrusting` },
      "AUTHORIZATION_ERROR",
    ],
    [
      "a role that mayn't read the bucket",
      { accessRole: `arn:aws:iam::${ACCOUNT}:role/blind` },
      "AUTHORIZATION_ERROR",
    ],
    [
      "a trail that isn't there",
      { trails: [{ cloudTrailArn: `${TRAIL}-gone`, allRegions: true }] },
      "RESOURCE_NOT_FOUND_ERROR",
    ],
  ])("fails for %s", async (_, more, code) => {
    const job = await run(details(more));
    expect(job?.jobDetails).toMatchObject({
      status: "FAILED",
      jobError: { code, message: expect.any(String) },
    });
    expect(job?.generatedPolicyResult).not.toHaveProperty("generatedPolicies");
  });

  test("is listed by principal, the latest first, and cancelled while it runs", async () => {
    const list = async (principalArn?: string) =>
      (await client().listPolicyGenerations({ principalArn })).policyGenerations ?? [];
    const all = await list();
    expect(all.length).toBeGreaterThan(3);
    expect(await list(APP)).toEqual(all);
    expect(await list(`${APP}-other`)).toEqual([]);
    expect(all[0]).toEqual({
      jobId: expect.any(String),
      principalArn: APP,
      status: expect.any(String),
      startedOn: expect.any(Date),
      completedOn: expect.any(Date),
    });
    const jobId = all[0]?.jobId ?? "";
    await client().cancelPolicyGeneration({ jobId });
    expect((await list())[0]?.status).toBe(all[0]?.status);
  });
});

test.each<[string, Partial<analyzer.StartPolicyGenerationRequest>]>([
  [
    "a principal of another account",
    { policyGenerationDetails: { principalArn: "arn:aws:iam::111122223333:role/x" } },
  ],
  ["a principal that is none", { policyGenerationDetails: { principalArn: "arn:aws:s3:::x" } }],
  ["no trail", { cloudTrailDetails: details({ trails: [] }) }],
  ["no Region", { cloudTrailDetails: details({ trails: [{ cloudTrailArn: TRAIL }] }) }],
  ["an end before the start", { cloudTrailDetails: details({ endTime: new Date(0) }) }],
  [
    "more than 90 days",
    { cloudTrailDetails: details({ startTime: new Date(Date.now() - 91 * 86_400_000) }) },
  ],
])("is refused for %s", async (_, input) => {
  await expect(
    client().startPolicyGeneration({
      policyGenerationDetails: { principalArn: APP },
      cloudTrailDetails: details(),
      ...input,
    }),
  ).rejects.toMatchObject({ name: "ValidationException" });
});

test("the role has to be passed, and each operation is decided", async () => {
  const { iam } = server.clients();
  const statement = allow("access-analyzer:*");
  const key = await createUser(iam, "generator", [statement]);
  const start = (credentials: Key) =>
    client(credentials).startPolicyGeneration({
      policyGenerationDetails: { principalArn: APP },
      cloudTrailDetails: details(),
    });
  await expect(start(key)).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining(`iam:PassRole on resource: ${READER}`),
  });
  const passing = await createUser(iam, "passing", [
    statement,
    {
      ...allow("iam:PassRole", READER),
      Condition: { StringEquals: { "iam:PassedToService": "access-analyzer.amazonaws.com" } },
    },
  ]);
  const { jobId = "" } = await start(passing);
  expect((await ended(jobId))?.jobDetails?.status).toBe("SUCCEEDED");
  const nobody = client(await createUser(iam, "nobody"));
  const calls: readonly [string, () => Promise<unknown>][] = [
    ["GetGeneratedPolicy", () => nobody.getGeneratedPolicy({ jobId })],
    ["ListPolicyGenerations", () => nobody.listPolicyGenerations({})],
    ["CancelPolicyGeneration", () => nobody.cancelPolicyGeneration({ jobId })],
  ];
  for (const [action, call] of calls)
    await expect(call()).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(`access-analyzer:${action} on resource: *`),
    });
});

test("a job that was under way goes on in the next process", async () => {
  const data = await mkdtemp(join(tmpdir(), "rolecast-generation-"));
  try {
    const first = await startTestServer({ data });
    const at = (endpoint: string) =>
      new analyzer.AccessAnalyzer({ endpoint, region: "us-east-1", credentials: ROOT });
    await createRole(first.clients().iam, "app", [trusting(ACCOUNT)]);
    const { jobId } = await at(first.endpoint).startPolicyGeneration({
      policyGenerationDetails: { principalArn: APP },
    });
    await first.close();
    const second = await startTestServer({ data });
    await expect
      .poll(
        async () => (await at(second.endpoint).getGeneratedPolicy({ jobId })).jobDetails?.status,
      )
      .toBe("SUCCEEDED");
    await second.close();
  } finally {
    await rm(data, { recursive: true });
  }
});
