import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { AccessAnalyzerClient, CheckAccessNotGrantedCommand } from "@aws-sdk/client-accessanalyzer";
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  CreateServiceLinkedRoleCommand,
  DeleteServiceLinkedRoleCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateChannelCommand, CreateRecordingConfigurationCommand } from "@aws-sdk/client-ivs";
import {
  AcceptHandshakeCommand,
  AttachPolicyCommand,
  CreateOrganizationCommand,
  InviteAccountToOrganizationCommand,
} from "@aws-sdk/client-organizations";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { createPolicy, organizationsOf } from "../../contract/organizations/support.ts";
import { allow, createUser, policyOf } from "../../support/principals.ts";
import { rolecast } from "../../support/rolecast-command.ts";
import {
  type Clients,
  clientsOf,
  type Key,
  startTestServer,
  type TestServer,
} from "../../support/test-server.ts";

/** The account that manages the organization. */
const MANAGEMENT = {
  id: "111111111111",
  rootAccessKeyId: "MANAGER",
  rootSecretAccessKey: "manager-secret",
};

/** Runs a team's pipeline: it makes a bucket, a recording configuration, the role, a channel. */
async function pipeline({ iam, s3, ivs }: Clients): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: "studio" }));
  const destinationConfiguration = { s3: { bucketName: "studio" } };
  const { recordingConfiguration } = await ivs.send(
    new CreateRecordingConfigurationCommand({ destinationConfiguration }),
  );
  const recordingConfigurationArn = recordingConfiguration?.arn;
  await ivs.send(new CreateChannelCommand({ name: "studio", recordingConfigurationArn }));
  // The second role is refused, since IVS has made it; the permission is asked for all the same.
  const again = new CreateServiceLinkedRoleCommand({ AWSServiceName: "ivs.amazonaws.com" });
  await expect(iam.send(again)).rejects.toThrow("has been taken");
}

async function pipelineUser(clients: Clients): Promise<Key & { readonly arn: string }> {
  return createUser(clients.iam, "pipeline");
}

test("CloudTrail's records of a pipeline make the policy under which it runs", async ({
  onTestFinished,
}) => {
  const first = await startTestServer();
  onTestFinished(() => first.close());
  const { cloudtrail, s3 } = first.clients();
  await pipeline(first.clients());
  const { Events = [] } = await cloudtrail.send(new LookupEventsCommand({}));
  const Records = Events.map(({ CloudTrailEvent = "" }) => JSON.parse(CloudTrailEvent));
  await s3.send(new CreateBucketCommand({ Bucket: "trails" }));
  const Body = gzipSync(JSON.stringify({ Records }));
  const Key = "AWSLogs/000000000000/CloudTrail/us-east-1/2026/11/28/a.json.gz";
  await s3.send(new PutObjectCommand({ Bucket: "trails", Key, Body }));
  const env = {
    AWS_ENDPOINT_URL: first.endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  const args = ["policy", "generate", "--from-cloudtrail", "s3://trails/AWSLogs/"];
  const { code, out: policy, err } = await rolecast(args, { env });
  expect(code, err).toBe(0);

  const enforced = await startTestServer();
  onTestFinished(() => enforced.close());
  // IVS lists the bucket's objects as the caller, which is a data event: trails don't record it.
  const statements = [...JSON.parse(policy).Statement, allow("s3:ListBucket")];
  const user = await createUser(enforced.clients().iam, "pipeline", statements);
  await pipeline(clientsOf(enforced.endpoint, user, "us-east-1"));
});

test("what a pipeline did in soft mode is its policy, and an SCP guards its role", async ({
  onTestFinished,
}) => {
  const soft = await startTestServer({ enforcement: "soft", logLevel: "silent" });
  onTestFinished(() => soft.close());
  const { arn, ...key } = await pipelineUser(soft.clients());
  await pipeline(clientsOf(soft.endpoint, key, "us-east-1"));
  const env = {
    AWS_ENDPOINT_URL: soft.endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  const {
    code,
    out: policy,
    err,
  } = await rolecast(["policy", "generate", "--principal", arn, "--since", "1h"], { env });
  expect(code, err).toBe(0);

  const enforced = await startTestServer({ accounts: [MANAGEMENT] });
  onTestFinished(() => enforced.close());
  const { iam } = enforced.clients();
  const user = await pipelineUser(enforced.clients());
  const own = clientsOf(enforced.endpoint, user, "us-east-1");
  await expect(pipeline(own)).rejects.toThrow("not authorized");
  const input = { UserName: "pipeline", PolicyName: "generated", PolicyDocument: policy };
  await iam.send(new PutUserPolicyCommand(input));
  await pipeline(own);
  // And nothing else.
  const deletion = new DeleteServiceLinkedRoleCommand({
    RoleName: "AWSServiceRoleForIVSRecordToS3",
  });
  await expect(own.iam.send(deletion)).rejects.toThrow("iam:DeleteServiceLinkedRole");

  const { endpoint } = enforced;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const analyzer = new AccessAnalyzerClient({ endpoint, region: "us-east-1", credentials });
  const roles = "arn:aws:iam::000000000000:role/aws-service-role";
  const touches = async (role: string) => {
    const access = [{ actions: ["iam:CreateServiceLinkedRole"], resources: [`${roles}/${role}`] }];
    const question = { policyDocument: policy, policyType: "IDENTITY_POLICY", access } as const;
    return (await analyzer.send(new CheckAccessNotGrantedCommand(question))).result;
  };
  expect(await touches("ecs.amazonaws.com/AWSServiceRoleForECS")).toBe("PASS");
  expect(await touches("ivs.amazonaws.com/AWSServiceRoleForIVSRecordToS3")).toBe("FAIL");

  await guardLinkedRoles(enforced);
  // Whatever the account's own policies allow, its root user's rights included.
  const PolicyDocument = policyOf([allow("iam:*")]);
  await iam.send(new PutUserPolicyCommand({ ...input, PolicyDocument }));
  for (const caller of [own.iam, iam])
    await expect(caller.send(deletion)).rejects.toThrow(
      "with an explicit deny in a service control policy: arn:aws:organizations::111111111111",
    );
  const report = join(mkdtempSync(join(tmpdir(), "rolecast-story-")), "report.xml");
  onTestFinished(() => rmSync(dirname(report), { recursive: true }));
  const file = join(dirname(report), "tests.yml");
  const row = (action: string, expected: string) => ({
    ...{ name: "guard", principal: arn, action, expect: expected },
  });
  const rows = [row("iam:DeleteServiceLinkedRole", "deny"), row("iam:CreateRole", "allow")];
  writeFileSync(file, JSON.stringify({ tests: rows }));
  const { rootAccessKeyId, rootSecretAccessKey } = MANAGEMENT;
  const manager = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: rootAccessKeyId,
    AWS_SECRET_ACCESS_KEY: rootSecretAccessKey,
  };
  const guards = await rolecast(["guardrails", "test", file, "--junit", report], { env: manager });
  expect(guards.code, guards.err).toBe(0);
  expect(guards.out).toMatch(
    /iam:DeleteServiceLinkedRole .* deny +arn:\S+ on the account `000000000000`, statement Keep\n/,
  );
  const xml = readFileSync(report, "utf8");
  expect(xml).toContain('tests="2" failures="0"');
  expect(xml).toMatch(
    /<system-out>deny, by arn:\S+ on the account `000000000000`, statement Keep</,
  );
});

/** Makes an organization that the pipeline's account joins, and attaches an SCP to the account. */
async function guardLinkedRoles(server: TestServer): Promise<void> {
  const { rootAccessKeyId: accessKeyId, rootSecretAccessKey: secretAccessKey } = MANAGEMENT;
  const manager = organizationsOf(server, { accessKeyId, secretAccessKey });
  await manager.send(new CreateOrganizationCommand({}));
  const Target = { Type: "ACCOUNT", Id: "000000000000" } as const;
  const { Handshake } = await manager.send(new InviteAccountToOrganizationCommand({ Target }));
  const accepting = new AcceptHandshakeCommand({ HandshakeId: Handshake?.Id });
  await organizationsOf(server).send(accepting);
  const deny = { Effect: "Deny", Action: "iam:DeleteServiceLinkedRole", Resource: "*" };
  const PolicyId = await createPolicy(manager, "keep", policyOf([{ Sid: "Keep", ...deny }]));
  await manager.send(new AttachPolicyCommand({ PolicyId, TargetId: Target.Id }));
}
