import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourceDriftsCommand,
  DetectStackDriftCommand,
  GetTemplateCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import {
  channel,
  cloudFormationOf,
  eventsOf,
  outcomeOf,
  role,
  stackOf,
  template,
} from "./support.ts";

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: "nested" }));
});
afterAll(() => server.close());

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];

/** Stores a template and returns its address, as this server has it or as AWS does. */
async function stored(Key: string, Body: string, host = `${server.endpoint}/nested`) {
  await server.clients().s3.send(new PutObjectCommand({ Bucket: "nested", Key, Body }));
  return `${host}/${Key}`;
}

const child = (name: string, latency = "LOW") =>
  template(
    {
      Live: channel({ Name: { Ref: "Name" }, LatencyMode: latency }),
      Role: role(name ? { RoleName: name } : {}),
    },
    {
      Parameters: { Name: { Type: "String" } },
      Outputs: { Arn: { Value: { "Fn::GetAtt": ["Live", "Arn"] } } },
    },
  );

const parent = (TemplateURL: string, rest: object = {}) =>
  template(
    {
      Child: {
        Type: "AWS::CloudFormation::Stack",
        Properties: { TemplateURL, Parameters: { Name: "nested" } },
      },
      ...rest,
    },
    { Outputs: { Arn: { Value: { "Fn::GetAtt": ["Child", "Outputs.Arn"] } } } },
  );

test("a stack in a stack is made, changed and removed with it", async () => {
  const one = await stored("one.json", child(""));
  const two = await stored(
    "two.json",
    child("", "NORMAL"),
    "https://nested.s3.us-east-1.amazonaws.com",
  );
  await client.send(
    new CreateStackCommand({ StackName: "outer", TemplateBody: parent(one), Capabilities }),
  );
  const outer = await stackOf(client, "outer");
  expect(outer.StackStatus).toBe("CREATE_COMPLETE");
  expect(outer.Outputs?.[0]?.OutputValue).toMatch(/^arn:aws:ivs:.*:channel\//);
  const { StackResourceDetail } = await client.send(
    new DescribeStackResourceCommand({ StackName: "outer", LogicalResourceId: "Child" }),
  );
  const childId = StackResourceDetail?.PhysicalResourceId ?? "";
  const inner = await stackOf(client, childId);
  expect([inner.StackStatus, inner.ParentId, inner.RootId]).toEqual([
    "CREATE_COMPLETE",
    outer.StackId,
    outer.StackId,
  ]);
  expect(inner.StackName).toMatch(/^outer-Child-[A-Za-z0-9]{12}$/);
  await client.send(
    new UpdateStackCommand({ StackName: "outer", TemplateBody: parent(two), Capabilities }),
  );
  expect((await stackOf(client, "outer")).StackStatus).toBe("UPDATE_COMPLETE");
  expect((await stackOf(client, childId)).StackStatus).toBe("UPDATE_COMPLETE");
  await client.send(new DeleteStackCommand({ StackName: "outer" }));
  expect((await stackOf(client, childId)).StackStatus).toBe("DELETE_COMPLETE");
});

test("a nested stack that fails says why, and goes with its parent", async () => {
  const bad = await stored("bad.json", child("no/name"));
  const { StackId = "" } = await client.send(
    new CreateStackCommand({ StackName: "failing", TemplateBody: parent(bad), Capabilities }),
  );
  const failing = await stackOf(client, StackId);
  expect(failing.StackStatus).toBe("ROLLBACK_COMPLETE");
  expect(await eventsOf(client, StackId)).toEqual([
    "failing CREATE_IN_PROGRESS",
    "Child CREATE_IN_PROGRESS",
    "Child CREATE_IN_PROGRESS",
    "Child CREATE_FAILED",
    "failing ROLLBACK_IN_PROGRESS",
    "Child DELETE_IN_PROGRESS",
    "Child DELETE_COMPLETE",
    "failing ROLLBACK_COMPLETE",
  ]);
});

test("a nested stack goes back to what it had, whatever its address shows by now", async () => {
  const url = await stored("moving.json", child("moving-one"));
  const input = { StackName: "moving", Capabilities };
  await client.send(new CreateStackCommand({ ...input, TemplateBody: parent(url) }));
  await stored("moving.json", child("moving-one", "NORMAL"));
  const Bad = role({ RoleName: "no/name" }, { DependsOn: "Child" });
  await client.send(new UpdateStackCommand({ ...input, TemplateBody: parent(url, { Bad }) }));
  expect((await stackOf(client, "moving")).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  const { StackResourceDetail } = await client.send(
    new DescribeStackResourceCommand({ StackName: "moving", LogicalResourceId: "Child" }),
  );
  const StackName = StackResourceDetail?.PhysicalResourceId ?? "";
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName }));
  expect(TemplateBody).toBe(child("moving-one"));
  const events = await eventsOf(client, StackName);
  expect(events.filter((each) => each === "Live UPDATE_COMPLETE")).toHaveLength(2);
});

test("a nested stack needs the capabilities that were given for its parent", async () => {
  const TemplateBody = parent(await stored("capable.json", child("")));
  await client.send(new CreateStackCommand({ StackName: "incapable", TemplateBody }));
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: "incapable" }),
  );
  const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus === "CREATE_FAILED");
  expect(failed?.ResourceStatusReason).toBe("Requires capabilities : [CAPABILITY_IAM]");
});

test("a template that the caller may not read isn't used", async () => {
  const url = `${server.endpoint}/absent/template.json`;
  const sent = client.send(new CreateStackCommand({ StackName: "unread", TemplateURL: url }));
  expect(await outcomeOf(sent)).toMatch(/^ValidationError: S3 error: /);
  const strange = new CreateStackCommand({
    StackName: "unread",
    TemplateURL: "https://example.com/template.json",
  });
  expect(await outcomeOf(client.send(strange))).toBe(
    "ValidationError: TemplateURL must be a supported URL.",
  );
});

test("drift isn't looked for in nested stacks, but in what is beside them", async () => {
  const TemplateURL = await stored("drift.json", child(""));
  const trail = {
    Logs: { Type: "AWS::S3::Bucket" },
    Allowed: {
      Type: "AWS::S3::BucketPolicy",
      Properties: {
        Bucket: { Ref: "Logs" },
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "cloudtrail.amazonaws.com" },
              Action: ["s3:GetBucketAcl", "s3:PutObject"],
              Resource: [{ "Fn::Sub": "${Logs.Arn}" }, { "Fn::Sub": "${Logs.Arn}/*" }],
            },
          ],
        },
      },
    },
    // The CDK declares an empty list where no selectors are asked for.
    Trail: {
      Type: "AWS::CloudTrail::Trail",
      DependsOn: "Allowed",
      Properties: { IsLogging: true, S3BucketName: { Ref: "Logs" }, EventSelectors: [] },
    },
  };
  const TemplateBody = parent(TemplateURL, trail);
  const StackName = "drifting";
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));
  expect((await stackOf(client, StackName)).StackStatus).toBe("CREATE_COMPLETE");
  await client.send(new DetectStackDriftCommand({ StackName }));
  const command = new DescribeStackResourceDriftsCommand({ StackName });
  const { StackResourceDrifts = [] } = await client.send(command);
  const found = StackResourceDrifts.map(
    ({ LogicalResourceId, StackResourceDriftStatus }) =>
      `${LogicalResourceId} ${StackResourceDriftStatus}`,
  );
  expect(found).toContain("Trail IN_SYNC");
  expect(found).not.toContain("Child IN_SYNC");
});
