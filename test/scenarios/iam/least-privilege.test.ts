import { gzipSync } from "node:zlib";
import { AccessAnalyzerClient, CheckAccessNotGrantedCommand } from "@aws-sdk/client-accessanalyzer";
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  CreateServiceLinkedRoleCommand,
  DeleteServiceLinkedRoleCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateChannelCommand, CreateRecordingConfigurationCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { allow, createUser } from "../../support/principals.ts";
import { rolecast } from "../../support/rolecast-command.ts";
import { type Clients, clientsOf, type Key, startTestServer } from "../../support/test-server.ts";

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

test("what a pipeline did in soft mode is the policy under which it runs enforced", async ({
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

  const enforced = await startTestServer();
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
});
