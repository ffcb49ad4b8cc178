import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  cloudFormationOf,
  endedStack,
  role,
  template,
} from "../../contract/cloudformation/support.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { KnownSecrets } from "./known-secrets.ts";

/*
 * What a stack is given in secret is in no answer, no record, no log and no file. Source:
 * CloudFormation user guide, "Get a secure string value from Systems Manager Parameter Store".
 */

const Capabilities: cloudformation.Capability[] = ["CAPABILITY_NAMED_IAM"];
const secrets = new KnownSecrets();
const NAME = "/sign-in/password";

let home: string;
let server: ServerProcess;
let client: cloudformation.CloudFormationClient;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "rolecast-stack-secrets-"));
  server = await start();
});
afterAll(async () => {
  await server?.stop("SIGKILL");
  await rm(home, { recursive: true, force: true });
});

async function start(): Promise<ServerProcess> {
  const flags = ["--data", join(home, "data"), "--log-level", "debug", "--log-format", "json"];
  const started = await startServerProcess([...flags, "--ingest-workers", "0"]);
  client = cloudFormationOf(started);
  return started;
}

const answers: string[] = [];
async function ask<T>(sent: Promise<T>): Promise<T> {
  const answer = await sent;
  answers.push(JSON.stringify(answer));
  return answer;
}

/** Asks everything that CloudFormation and CloudTrail answer about a stack. */
async function lookAt(StackName: string, LogicalResourceId: string): Promise<void> {
  const named = { StackName };
  const send = (command: object) => ask(client.send(command as never));
  const drift = await client.send(new cloudformation.DetectStackDriftCommand(named));
  const { StackDriftDetectionId } = drift;
  for (const command of [
    new cloudformation.DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }),
    new cloudformation.DescribeStacksCommand(named),
    new cloudformation.ListStacksCommand({}),
    new cloudformation.DescribeStackEventsCommand(named),
    new cloudformation.DescribeEventsCommand(named),
    new cloudformation.DescribeStackResourcesCommand(named),
    new cloudformation.ListStackResourcesCommand(named),
    new cloudformation.DescribeStackResourceCommand({ ...named, LogicalResourceId }),
    new cloudformation.DescribeStackResourceDriftsCommand(named),
    new cloudformation.DetectStackResourceDriftCommand({ ...named, LogicalResourceId }),
    new cloudformation.GetTemplateCommand(named),
    new cloudformation.GetTemplateCommand({ ...named, TemplateStage: "Processed" }),
    new cloudformation.GetTemplateSummaryCommand(named),
    new cloudformation.GetStackPolicyCommand(named),
    new cloudformation.ListChangeSetsCommand(named),
    new cloudformation.ListExportsCommand({}),
    new cloudformation.ListStackRefactorsCommand({}),
  ])
    await send(command);
}

async function lookAtRecords(): Promise<void> {
  const { endpoint } = server;
  const { credentials } = server.clients().iam.config;
  const trail = new CloudTrailClient({ endpoint, region: "us-east-1", credentials });
  let NextToken: string | undefined;
  do {
    const page = await ask(trail.send(new LookupEventsCommand({ NextToken })));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}

async function statusOf(name: string): Promise<string | undefined> {
  return (await endedStack(client, name)).StackStatus;
}

test("secure strings leave no trace", async () => {
  const { credentials } = server.clients().iam.config;
  const ssm = new SSMClient({ endpoint: server.endpoint, region: "us-east-1", credentials });
  for (const what of ["the first secure string", "the second secure string"])
    await ssm.send(
      new PutParameterCommand({
        ...{ Name: NAME, Type: "SecureString", Overwrite: true },
        Value: `${secrets.make(what)}`,
      }),
    );
  const signsIn = (version: number, more: object = {}) =>
    template({
      SignsIn: {
        Type: "AWS::IAM::User",
        Properties: {
          UserName: "signs-in",
          LoginProfile: { Password: `{{resolve:ssm-secure:${NAME}:${version}}}` },
        },
      },
      ...more,
    });
  const Secure = { StackName: "secure", Capabilities };
  await ask(
    client.send(new cloudformation.CreateStackCommand({ ...Secure, TemplateBody: signsIn(1) })),
  );
  expect(await statusOf("secure")).toBe("CREATE_COMPLETE");
  const Fails = { ...role({ RoleName: "bad name" }), DependsOn: "SignsIn" };
  await ask(
    client.send(
      new cloudformation.UpdateStackCommand({ ...Secure, TemplateBody: signsIn(2, { Fails }) }),
    ),
  );
  expect(await statusOf("secure")).toBe("UPDATE_ROLLBACK_COMPLETE");
  await lookAt("secure", "SignsIn");
  await lookAtRecords();
  expect(answers.flatMap((text) => secrets.in(text))).toEqual([]);
  await server.stop();
  expect(await secrets.inFolder(home)).toEqual([]);
});
