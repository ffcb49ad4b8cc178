import * as analyzer from "@aws-sdk/client-accessanalyzer";
import * as organizations from "@aws-sdk/client-organizations";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { startReceiver } from "../events/receiver.ts";
import { assume, createAccount, organizationsOf } from "../organizations/support.ts";

/* An analyzer whose zone of trust is an organization, and the events of its findings. */

const STRANGER = "arn:aws:iam::999988887777:root";
const PRINCIPAL = "access-analyzer.amazonaws.com";

let server: TestServer;
let hook: Awaited<ReturnType<typeof startReceiver>>;
let organizationId = "";
let member = "";

beforeAll(async () => {
  hook = await startReceiver();
  server = await startTestServer({
    webhooks: [
      { url: hook.url, secret: "a-secret-of-the-webhook", sources: ["aws.access-analyzer"] },
    ],
  });
  const client = organizationsOf(server);
  const { Organization } = await client.send(new organizations.CreateOrganizationCommand({}));
  organizationId = Organization?.Id ?? "";
  member = await createAccount(client, "studio");
});
afterAll(async () => {
  await server?.close();
  await hook?.close();
});

const client = (credentials: Key = ROOT) =>
  new analyzer.AccessAnalyzer({
    ...{ endpoint: server.endpoint, region: "us-east-1", credentials, maxAttempts: 1 },
  });

async function shareBucket(Bucket: string, key: Key, ...statements: object[]): Promise<void> {
  const { s3: buckets } = server.clients(key);
  await buckets.send(new s3.CreateBucketCommand({ Bucket }));
  await buckets.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
  const Statement = statements.map((one) => ({
    ...{ Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` },
    ...one,
  }));
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await buckets.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
}

test("an organization's analyzer finds who gets to members' resources from outside", async () => {
  const input = { analyzerName: "org", type: "ORGANIZATION" } as const;
  await expect(client().createAnalyzer(input)).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining("Trusted access"),
  });
  await organizationsOf(server).send(
    new organizations.EnableAWSServiceAccessCommand({ ServicePrincipal: PRINCIPAL }),
  );
  const asMember = await assume(server, ROOT, member);
  await expect(client(asMember).createAnalyzer(input)).rejects.toMatchObject({
    name: "ValidationException",
  });
  const { arn: analyzerArn = "" } = await client().createAnalyzer(input);
  const inOrganization = {
    Principal: "*",
    Condition: { StringEquals: { "aws:PrincipalOrgID": organizationId } },
  };
  await shareBucket("org-inside", asMember, inOrganization, {
    Principal: { AWS: "arn:aws:iam::000000000000:root" },
  });
  await shareBucket("org-outside", asMember, inOrganization, { Principal: { AWS: STRANGER } });
  const list = async () => (await client().listFindings({ analyzerArn })).findings;
  expect(await list()).toMatchObject([
    {
      resource: "arn:aws:s3:::org-outside",
      resourceOwnerAccount: member,
      principal: { AWS: STRANGER },
    },
  ]);
  const { arn: accountsArn = "" } = await client(asMember).createAnalyzer({
    analyzerName: "account",
    type: "ACCOUNT",
  });
  const { findings = [] } = await client(asMember).listFindings({ analyzerArn: accountsArn });
  expect(findings.map(({ resource }) => resource).toSorted()).toEqual([
    "arn:aws:iam::MEMBER:role/OrganizationAccountAccessRole".replace("MEMBER", member),
    "arn:aws:s3:::org-inside",
    "arn:aws:s3:::org-inside",
    "arn:aws:s3:::org-outside",
    "arn:aws:s3:::org-outside",
  ]);
  await expect(client(asMember).getAnalyzer({ analyzerName: "org" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  await expect(client(asMember).listFindings({ analyzerArn })).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
});

test("each change of a finding is an event", async () => {
  const { arn: analyzerArn = "" } = await client().createAnalyzer({
    analyzerName: "told",
    type: "ACCOUNT",
  });
  await shareBucket("event-bucket", ROOT, { Principal: { AWS: STRANGER } });
  const filter = { resource: { eq: ["arn:aws:s3:::event-bucket"] } };
  const { findings: [found] = [] } = await client().listFindings({ analyzerArn, filter });
  const { s3: buckets } = server.clients();
  await buckets.send(new s3.DeleteBucketPolicyCommand({ Bucket: "event-bucket" }));
  await client().listFindings({ analyzerArn, filter });
  await client().deleteAnalyzer({ analyzerName: "told" });
  const told = () =>
    hook.received
      .map(({ body }) => JSON.parse(body) as Record<string, unknown> & { detail: object })
      .filter(({ resources }) => String(resources) === analyzerArn)
      .filter(({ detail }) => "id" in detail && detail.id === found?.id);
  await expect.poll(() => told().length).toBe(3);
  const common = {
    version: "1.0",
    id: found?.id,
    resource: "arn:aws:s3:::event-bucket",
    resourceType: "AWS::S3::Bucket",
    accountId: "000000000000",
    region: "us-east-1",
    principal: { AWS: STRANGER },
    action: ["s3:GetObject"],
    condition: {},
    isPublic: false,
  };
  expect(told()).toMatchObject([
    {
      source: "aws.access-analyzer",
      "detail-type": "Access Analyzer Finding",
      detail: { ...common, status: "ACTIVE", isDeleted: false },
    },
    { detail: { ...common, status: "RESOLVED", isDeleted: false } },
    { detail: { ...common, status: "RESOLVED", isDeleted: true } },
  ]);
});
