import { AccessAnalyzerClient, CheckAccessNotGrantedCommand } from "@aws-sdk/client-accessanalyzer";
import {
  CreateServiceLinkedRoleCommand,
  DeleteServiceLinkedRoleCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateChannelCommand, CreateRecordingConfigurationCommand } from "@aws-sdk/client-ivs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { createUser } from "../../support/principals.ts";
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
