import * as analyzer from "@aws-sdk/client-accessanalyzer";
import * as iam from "@aws-sdk/client-iam";
import * as organizations from "@aws-sdk/client-organizations";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  allow,
  assumeRole,
  createRole,
  createUser,
  policyOf,
  type Statements,
  trusting,
} from "../../support/principals.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { startReceiver } from "../events/receiver.ts";
import { assume, createAccount, createPolicy, organizationsOf } from "../organizations/support.ts";

const ACCOUNT = "000000000000";
const BUCKET = "critical-data";
const ARN = `arn:aws:s3:::${BUCKET}`;
const OBJECTS = `${ARN}/*`;
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const MFA = { Bool: { "aws:MultiFactorAuthPresent": "true" } };

let server: TestServer;
let hook: Awaited<ReturnType<typeof startReceiver>>;
let analyzerArn = "";

const client = (credentials: Key = ROOT) =>
  new analyzer.AccessAnalyzer({
    ...{ endpoint: server.endpoint, region: "us-east-1", credentials, maxAttempts: 1 },
  });
const internalAccess = (...inclusions: analyzer.InternalAccessAnalysisRuleCriteria[]) => ({
  internalAccess: { analysisRule: { inclusions } },
});

/** Users by their names, whose policies meet the bucket's in every way. */
const USERS: Readonly<Record<string, Statements>> = {
  reader: [allow("s3:GetObject", OBJECTS)],
  "reader-elsewhere": [allow("s3:GetObject", "arn:aws:s3:::other/*")],
  "reader-with-mfa": [{ ...allow("s3:GetObject", OBJECTS), Condition: MFA }],
  admin: [allow("*")],
  "denied-admin": [allow("*"), { ...allow("s3:*"), Effect: "Deny" }],
  named: [],
  "shut-out": [allow("s3:*")],
  bounded: [allow("*")],
  nobody: [],
};
const BUCKET_POLICY = [
  { ...allow("s3:GetObject", OBJECTS), Principal: { AWS: userArn("named") } },
  { ...allow("s3:*", [ARN, OBJECTS]), Principal: { AWS: userArn("shut-out") }, Effect: "Deny" },
];
const keys = new Map<string, Key>();

beforeAll(async () => {
  hook = await startReceiver();
  server = await startTestServer({
    webhooks: [
      { url: hook.url, secret: "a-secret-of-the-webhook", sources: ["aws.access-analyzer"] },
    ],
  });
  const { iam: people, s3: buckets, sts } = server.clients();
  for (const [name, statements] of Object.entries(USERS))
    keys.set(name, await createUser(people, name, statements));
  const { Policy } = await people.send(
    new iam.CreatePolicyCommand({
      PolicyName: "lists",
      PolicyDocument: policyOf([allow("s3:ListBucket", ARN)]),
    }),
  );
  const PermissionsBoundary = Policy?.Arn ?? "";
  await people.send(
    new iam.PutUserPermissionsBoundaryCommand({ UserName: "bounded", PermissionsBoundary }),
  );
  const role = await createRole(people, "worker", [trusting(ACCOUNT)], [allow("s3:Get*", OBJECTS)]);
  for (const Bucket of [BUCKET, "unwatched"])
    await buckets.send(new s3.CreateBucketCommand({ Bucket }));
  await buckets.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: "k", Body: "x" }));
  const Policy2 = policyOf(BUCKET_POLICY);
  await buckets.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy: Policy2 }));
  keys.set("worker", await assumeRole(sts, role));
  const made = await client().createAnalyzer({
    analyzerName: "inside",
    type: "ACCOUNT_INTERNAL_ACCESS",
    configuration: internalAccess({ resourceArns: [ARN] }),
  });
  analyzerArn = made.arn ?? "";
});
afterAll(async () => {
  await server?.close();
  await hook?.close();
});

async function detailsOf(arn = analyzerArn, filter = {}, credentials: Key = ROOT) {
  const here = client(credentials);
  const { findings = [] } = await here.listFindingsV2({ analyzerArn: arn, filter });
  const details = findings.map(async ({ id = "", status, resource }) => {
    const { findingDetails } = await here.getFindingV2({ analyzerArn: arn, id });
    return { id, status, resource, ...findingDetails?.[0]?.internalAccessDetails };
  });
  return Promise.all(details);
}

describe("an analyzer of internal access, with an account as its zone", () => {
  test("finds those that get to the bucket, and no others", async () => {
    const found = await detailsOf();
    const readers = found.filter(({ action }) => action?.includes("s3:GetObject"));
    const names = readers.map(({ principal }) => principal?.AWS?.split("/").at(-1) ?? "");
    expect(names.toSorted()).toEqual(["admin", "named", "reader", "reader-with-mfa", "worker"]);
    const may = async (name: string) => {
      const { s3: buckets } = server.clients(keys.get(name));
      const asked = buckets.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key: "k" }));
      return asked.then(
        () => true,
        () => false,
      );
    };
    for (const name of keys.keys())
      expect([name, await may(name)]).toEqual([
        name,
        names.includes(name) && name !== "reader-with-mfa",
      ]);
  });

  test("shows principal, actions, conditions and sources", async () => {
    const by = new Map((await detailsOf()).map((one) => [one.principal?.AWS?.split("/")[1], one]));
    const common = {
      ...{ status: "ACTIVE", resource: ARN, accessType: "INTRA_ACCOUNT", condition: {} },
      principalOwnerAccount: ACCOUNT,
      resourceControlPolicyRestriction: "NOT_APPLICABLE",
      serviceControlPolicyRestriction: "NOT_APPLICABLE",
    };
    const reads = { ...common, action: ["s3:GetObject"], principalType: "IAM_USER" };
    expect(by.get("reader")).toEqual({
      ...{ ...reads, id: expect.any(String), principal: { AWS: userArn("reader") } },
    });
    expect(by.get("named")).toMatchObject({ ...reads, sources: [{ type: "POLICY" }] });
    expect(by.get("reader-with-mfa")).toMatchObject({
      ...{ ...reads, condition: { "aws:MultiFactorAuthPresent": "true" } },
    });
    expect(by.get("worker")).toMatchObject({
      ...common,
      principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/worker` },
      principalType: "IAM_ROLE",
      action: expect.arrayContaining(["s3:GetObject", "s3:GetObjectTagging"]),
    });
    expect(by.get("bounded")?.action).toEqual(["s3:ListBucket"]);
    expect(by.get("admin")?.action).toEqual(
      expect.arrayContaining(["s3:DeleteBucket", "s3:PutObject"]),
    );
    expect(by.get("admin")?.action).not.toContain("s3:ListAllMyBuckets");
  });

  test("takes filters, archive rules and statistics", async () => {
    const list = async (filter: Record<string, analyzer.Criterion>) =>
      (await detailsOf(analyzerArn, filter)).length;
    expect(await list({ principalType: { eq: ["IAM_ROLE"] } })).toBe(1);
    expect(await list({ accessType: { eq: ["INTRA_ORG"] } })).toBe(0);
    expect(await list({ principalOwnerAccount: { eq: [ACCOUNT] } })).toBe(6);
    expect(await list({ "condition.aws:MultiFactorAuthPresent": { exists: true } })).toBe(1);
    expect(await list({ findingType: { neq: ["InternalAccess"] } })).toBe(0);
    const filter = { "principal.AWS": { eq: [userArn("admin")] } };
    await client().createArchiveRule({ analyzerName: "inside", ruleName: "Admins", filter });
    await client().applyArchiveRule({ analyzerArn, ruleName: "Admins" });
    const counts = { totalActiveFindings: 5, totalArchivedFindings: 1, totalResolvedFindings: 0 };
    expect((await client().getFindingsStatistics({ analyzerArn })).findingsStatistics).toEqual([
      {
        internalAccessFindingsStatistics: {
          resourceTypeStatistics: { "AWS::S3::Bucket": counts },
          ...counts,
        },
      },
    ]);
  });

  test("resolves a finding whose access goes, and publishes it", async () => {
    const { iam: people } = server.clients();
    const filter = { "principal.AWS": { eq: [userArn("reader")] } };
    const [{ id = "" } = {}] = await detailsOf(analyzerArn, filter);
    const UserName = "reader";
    await people.send(new iam.DeleteUserPolicyCommand({ UserName, PolicyName: "own" }));
    expect(await detailsOf(analyzerArn, filter)).toMatchObject([{ id, status: "RESOLVED" }]);
    const told = () =>
      hook.received
        .map(({ body }) => JSON.parse(body) as Record<string, unknown> & { detail: object })
        .filter(({ detail }) => "id" in detail && detail.id === id);
    await expect.poll(() => told().length).toBe(2);
    const detail = {
      ...{ version: "1.0", id, findingType: "InternalAccess", accessType: "INTRA_ACCOUNT" },
      ...{ principal: { AWS: userArn("reader") }, principalType: "IAM_USER", condition: {} },
      ...{ principalOwnerAccount: ACCOUNT, action: ["s3:GetObject"], isDeleted: false },
      ...{ resource: ARN, resourceType: "AWS::S3::Bucket", accountId: ACCOUNT },
      resourceControlPolicyRestrictionType: "NOT_APPLICABLE",
      serviceControlPolicyRestrictionType: "NOT_APPLICABLE",
    };
    expect(told()).toMatchObject([
      { "detail-type": "Internal Access Finding", detail: { ...detail, status: "ACTIVE" } },
      { "detail-type": "Internal Access Finding", detail: { ...detail, status: "RESOLVED" } },
    ]);
  });

  test("has its resources changed, and an error for one that shuts it out", async () => {
    const configuration = internalAccess({ resourceTypes: ["AWS::S3::Bucket"] });
    const updated = await client().updateAnalyzer({ analyzerName: "inside", configuration });
    expect(updated.configuration).toEqual(configuration);
    const resources = async () => {
      const { analyzedResources = [] } = await client().listAnalyzedResources({ analyzerArn });
      return analyzedResources.map(({ resourceArn }) => resourceArn);
    };
    expect(await resources()).toEqual([ARN, "arn:aws:s3:::unwatched"]);
    const { s3: buckets } = server.clients();
    const role = "AWSServiceRoleForAccessAnalyzer";
    const path = "role/aws-service-role/access-analyzer.amazonaws.com";
    const AWS = `arn:aws:iam::${ACCOUNT}:${path}/${role}`;
    const shut = { ...allow("s3:*", "arn:aws:s3:::unwatched"), Effect: "Deny", Principal: { AWS } };
    const Policy = policyOf([shut]);
    await buckets.send(new s3.PutBucketPolicyCommand({ Bucket: "unwatched", Policy }));
    const { findings = [] } = await client().listFindingsV2({
      ...{ analyzerArn, filter: { error: { exists: true } } },
    });
    expect(findings).toMatchObject([
      {
        ...{ findingType: "InternalAccess", error: "ACCESS_DENIED", status: "ACTIVE" },
        resource: "arn:aws:s3:::unwatched",
      },
    ]);
    await client().updateAnalyzer({
      ...{ analyzerName: "inside", configuration: internalAccess({ resourceArns: [ARN] }) },
    });
    expect(await resources()).toEqual([ARN]);
  });

  test("counts a public policy that the block keeps to the account", async () => {
    const { s3: buckets } = server.clients();
    const Bucket = BUCKET;
    await buckets.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
    const everybody = { ...allow("s3:GetObjectTagging", OBJECTS), Principal: "*" };
    const Policy = policyOf([...BUCKET_POLICY, everybody]);
    await buckets.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    const PublicAccessBlockConfiguration = { RestrictPublicBuckets: true };
    await buckets.send(
      new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }),
    );
    const filter = { "principal.AWS": { eq: [userArn("nobody")] } };
    expect(await detailsOf(analyzerArn, filter)).toMatchObject([
      { action: ["s3:GetObjectTagging"], sources: [{ type: "POLICY" }] },
    ]);
    const { s3: asNobody } = server.clients(keys.get("nobody"));
    await asNobody.send(new s3.GetObjectTaggingCommand({ Bucket, Key: "k" }));
  });

  test("is refused what only other analyzers have", async () => {
    const notSupported = { name: "ValidationException", reason: "notSupported" };
    const resource = { analyzerArn, resourceArn: ARN };
    const configurations = { [ARN]: { s3Bucket: {} } };
    for (const ask of [
      () => client().listFindings({ analyzerArn }),
      () => client().getAnalyzedResource(resource),
      () => client().startResourceScan(resource),
      () => client().createAccessPreview({ analyzerArn, configurations }),
    ])
      await expect(ask()).rejects.toMatchObject(notSupported);
  });

  test("is decided by policies like the others", async () => {
    const reads = ["access-analyzer:ListFindings", "access-analyzer:GetFinding"];
    const key = await createUser(server.clients().iam, "auditor", [allow(reads, analyzerArn)]);
    expect((await detailsOf(analyzerArn, {}, key)).length).toBeGreaterThan(0);
    const configuration = internalAccess();
    for (const ask of [
      () => client(key).getFindingsStatistics({ analyzerArn }),
      () => client(key).updateAnalyzer({ analyzerName: "inside", configuration }),
      () => client(key).createAnalyzer({ analyzerName: "x", type: "ACCOUNT_INTERNAL_ACCESS" }),
    ])
      await expect(ask()).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

test.each<[string, object, string]>([
  [
    "a type that AWS doesn't look at",
    { resourceTypes: ["AWS::IAM::Role"] },
    "Invalid InternalAccessAnalysisRuleCriteria: the provided resourceType is invalid",
  ],
  ["a type that isn't here", { resourceTypes: ["AWS::DynamoDB::Table"] }, "AWS::DynamoDB::Table"],
  [
    "a resource that isn't here",
    { resourceArns: [`arn:aws:rds:us-east-1:${ACCOUNT}:snapshot:x`] },
    "AWS::RDS",
  ],
  [
    "a resource of another service",
    { resourceArns: [userArn("reader")] },
    "resourceArn is invalid",
  ],
  ["a pattern of resources", { resourceArns: ["arn:aws:s3:::*"] }, "resourceArn is invalid"],
  [
    "accounts, for an account's analyzer",
    { accountIds: [ACCOUNT] },
    "organization's analyzer only",
  ],
  ["nothing", {}, "An inclusion needs"],
])("an inclusion with %s is refused", async (_, inclusion, message) => {
  const input = { analyzerName: "x", type: "ACCOUNT_INTERNAL_ACCESS" } as const;
  const configuration = internalAccess(inclusion);
  await expect(client().createAnalyzer({ ...input, configuration })).rejects.toMatchObject({
    ...{ name: "ValidationException", message: expect.stringContaining(message) },
  });
});

test("with an organization as its zone it takes its policies into account", async () => {
  const manager = organizationsOf(server);
  await manager.send(new organizations.CreateOrganizationCommand({}));
  const { Roots = [] } = await manager.send(new organizations.ListRootsCommand({}));
  const RootId = Roots[0]?.Id ?? "";
  const PolicyType = "RESOURCE_CONTROL_POLICY";
  await manager.send(new organizations.EnablePolicyTypeCommand({ RootId, PolicyType }));
  await manager.send(
    new organizations.EnableAWSServiceAccessCommand({
      ServicePrincipal: "access-analyzer.amazonaws.com",
    }),
  );
  const member = await createAccount(manager, "studio");
  const asMember = await assume(server, ROOT, member);
  const memberIam = server.clients(asMember).iam;
  const memberS3 = server.clients(asMember).s3;
  await createUser(memberIam, "editor", [
    allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]),
  ]);
  const Bucket = "members-data";
  await memberS3.send(new s3.CreateBucketCommand({ Bucket }));
  const there = `arn:aws:s3:::${Bucket}/*`;
  const shared = { ...allow("s3:*", there), Principal: { AWS: userArn("admin") } };
  await memberS3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: policyOf([shared]) }));
  const attach = async (content: object, type: organizations.PolicyType) => {
    const PolicyId = await createPolicy(manager, type, policyOf([{ ...content }]), type);
    await manager.send(new organizations.AttachPolicyCommand({ PolicyId, TargetId: member }));
  };
  await attach({ ...allow("s3:PutObject"), Effect: "Deny" }, "SERVICE_CONTROL_POLICY");
  const noDeletion = { ...allow("s3:DeleteObject"), Effect: "Deny", Principal: "*" };
  await attach(noDeletion, "RESOURCE_CONTROL_POLICY");
  const type = "ORGANIZATION_INTERNAL_ACCESS" as const;
  const configuration = internalAccess({ accountIds: [member] });
  const { arn = "" } = await client().createAnalyzer({ analyzerName: "org", type, configuration });
  await expect(client().createAnalyzer({ analyzerName: "second", type })).rejects.toMatchObject({
    name: "ServiceQuotaExceededException",
  });
  const found = await detailsOf(arn, { "principal.AWS": { contains: ["user/"] } });
  const rows = new Map(found.map((one) => [one.principal?.AWS, one]));
  expect(rows.get(`arn:aws:iam::${member}:user/editor`)).toMatchObject({
    ...{ action: ["s3:GetObject"], accessType: "INTRA_ACCOUNT", principalOwnerAccount: member },
    resourceControlPolicyRestriction: "APPLIED",
    serviceControlPolicyRestriction: "APPLIED",
  });
  const outsider = rows.get(userArn("admin"));
  expect(outsider).toMatchObject({
    ...{ accessType: "INTRA_ORG", principalOwnerAccount: ACCOUNT, sources: [{ type: "POLICY" }] },
    ...{ resourceControlPolicyRestriction: "APPLIED" },
    ...{ serviceControlPolicyRestriction: "NOT_APPLICABLE" },
  });
  expect(outsider?.action).toContain("s3:PutObject");
  expect(outsider?.action).not.toContain("s3:DeleteObject");
  const own = await client(asMember).createAnalyzer({
    ...{ analyzerName: "own", type: "ACCOUNT_INTERNAL_ACCESS" },
    configuration: internalAccess({ resourceTypes: ["AWS::S3::Bucket"] }),
  });
  const ownFound = await detailsOf(own.arn, { principalType: { eq: ["IAM_USER"] } }, asMember);
  expect(ownFound).toMatchObject([
    {
      action: ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
      resourceControlPolicyRestriction: "APPLICABLE",
      serviceControlPolicyRestriction: "APPLICABLE",
    },
  ]);
});
