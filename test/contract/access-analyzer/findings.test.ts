import * as analyzer from "@aws-sdk/client-accessanalyzer";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/* Each finding comes from what a request has stored, and the next request sees it. */

const OWN = "000000000000";
const OTHER = "111122223333";
const OTHER_ROOT = `arn:aws:iam::${OTHER}:root`;

let server: TestServer;
let analyzerArn = "";
beforeAll(async () => {
  server = await startTestServer();
  const { arn } = await client().createAnalyzer({ analyzerName: "outside", type: "ACCOUNT" });
  analyzerArn = arn ?? "";
});
afterAll(() => server?.close());

const options = () => ({
  endpoint: server.endpoint,
  region: "us-east-1",
  credentials: ROOT,
  maxAttempts: 1,
});
const client = () => new analyzer.AccessAnalyzer(options());
const buckets = () => new s3.S3({ ...options(), forcePathStyle: true });
const keys = () => new kms.KMS(options());

const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

async function findingsAbout(resource: string) {
  const { findings = [] } = await client().listFindings({
    analyzerArn,
    filter: { resource: { eq: [resource] } },
    sort: { attributeName: "createdAt", orderBy: "ASC" },
  });
  return findings;
}

async function openBucket(name: string, ...Statement: object[]) {
  await buckets().createBucket({ Bucket: name });
  await buckets().deletePublicAccessBlock({ Bucket: name });
  if (Statement.length > 0) await share(name, ...Statement);
}

const share = (name: string, ...Statement: object[]) =>
  buckets().putBucketPolicy({ Bucket: name, Policy: policy(...Statement) });

const reading = (name: string, Principal: unknown, more: object = {}) => ({
  Effect: "Allow",
  Principal,
  Action: "s3:GetObject",
  Resource: `arn:aws:s3:::${name}/*`,
  ...more,
});

describe("a bucket", () => {
  test("shared with an account is found with AWS's members, in both versions", async () => {
    await openBucket("shared-once", reading("shared-once", { AWS: OTHER_ROOT }));
    const [finding, ...more] = await findingsAbout("arn:aws:s3:::shared-once");
    expect(more).toEqual([]);
    expect(finding).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      principal: { AWS: OTHER_ROOT },
      action: ["s3:GetObject"],
      resource: "arn:aws:s3:::shared-once",
      isPublic: false,
      resourceType: "AWS::S3::Bucket",
      condition: {},
      createdAt: expect.any(Date),
      analyzedAt: expect.any(Date),
      updatedAt: expect.any(Date),
      status: "ACTIVE",
      resourceOwnerAccount: OWN,
      sources: [{ type: "POLICY" }],
      resourceControlPolicyRestriction: "NOT_APPLICABLE",
    });
    const id = finding?.id ?? "";
    expect((await client().getFinding({ analyzerArn, id })).finding).toMatchObject({ id });
    expect(await client().getFindingV2({ analyzerArn, id })).toMatchObject({
      id,
      findingType: "ExternalAccess",
      status: "ACTIVE",
      findingDetails: [
        {
          externalAccessDetails: {
            principal: { AWS: OTHER_ROOT },
            action: ["s3:GetObject"],
            condition: {},
            isPublic: false,
            sources: [{ type: "POLICY" }],
          },
        },
      ],
    });
  });

  test("keeps its finding's id when access changes, goes and comes back", async () => {
    const name = "shared-again";
    const arn = `arn:aws:s3:::${name}`;
    await openBucket(name, reading(name, { AWS: OTHER_ROOT }));
    const [first] = await findingsAbout(arn);
    await share(name, reading(name, { AWS: OTHER_ROOT }, { Action: "s3:PutObject" }));
    expect(await findingsAbout(arn)).toMatchObject([
      { id: first?.id, status: "ACTIVE", action: ["s3:PutObject"], createdAt: first?.createdAt },
    ]);
    await buckets().deleteBucketPolicy({ Bucket: name });
    expect(await findingsAbout(arn)).toMatchObject([{ id: first?.id, status: "RESOLVED" }]);
    await share(name, reading(name, { AWS: OTHER_ROOT }));
    expect(await findingsAbout(arn)).toMatchObject([
      { id: first?.id, status: "ACTIVE", action: ["s3:GetObject"] },
    ]);
    await share(name, reading(name, { AWS: "arn:aws:iam::222233334444:root" }));
    expect(await findingsAbout(arn)).toMatchObject([
      { id: first?.id, status: "RESOLVED" },
      { status: "ACTIVE", principal: { AWS: "arn:aws:iam::222233334444:root" } },
    ]);
  });

  test("is public by its policy or its ACL, until a block holds it back", async () => {
    const name = "shared-with-all";
    const arn = `arn:aws:s3:::${name}`;
    await openBucket(name, reading(name, "*"));
    const resource = async () =>
      (await client().getAnalyzedResource({ analyzerArn, resourceArn: arn })).resource;
    expect(await findingsAbout(arn)).toMatchObject([
      { principal: { AWS: "*" }, isPublic: true, sources: [{ type: "POLICY" }] },
    ]);
    expect(await resource()).toMatchObject({
      isPublic: true,
      actions: ["s3:GetObject"],
      sharedVia: ["POLICY"],
      status: "ACTIVE",
    });
    const blocked = { RestrictPublicBuckets: true };
    await buckets().putPublicAccessBlock({
      Bucket: name,
      PublicAccessBlockConfiguration: blocked,
    });
    expect(await findingsAbout(arn)).toMatchObject([{ status: "RESOLVED" }]);
    expect(await resource()).toMatchObject({ isPublic: false, status: "RESOLVED" });
    await buckets().deleteBucketPolicy({ Bucket: name });
    await buckets().deletePublicAccessBlock({ Bucket: name });
    await buckets().putBucketOwnershipControls({
      Bucket: name,
      OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
    });
    await buckets().putBucketAcl({ Bucket: name, ACL: "public-read" });
    expect(await findingsAbout(arn)).toMatchObject([
      { status: "ACTIVE", isPublic: true, sources: [{ type: "BUCKET_ACL" }] },
    ]);
  });

  test("that shuts Access Analyzer out has an error for a finding, which disappears", async () => {
    const name = "shut-bucket";
    const arn = `arn:aws:s3:::${name}`;
    await openBucket(name, {
      ...reading(name, "*"),
      Effect: "Deny",
      Action: "s3:GetBucketPolicy",
      Resource: arn,
      Condition: { StringNotEquals: { "aws:PrincipalArn": `arn:aws:iam::${OWN}:root` } },
    });
    expect(await findingsAbout(arn)).toMatchObject([{ error: "ACCESS_DENIED", status: "ACTIVE" }]);
    await buckets().deleteBucketPolicy({ Bucket: name });
    expect(await findingsAbout(arn)).toEqual([]);
  });
});

test("a role is found in every Region's analyzer, a provider's users included", async () => {
  const { clients } = server;
  const { iam: roles } = clients();
  const trust = (Principal: object, Action: string, more: object = {}) =>
    policy({ Effect: "Allow", Principal, Action, ...more });
  await roles.send(
    new iam.CreateRoleCommand({
      RoleName: "guests",
      AssumeRolePolicyDocument: trust(
        { AWS: [OTHER, `arn:aws:iam::${OWN}:root`] },
        "sts:AssumeRole",
      ),
    }),
  );
  await roles.send(
    new iam.CreateRoleCommand({
      RoleName: "federated",
      AssumeRolePolicyDocument: trust(
        { Federated: "accounts.google.com" },
        "sts:AssumeRoleWithWebIdentity",
        { Condition: { StringEquals: { "accounts.google.com:aud": "app" } } },
      ),
    }),
  );
  const elsewhere = new analyzer.AccessAnalyzer({ ...options(), region: "eu-west-1" });
  const { arn = "" } = await elsewhere.createAnalyzer({ analyzerName: "far", type: "ACCOUNT" });
  for (const [one, itsArn] of [
    [client(), analyzerArn],
    [elsewhere, arn],
  ] as const) {
    const { findings } = await one.listFindings({
      analyzerArn: itsArn,
      filter: { resourceType: { eq: ["AWS::IAM::Role"] } },
      sort: { attributeName: "resource", orderBy: "ASC" },
    });
    expect(findings).toMatchObject([
      {
        resource: `arn:aws:iam::${OWN}:role/federated`,
        principal: { Federated: "accounts.google.com" },
        condition: { "accounts.google.com:aud": "app" },
        action: ["sts:AssumeRoleWithWebIdentity"],
      },
      { resource: `arn:aws:iam::${OWN}:role/guests`, principal: { AWS: OTHER } },
    ]);
  }
});

test("a key is found by its policy and by its grants", async () => {
  const own = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: "kms:*" };
  const guest = { Effect: "Allow", Principal: { AWS: OTHER_ROOT }, Action: "kms:Decrypt" };
  const { KeyMetadata } = await keys().createKey({
    Policy: policy({ ...own, Resource: "*" }, { ...guest, Resource: "*" }),
  });
  const { Arn: arn = "", KeyId } = KeyMetadata ?? {};
  expect(await findingsAbout(arn)).toMatchObject([
    { principal: { AWS: OTHER_ROOT }, action: ["kms:Decrypt"], resourceType: "AWS::KMS::Key" },
  ]);
  const { GrantId } = await keys().createGrant({
    KeyId,
    GranteePrincipal: "arn:aws:iam::222233334444:root",
    Operations: ["Encrypt"],
    Constraints: { EncryptionContextEquals: { team: "video" } },
  });
  expect((await findingsAbout(arn)).at(-1)).toMatchObject({
    principal: { AWS: "arn:aws:iam::222233334444:root" },
    action: ["kms:Encrypt"],
    condition: { "kms:EncryptionContext:team": "video" },
    status: "ACTIVE",
  });
  await keys().revokeGrant({ KeyId, GrantId });
  expect((await findingsAbout(arn)).at(-1)).toMatchObject({ status: "RESOLVED" });
});

describe("filters", () => {
  const ORG = { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } } };
  beforeAll(async () => {
    await openBucket("filter-a", reading("filter-a", { AWS: OTHER_ROOT }));
    await openBucket("filter-b", reading("filter-b", "*"));
    await openBucket("filter-c", reading("filter-c", "*", ORG));
  });
  const named = { resource: { contains: ["filter-"] } };

  test.each<[string, Record<string, analyzer.Criterion>, string]>([
    ["all", {}, "a b c"],
    ["eq", { isPublic: { eq: ["true"] } }, "b"],
    ["one of several values", { "principal.AWS": { eq: ["*", OTHER_ROOT] } }, "a b c"],
    ["neq", { "principal.AWS": { neq: ["*"] } }, "a"],
    ["contains", { "principal.AWS": { contains: ["1111"] } }, "a"],
    ["exists", { "condition.aws:PrincipalOrgID": { exists: true } }, "c"],
    ["exists not", { "condition.aws:PrincipalOrgID": { exists: false } }, "a b"],
    ["a condition's value", { "condition.aws:PrincipalOrgID": { eq: ["o-a1b2c3d4e5"] } }, "c"],
    ["two keys", { isPublic: { eq: ["false"] }, "principal.AWS": { eq: ["*"] } }, "c"],
    ["status", { status: { eq: ["ARCHIVED"] } }, ""],
    ["type", { findingType: { eq: ["ExternalAccess"] } }, "a b c"],
    ["owner", { resourceOwnerAccount: { neq: [OWN] } }, ""],
    ["error", { error: { exists: false } }, "a b c"],
  ])("let through %s", async (_, filter, expected) => {
    const { findings = [] } = await client().listFindingsV2({
      analyzerArn,
      filter: { ...named, ...filter },
      sort: { attributeName: "resource", orderBy: "ASC" },
    });
    const found = findings.map(({ resource }) => resource?.slice("arn:aws:s3:::filter-".length));
    expect(found.join(" ")).toBe(expected);
  });

  test("come in pages, in the order that was asked for", async () => {
    const sort = { attributeName: "resource", orderBy: "DESC" } as const;
    const page = (nextToken?: string) =>
      client().listFindings({ analyzerArn, filter: named, sort, maxResults: 2, nextToken });
    const first = await page();
    const second = await page(first.nextToken);
    expect([...(first.findings ?? []), ...(second.findings ?? [])]).toMatchObject([
      { resource: "arn:aws:s3:::filter-c" },
      { resource: "arn:aws:s3:::filter-b" },
      { resource: "arn:aws:s3:::filter-a" },
    ]);
    expect(second.nextToken).toBeUndefined();
    await expect(
      client().listFindings({ analyzerArn, nextToken: first.nextToken }),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  test.each<[string, Record<string, analyzer.Criterion>]>([
    ["an unknown key", { owner: { eq: ["x"] } }],
    ["no operator", { resource: {} }],
    ["no value", { resource: { eq: [] } }],
    ["too many values", { resource: { eq: Array.from({ length: 21 }, String) } }],
    ["a preview's key", { changeType: { eq: ["NEW"] } }],
  ])("are refused for %s", async (_, filter) => {
    await expect(client().listFindings({ analyzerArn, filter })).rejects.toMatchObject({
      name: "ValidationException",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.each<[string, Partial<analyzer.UpdateFindingsCommandInput>]>([
    ["nothing", {}],
    ["ids and a resource", { ids: ["1"], resourceArn: "arn:aws:s3:::filter-a" }],
  ])("aren't changed by %s", async (_, named) => {
    const message = "Name findings by ids or by resourceArn";
    await expect(
      client().updateFindings({ analyzerArn, status: "ARCHIVED", ...named }),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message,
      reason: "fieldValidationFailed",
      fieldList: [{ name: "ids", message }],
    });
  });

  test("archive new findings by a rule, and those that are there by ApplyArchiveRule", async () => {
    const rule = { analyzerName: "outside", ruleName: "Trusted" };
    const filter = { "principal.AWS": { eq: ["arn:aws:iam::333344445555:root"] } };
    const trusted = { AWS: "arn:aws:iam::333344445555:root" };
    const status = async (name: string) =>
      (await findingsAbout(`arn:aws:s3:::${name}`)).map((each) => each.status).join();
    await openBucket("before-rule", reading("before-rule", trusted));
    expect(await status("before-rule")).toBe("ACTIVE");
    await client().createArchiveRule({ ...rule, filter });
    expect(await status("before-rule")).toBe("ACTIVE");
    await openBucket("after-rule", reading("after-rule", trusted));
    expect(await status("after-rule")).toBe("ARCHIVED");
    await client().applyArchiveRule({ analyzerArn, ruleName: "Trusted" });
    expect(await status("before-rule")).toBe("ARCHIVED");
    const [finding] = await findingsAbout("arn:aws:s3:::before-rule");
    await client().updateFindings({ analyzerArn, ids: [finding?.id ?? ""], status: "ACTIVE" });
    expect(await status("before-rule")).toBe("ACTIVE");
    const resourceArn = "arn:aws:s3:::before-rule";
    await client().updateFindings({ analyzerArn, resourceArn, status: "ARCHIVED" });
    expect(await status("before-rule")).toBe("ARCHIVED");
    await buckets().deleteBucketPolicy({ Bucket: "after-rule" });
    expect(await status("after-rule")).toBe("RESOLVED");
  });
});

test("statistics count what is public, shared and failed", async () => {
  const { findings = [] } = await client().listFindings({ analyzerArn });
  const { findingsStatistics, lastUpdatedAt } = await client().getFindingsStatistics({
    analyzerArn,
  });
  const count = (status: string) => findings.filter((each) => each.status === status).length;
  const active = findings.filter(
    ({ status, resourceType }) => status === "ACTIVE" && resourceType === "AWS::S3::Bucket",
  );
  expect(lastUpdatedAt).toBeInstanceOf(Date);
  expect(findingsStatistics).toMatchObject([
    {
      externalAccessFindingsStatistics: {
        totalActiveFindings: count("ACTIVE"),
        totalArchivedFindings: count("ARCHIVED"),
        totalResolvedFindings: count("RESOLVED"),
        resourceTypeStatistics: {
          "AWS::S3::Bucket": {
            totalActivePublic: active.filter(({ isPublic }) => isPublic).length,
            totalActiveCrossAccount: active.filter(({ isPublic }) => !isPublic).length,
            totalActiveErrors: 0,
          },
        },
      },
    },
  ]);
});

test("resources are listed whether they are shared or not, and scanned by name", async () => {
  await buckets().createBucket({ Bucket: "not-shared" });
  const { analyzedResources } = await client().listAnalyzedResources({
    analyzerArn,
    resourceType: "AWS::S3::Bucket",
  });
  expect(analyzedResources).toContainEqual({
    resourceArn: "arn:aws:s3:::not-shared",
    resourceOwnerAccount: OWN,
    resourceType: "AWS::S3::Bucket",
  });
  const resourceArn = "arn:aws:s3:::not-shared";
  await client().startResourceScan({ analyzerArn, resourceArn });
  const { resource } = await client().getAnalyzedResource({ analyzerArn, resourceArn });
  expect(resource).toMatchObject({ isPublic: false, resourceOwnerAccount: OWN });
  expect(resource).not.toHaveProperty("status");
  await expect(
    client().startResourceScan({ analyzerArn, resourceArn: "arn:aws:s3:::nowhere" }),
  ).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    resourceType: "Resource",
    $metadata: { httpStatusCode: 404 },
  });
});
