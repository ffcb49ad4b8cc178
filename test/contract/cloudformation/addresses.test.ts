import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudControl } from "@aws-sdk/client-cloudcontrol";
import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { channel, cloudFormationOf, endedStack, type stackOf, template } from "./support.ts";

/*
 * Addresses in outputs are those under which whoever deploys knows the server, whichever of its
 * names that is, and whatever happens between the request and the resource.
 */

const HOSTS = ["localhost", "127.0.0.1"];
const Outputs = { Url: { Value: { "Fn::GetAtt": ["Live", "PlaybackUrl"] } } };
const LIVE = template({ Live: channel() }, { Outputs });

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
});
afterAll(() => server.close());

function at(host: string, { endpoint }: Pick<TestServer, "endpoint"> = server): string {
  return `http://${host}:${new URL(endpoint).port}`;
}

function outputOf({ Outputs: outputs = [] }: Awaited<ReturnType<typeof stackOf>>): string {
  return new URL(outputs[0]?.OutputValue ?? "").origin;
}

/** The address of a wait condition's handle that the condition waits for already. */
async function handleOf(client: ReturnType<typeof cloudFormationOf>, StackName: string) {
  const { StackResources = [] } = await client.send(
    new DescribeStackResourcesCommand({ StackName }),
  );
  const [handle, condition] = ["Handle", "Condition"].map((id) =>
    StackResources.find(({ LogicalResourceId }) => LogicalResourceId === id),
  );
  return condition && (handle?.PhysicalResourceId ?? false);
}

describe.each(HOSTS)("at %s", (host) => {
  const name = host.replace(/\W/g, "-");

  test("a stack that is created", async () => {
    const client = cloudFormationOf({ endpoint: at(host) });
    const StackName = `created-${name}`;
    await client.send(new CreateStackCommand({ StackName, TemplateBody: LIVE }));
    expect(outputOf(await endedStack(client, StackName))).toBe(at(host));
  });

  test("a change set, whoever made it", async () => {
    const [other = ""] = HOSTS.filter((each) => each !== host);
    const StackName = `changed-${name}`;
    const set = { StackName, ChangeSetName: "one", ChangeSetType: "CREATE" as const };
    await cloudFormationOf({ endpoint: at(other) }).send(
      new CreateChangeSetCommand({ ...set, TemplateBody: LIVE }),
    );
    const client = cloudFormationOf({ endpoint: at(host) });
    await client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: "one" }));
    expect(outputOf(await endedStack(client, StackName))).toBe(at(host));
  });

  test("a nested stack, whose template lies at that address", async () => {
    const { s3 } = server.clients();
    const Bucket = `nested-${name}`;
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "live.json", Body: LIVE }));
    const TemplateURL = `${at(host)}/${Bucket}/live.json`;
    const Child = { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL } };
    const Url = { Value: { "Fn::GetAtt": ["Child", "Outputs.Url"] } };
    const client = cloudFormationOf({ endpoint: at(host) });
    const TemplateBody = template({ Child }, { Outputs: { Url } });
    const StackName = `nested-${name}`;
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    expect(outputOf(await endedStack(client, StackName))).toBe(at(host));
  });

  test("a wait condition's handle", async () => {
    const Handle = { Type: "AWS::CloudFormation::WaitConditionHandle" };
    const TemplateBody = template({ Handle }, { Outputs: { Url: { Value: { Ref: "Handle" } } } });
    const client = cloudFormationOf({ endpoint: at(host) });
    const StackName = `handle-${name}`;
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    expect(outputOf(await endedStack(client, StackName))).toBe(at(host));
  });

  test("a resource of Cloud Control's", async () => {
    const options = { region: "us-east-1", credentials: ROOT, maxAttempts: 1 };
    const cloudControl = new CloudControl({ endpoint: at(host), ...options });
    const TypeName = "AWS::IVS::Channel";
    const { ProgressEvent } = await cloudControl.createResource({ TypeName, DesiredState: "{}" });
    const { RequestToken = "" } = ProgressEvent ?? {};
    const made = await until(async () => {
      const status = await cloudControl.getResourceRequestStatus({ RequestToken });
      return status.ProgressEvent?.OperationStatus === "SUCCESS" && status.ProgressEvent;
    }, "the channel");
    const { PlaybackUrl } = JSON.parse(made.ResourceModel ?? "{}");
    expect(new URL(PlaybackUrl).origin).toBe(at(host));
    const { Identifier = "" } = made;
    const { ResourceDescription } = await cloudControl.getResource({ TypeName, Identifier });
    const read = JSON.parse(ResourceDescription?.Properties ?? "{}");
    expect(new URL(read.PlaybackUrl).origin).toBe(at(host));
  });
});

test("an operation remembers the address when its server is started again", async () => {
  const data = await mkdtemp(join(tmpdir(), "rolecast-addresses-"));
  const start = (port = 0) =>
    startTestServer({ data, database: undefined, stackAnswerMs: 0, port });
  let restarted: TestServer | undefined;
  try {
    const first = await start();
    const { port } = new URL(first.endpoint);
    const origin = at("127.0.0.1", first);
    const Condition = {
      Type: "AWS::CloudFormation::WaitCondition",
      Properties: { Handle: { Ref: "Handle" }, Timeout: "60" },
    };
    const resources = {
      Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" },
      Condition,
      Live: channel({}, { DependsOn: "Condition" }),
    };
    const client = cloudFormationOf({ endpoint: origin });
    const StackName = "restarted";
    const TemplateBody = template(resources, { Outputs });
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    const handle = await until(() => handleOf(client, StackName), "the handle");
    await first.close();
    restarted = await start(Number(port));
    const Signal = { Status: "SUCCESS", UniqueId: "1", Data: "", Reason: "" };
    expect((await fetch(handle, { method: "PUT", body: JSON.stringify(Signal) })).status).toBe(200);
    expect(outputOf(await endedStack(client, StackName))).toBe(origin);
  } finally {
    await restarted?.close();
    await rm(data, { recursive: true, force: true });
  }
});
