import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { afterAll, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { ROOT } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

function clientOf({ endpoint }: ServerProcess): CloudFormationClient {
  return new CloudFormationClient({
    ...{ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 },
  });
}

async function statusOf(client: CloudFormationClient, StackName: string) {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  return Stacks[0]?.StackStatus;
}

const TRUST = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
};
const ALL = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};
const INNER = JSON.stringify({
  Resources: {
    Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" },
    Waits: {
      Type: "AWS::CloudFormation::WaitCondition",
      Properties: { Handle: { Ref: "Handle" }, Timeout: "600" },
    },
  },
});
/** It is answered once its stack has ended, or after the setting; made again, it is refused. */
const CREATE = {
  service: "CloudFormation",
  action: "createStack",
  parameters: { StackName: "inner", TemplateBody: INNER },
  physicalResourceId: { id: "inner" },
  ignoreErrorCodesMatching: "AlreadyExistsException",
};
const OUTER = JSON.stringify({
  Resources: {
    Role: {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: TRUST,
        Policies: [{ PolicyName: "All", PolicyDocument: ALL }],
      },
    },
    Handler: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: { S3Bucket: "assets", S3Key: "0.zip" },
        Role: { "Fn::GetAtt": ["Role", "Arn"] },
        Handler: "index.handler",
        Runtime: "nodejs24.x",
      },
    },
    Custom: {
      Type: "Custom::AWS",
      Properties: {
        ServiceToken: { "Fn::GetAtt": ["Handler", "Arn"] },
        Create: JSON.stringify(CREATE),
      },
    },
  },
});

test("a call whose answer died with its process is made again, and its stack ends", async () => {
  const data = await mkdtemp(join(tmpdir(), "rolecast-killed-calls-"));
  folders.push(data);
  const first = await startServerProcess(["--data", data], {
    ROLECAST_STACK_ANSWER_MS: "60000",
  });
  const client = clientOf(first);
  const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
  const command = new CreateStackCommand({
    ...{ StackName: "outer", TemplateBody: OUTER, Capabilities },
  });
  const asked = client.send(command).catch(() => undefined);
  await until(
    async () => (await statusOf(client, "inner").catch(() => undefined)) !== undefined,
    "the inner stack",
  );
  expect(await statusOf(client, "outer")).toBe("CREATE_IN_PROGRESS");
  await first.stop("SIGKILL");
  await asked;
  const second = await startServerProcess(["--data", data]);
  const status = await until(async () => {
    const found = await statusOf(clientOf(second), "outer");
    return found !== "CREATE_IN_PROGRESS" && found;
  }, "the end of the outer stack");
  expect(status).toBe("CREATE_COMPLETE");
  await second.stop();
}, 60_000);
