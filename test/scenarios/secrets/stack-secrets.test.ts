import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  cloudFormationOf,
  endedStack,
  role,
  template,
} from "../../contract/cloudformation/support.ts";
import { type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { until } from "../../support/until.ts";
import { KnownSecrets } from "./known-secrets.ts";

/*
 * What a stack is given in secret is in no answer, no record, no log and no file: by `ssm-secure`,
 * by parameters with NoEcho. Source: CloudFormation user guide, "Parameters syntax" (NoEcho) and
 * "Get a secure string value from Systems Manager Parameter Store".
 */

const Capabilities: cloudformation.Capability[] = ["CAPABILITY_NAMED_IAM"];
const secrets = new KnownSecrets();
const NAME = "/sign-in/password";

let home: string;
let server: ServerProcess;
let client: cloudformation.CloudFormationClient;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "rolecast-stack-secrets-"));
  answers.splice(0);
  server = await start();
});
afterEach(async () => {
  await server?.stop("SIGKILL");
  await rm(home, { recursive: true, force: true });
});

const user = (UserName: string, Password: unknown) => ({
  Type: "AWS::IAM::User",
  Properties: { UserName, LoginProfile: { Password } },
});

async function start(settings: object = {}): Promise<ServerProcess> {
  const file = join(home, "rolecast.yml");
  await writeFile(file, JSON.stringify(settings));
  const flags = ["--config", file, "--data", join(home, "data"), "--ingest-workers", "0"];
  const started = await startServerProcess([...flags, "--log-level", "debug"]);
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
async function lookAt(StackName: string, ...ids: readonly string[]): Promise<void> {
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
    new cloudformation.DescribeStackResourceDriftsCommand(named),
    new cloudformation.GetTemplateCommand(named),
    new cloudformation.GetTemplateCommand({ ...named, TemplateStage: "Processed" }),
    new cloudformation.GetTemplateSummaryCommand(named),
    new cloudformation.GetStackPolicyCommand(named),
    new cloudformation.ListChangeSetsCommand(named),
    new cloudformation.ListExportsCommand({}),
    new cloudformation.ListStackRefactorsCommand({}),
    ...ids.flatMap((LogicalResourceId) => [
      new cloudformation.DescribeStackResourceCommand({ ...named, LogicalResourceId }),
      new cloudformation.DetectStackResourceDriftCommand({ ...named, LogicalResourceId }),
    ]),
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

/** Makes a change set of an update with other values of parameters, and describes it. */
async function plan(StackName: string, input: object): Promise<{ readonly Id: string }> {
  const { Id = "" } = await ask(
    client.send(
      new cloudformation.CreateChangeSetCommand({
        ...{ StackName, ChangeSetName: "planned", Capabilities },
        ...input,
      }),
    ),
  );
  for (const IncludePropertyValues of [true, false])
    await ask(
      client.send(
        new cloudformation.DescribeChangeSetCommand({ ChangeSetName: Id, IncludePropertyValues }),
      ),
    );
  return { Id };
}

/** Answers as a custom resource's endpoint, which hides its data, and keeps what it was sent. */
async function startMaker() {
  const asked: string[] = [];
  const Data = { Made: secrets.make("a provider's data") };
  const http = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    asked.push(text);
    response.end();
    const { ResponseURL = "" } = JSON.parse(text) as Readonly<Record<string, string>>;
    const body = { Status: "SUCCESS", PhysicalResourceId: "made", NoEcho: true, Data };
    await fetch(ResponseURL, { method: "PUT", body: JSON.stringify(body) });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return { asked, url: `http://127.0.0.1:${port}/`, close: () => http.close() };
}

const MAKER = "arn:aws:lambda:us-east-1:000000000000:function:maker";

/** Many operations, each of which waits for the one before. */
test("hidden parameters and hidden data leave no trace", async () => {
  const maker = await startMaker();
  try {
    await server.stop();
    server = await start({ customResources: { [MAKER]: maker.url } });
    const { s3 } = server.clients();
    await s3.send(new CreateBucketCommand({ Bucket: "templates" }));
    const hidden = { P: { Type: "String", NoEcho: true } };
    const inner = template({ Inner: user("inner", { Ref: "P" }) }, { Parameters: hidden });
    await s3.send(new PutObjectCommand({ Bucket: "templates", Key: "inner", Body: inner }));
    const body = (more: object = {}) =>
      template(
        {
          SignsIn: user("hidden", { Ref: "P" }),
          Derived: user("derived", { "Fn::Sub": "Pre-${P}-post" }),
          Made: {
            Type: "Custom::Maker",
            Properties: { ServiceToken: MAKER, Secret: { "Fn::Sub": "a ${P} b" } },
          },
          OfMade: user("of-made", { "Fn::GetAtt": ["Made", "Made"] }),
          Nested: {
            Type: "AWS::CloudFormation::Stack",
            Properties: {
              TemplateURL: "https://templates.s3.us-east-1.amazonaws.com/inner",
              Parameters: { P: { Ref: "P" } },
            },
          },
          Key: { Type: "AWS::IAM::AccessKey", Properties: { UserName: { Ref: "SignsIn" } } },
          Connects: {
            Type: "AWS::Events::Connection",
            Properties: {
              AuthorizationType: "API_KEY",
              AuthParameters: {
                ApiKeyAuthParameters: { ApiKeyName: "x-key", ApiKeyValue: { Ref: "P" } },
              },
            },
          },
          ...more,
        },
        { Parameters: hidden },
      );
    const given = (what: string) => ({
      Parameters: [{ ParameterKey: "P", ParameterValue: secrets.make(what) }],
    });
    const Hidden = { StackName: "hidden", Capabilities };
    await ask(
      client.send(
        new cloudformation.CreateStackCommand({
          ...{ ...Hidden, TemplateBody: body() },
          ...given("a stack's parameter"),
        }),
      ),
    );
    expect(await statusOf("hidden")).toBe("CREATE_COMPLETE");
    expect(maker.asked.flatMap((text) => secrets.in(text))).toContain("a stack's parameter");
    const { Id } = await plan("hidden", {
      ...{ UsePreviousTemplate: true, IncludeNestedStacks: true },
      ...given("a change set's parameter"),
    });
    await lookAt("hidden", "SignsIn");
    await ask(client.send(new cloudformation.ExecuteChangeSetCommand({ ChangeSetName: Id })));
    expect(await statusOf("hidden")).toBe("UPDATE_COMPLETE");
    const Fails = { ...role({ RoleName: "bad name" }), DependsOn: ["OfMade", "Derived", "Nested"] };
    await ask(
      client.send(
        new cloudformation.UpdateStackCommand({
          ...{ ...Hidden, TemplateBody: body({ Fails }) },
          ...given("a failed update's parameter"),
        }),
      ),
    );
    expect(await statusOf("hidden")).toBe("UPDATE_ROLLBACK_COMPLETE");
    await lookAt("hidden", "SignsIn", "Derived", "Made", "Nested", "Key", "Connects");
    const detail = await client.send(
      new cloudformation.DescribeStackResourceCommand({
        ...{ StackName: "hidden", LogicalResourceId: "Nested" },
      }),
    );
    await lookAt(detail.StackResourceDetail?.PhysicalResourceId ?? "", "Inner");
    await lookAtRecords();
    expect(answers.flatMap((text) => secrets.in(text))).toEqual([]);
    // A start reads what was kept, and goes on with it.
    await server.stop("SIGKILL");
    expect(await secrets.inFolder(home)).toEqual([]);
    server = await start({ customResources: { [MAKER]: maker.url } });
    await ask(
      client.send(
        new cloudformation.UpdateStackCommand({
          ...{ ...Hidden, UsePreviousTemplate: true },
          Parameters: [{ ParameterKey: "P", UsePreviousValue: true }],
          Tags: [{ Key: "again", Value: "and again" }],
        }),
      ),
    );
    expect(await statusOf("hidden")).toBe("UPDATE_COMPLETE");
    await ask(client.send(new cloudformation.DeleteStackCommand({ StackName: "hidden" })));
    await until(async () => {
      const { StackSummaries = [] } = await client.send(new cloudformation.ListStacksCommand({}));
      return StackSummaries.some(
        ({ StackName, StackStatus }) => StackName === "hidden" && StackStatus === "DELETE_COMPLETE",
      );
    }, "the stack's end");
    await lookAtRecords();
    await server.stop();
    expect(answers.flatMap((text) => secrets.in(text))).toEqual([]);
    expect(await secrets.inFolder(home)).toEqual([]);
  } finally {
    maker.close();
  }
}, 180_000);

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
      SignsIn: user("signs-in", `{{resolve:ssm-secure:${NAME}:${version}}}`),
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
