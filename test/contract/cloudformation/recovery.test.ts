import {
  CancelUpdateStackCommand,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeEventsCommand,
  DescribeStackResourceCommand,
  ExecuteChangeSetCommand,
  GetTemplateSummaryCommand,
  SignalResourceCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateChannelCommand,
  ListChannelsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-ivs";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import {
  channel,
  cloudFormationOf,
  eventsOf,
  outcomeOf,
  role,
  stackOf,
  TRUST,
  template,
} from "./support.ts";

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 300 });
  client = cloudFormationOf(server);
});
afterAll(() => server.close());

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
const create = (StackName: string, TemplateBody: string, more: object = {}) =>
  client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities, ...more }));
const update = (StackName: string, TemplateBody: string, more: object = {}) =>
  client.send(new UpdateStackCommand({ StackName, TemplateBody, Capabilities, ...more }));

function reaches(StackName: string, status: string): Promise<void> {
  const look = async () => expect((await stackOf(client, StackName)).StackStatus).toBe(status);
  return vi.waitFor(look, { timeout: 10_000, interval: 50 });
}

const getRole = (RoleName: string) => server.clients().iam.send(new GetRoleCommand({ RoleName }));

test("OnFailure leaves what was made, or removes the stack with it", async () => {
  const failing = (name: string) =>
    template({
      Good: role({ RoleName: name }),
      Bad: role({ RoleName: name }, { DependsOn: "Good" }),
    });
  const kept = await create("kept", failing("kept"), { OnFailure: "DO_NOTHING" });
  await reaches("kept", "CREATE_FAILED");
  expect((await getRole("kept")).Role?.RoleName).toBe("kept");
  const { StackId = "" } = await create("gone", failing("gone"), { OnFailure: "DELETE" });
  await reaches(StackId, "DELETE_COMPLETE");
  expect(await outcomeOf(getRole("gone"))).toMatch(/^NoSuchEntity/);
  expect((await eventsOf(client, StackId)).slice(-5)).toEqual([
    "gone DELETE_IN_PROGRESS",
    "Bad DELETE_COMPLETE",
    "Good DELETE_IN_PROGRESS",
    "Good DELETE_COMPLETE",
    "gone DELETE_COMPLETE",
  ]);
  const { OperationEvents = [] } = await client.send(
    new DescribeEventsCommand({ StackName: "kept", Filters: { FailedEvents: true } }),
  );
  expect(OperationEvents.map((each) => [each.LogicalResourceId, each.EventType])).toEqual([
    ["kept", "STACK_EVENT"],
    ["Bad", "PROVISIONING_ERROR"],
  ]);
  const { OperationEvents: all = [] } = await client.send(
    new DescribeEventsCommand({ StackName: kept.StackId ?? "" }),
  );
  expect(new Set(all.map(({ OperationId }) => OperationId)).size).toBe(1);
});

test("an update that is cancelled goes back", async () => {
  const before = { Live: channel({ Name: "uncancelled" }) };
  await create("cancelled", template(before));
  await reaches("cancelled", "CREATE_COMPLETE");
  const after = {
    Live: channel({ Name: "never" }),
    Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" },
    Condition: {
      Type: "AWS::CloudFormation::WaitCondition",
      DependsOn: "Live",
      Properties: { Handle: { Ref: "Handle" }, Timeout: "3600" },
    },
  };
  await update("cancelled", template(after));
  await reaches("cancelled", "UPDATE_IN_PROGRESS");
  await client.send(new CancelUpdateStackCommand({ StackName: "cancelled" }));
  await reaches("cancelled", "UPDATE_ROLLBACK_COMPLETE");
  const { channels = [] } = await server.clients().ivs.send(new ListChannelsCommand({}));
  expect(channels.map(({ name }) => name)).toContain("uncancelled");
  const cancel = new CancelUpdateStackCommand({ StackName: "cancelled" });
  expect(await outcomeOf(client.send(cancel))).toBe(
    "ValidationError: CancelUpdateStack cannot be called from current stack status",
  );
});

test("a nested stack that was being changed goes back as well", async () => {
  const { s3, ivs } = server.clients();
  await s3.send(new CreateBucketCommand({ Bucket: "inner" }));
  const nested = async (Key: string, resources: object) => {
    await s3.send(new PutObjectCommand({ Bucket: "inner", Key, Body: template(resources) }));
    const TemplateURL = `${server.endpoint}/inner/${Key}`;
    return template({ Child: { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL } } });
  };
  const Condition = {
    Type: "AWS::CloudFormation::WaitCondition",
    DependsOn: "Live",
    CreationPolicy: { ResourceSignal: { Timeout: "PT1H" } },
  };
  await create("outer", await nested("one.json", { Live: channel({ Name: "inner-one" }) }));
  await reaches("outer", "CREATE_COMPLETE");
  const two = await nested("two.json", { Live: channel({ Name: "inner-two" }), Condition });
  await update("outer", two);
  const child = new DescribeStackResourceCommand({
    StackName: "outer",
    LogicalResourceId: "Child",
  });
  const { StackResourceDetail } = await client.send(child);
  const StackName = StackResourceDetail?.PhysicalResourceId ?? "";
  await vi.waitFor(
    async () => expect(await eventsOf(client, StackName)).toContain("Condition CREATE_IN_PROGRESS"),
    { timeout: 10_000, interval: 50 },
  );
  await client.send(new CancelUpdateStackCommand({ StackName: "outer" }));
  const signal = { StackName, LogicalResourceId: "Condition", UniqueId: "one" };
  await client.send(new SignalResourceCommand({ ...signal, Status: "SUCCESS" }));
  await reaches("outer", "UPDATE_ROLLBACK_COMPLETE");
  const { channels = [] } = await ivs.send(new ListChannelsCommand({}));
  const names = channels.map(({ name }) => name);
  expect([names.includes("inner-one"), names.includes("inner-two")]).toEqual([true, false]);
});

test("a stack that is being created can be deleted", async () => {
  const Condition = {
    Type: "AWS::CloudFormation::WaitCondition",
    DependsOn: "Role",
    CreationPolicy: { ResourceSignal: { Timeout: "PT1H" } },
  };
  const { StackId = "" } = await create(
    "hasty",
    template({ Role: role({ RoleName: "hasty" }), Condition }),
  );
  await until(
    async () => (await eventsOf(client, StackId)).includes("Condition CREATE_IN_PROGRESS"),
    "the condition that nothing signals",
  );
  await client.send(new DeleteStackCommand({ StackName: "hasty" }));
  await reaches(StackId, "DELETE_COMPLETE");
  expect((await eventsOf(client, StackId)).slice(-6)).toEqual([
    "hasty DELETE_IN_PROGRESS",
    "Condition DELETE_IN_PROGRESS",
    "Condition DELETE_COMPLETE",
    "Role DELETE_IN_PROGRESS",
    "Role DELETE_COMPLETE",
    "hasty DELETE_COMPLETE",
  ]);
});

test("a rollback that fails goes on without what is skipped", async () => {
  const { iam } = server.clients();
  const first = template({
    Lost: role({ RoleName: "lost", Description: "one" }),
    Live: channel({ Name: "held" }),
  });
  await create("stuck", first);
  await reaches("stuck", "CREATE_COMPLETE");
  const Condition = {
    Type: "AWS::CloudFormation::WaitCondition",
    DependsOn: ["Lost", "Live"],
    CreationPolicy: { ResourceSignal: { Timeout: "PT3S" } },
  };
  const second = template({
    Lost: role({ RoleName: "lost", Description: "two" }),
    Live: channel({ Name: "changed" }),
    Condition,
  });
  await update("stuck", second);
  await vi.waitFor(async () => expect((await getRole("lost")).Role?.Description).toBe("two"));
  await iam.send(new DeleteRoleCommand({ RoleName: "lost" }));
  await reaches("stuck", "UPDATE_ROLLBACK_FAILED");
  const go = (ResourcesToSkip: string[]) =>
    client.send(new ContinueUpdateRollbackCommand({ StackName: "stuck", ResourcesToSkip }));
  expect(await outcomeOf(go(["Live"]))).toMatch(/^ValidationError: The following resources to sk/);
  await go(["Lost"]);
  await reaches("stuck", "UPDATE_ROLLBACK_COMPLETE");
  const { channels = [] } = await server.clients().ivs.send(new ListChannelsCommand({}));
  expect(channels.map(({ name }) => name)).toContain("held");
});

test("a deletion that fails is finished without what is retained", async () => {
  const { iam } = server.clients();
  await create("held", template({ Held: role({ RoleName: "held" }), Live: channel({}) }));
  await reaches("held", "CREATE_COMPLETE");
  const policy = { RoleName: "held", PolicyName: "of-another" };
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
  });
  await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }));
  const { StackId = "" } = await stackOf(client, "held");
  const remove = (RetainResources?: string[]) =>
    client.send(new DeleteStackCommand({ StackName: "held", RetainResources }));
  expect(await outcomeOf(remove(["Held"]))).toMatch(/^ValidationError/);
  await remove();
  await reaches("held", "DELETE_FAILED");
  await remove(["Held"]);
  await reaches(StackId, "DELETE_COMPLETE");
  expect((await eventsOf(client, StackId)).slice(-2)).toEqual([
    "Held DELETE_SKIPPED",
    "held DELETE_COMPLETE",
  ]);
  await iam.send(new DeleteRolePolicyCommand(policy));
  await iam.send(new DeleteRoleCommand({ RoleName: "held" }));
});

test("resources that are there already are imported", async () => {
  const { iam, ivs } = server.clients();
  const AssumeRolePolicyDocument = JSON.stringify(TRUST);
  await iam.send(new CreateRoleCommand({ RoleName: "found", AssumeRolePolicyDocument }));
  const made = await ivs.send(new CreateChannelCommand({ name: "found", tags: { by: "hand" } }));
  const arn = made.channel?.arn ?? "";
  const retained = { DeletionPolicy: "Retain" };
  const TemplateBody = template({
    Role: role({ RoleName: "found" }, retained),
    Live: channel({ Name: "found" }, retained),
  });
  const summary = await client.send(new GetTemplateSummaryCommand({ TemplateBody }));
  expect(summary.ResourceIdentifierSummaries).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ ResourceIdentifiers: ["RoleName"] }),
      expect.objectContaining({ ResourceIdentifiers: ["Arn"] }),
    ]),
  );
  const names = { StackName: "found", ChangeSetName: "import" };
  const entry = (LogicalResourceId: string, ResourceType: string, ResourceIdentifier: object) => ({
    ...{ LogicalResourceId, ResourceType },
    ResourceIdentifier: ResourceIdentifier as Record<string, string>,
  });
  const Tags = [{ Key: "team", Value: "live" }];
  const input = { ...names, Capabilities, TemplateBody, Tags, ChangeSetType: "IMPORT" as const };
  const role1 = entry("Role", "AWS::IAM::Role", { RoleName: "found" });
  expect(
    await outcomeOf(
      client.send(new CreateChangeSetCommand({ ...input, ResourcesToImport: [role1] })),
    ),
  ).toBe("ValidationError: Resources [Live] is missing from ResourceToImport list");
  const live = entry("Live", "AWS::IVS::Channel", { Arn: arn });
  await client.send(new CreateChangeSetCommand({ ...input, ResourcesToImport: [role1, live] }));
  await client.send(new ExecuteChangeSetCommand(names));
  await reaches("found", "IMPORT_COMPLETE");
  const events = await eventsOf(client, "found");
  expect(events.filter((event) => event.startsWith("Live"))).toEqual([
    ...["Live IMPORT_IN_PROGRESS", "Live IMPORT_COMPLETE"],
    ...["Live UPDATE_IN_PROGRESS", "Live UPDATE_COMPLETE"],
  ]);
  const { tags } = await ivs.send(new ListTagsForResourceCommand({ resourceArn: arn }));
  expect(tags).toMatchObject({
    ...{ by: "hand", team: "live" },
    "aws:cloudformation:stack-name": "found",
    "aws:cloudformation:logical-id": "Live",
  });
  const { StackResourceDetail } = await client.send(
    new DescribeStackResourceCommand({ StackName: "found", LogicalResourceId: "Live" }),
  );
  expect(StackResourceDetail?.PhysicalResourceId).toBe(arn);
  await update("found", TemplateBody.replace('"Name":"found"', '"Name":"renamed"'));
  await reaches("found", "UPDATE_COMPLETE");
});

test("values come from SSM, and a stack's tags reach its resources", async () => {
  const ssm = new SSMClient({ endpoint: server.endpoint, region: "us-east-1", credentials: ROOT });
  const put = (Name: string, Value: string) =>
    ssm.send(new PutParameterCommand({ Name, Value, Type: "String", Overwrite: true }));
  await put("/stack/name", "from-ssm");
  await put("/stack/latency", "NORMAL");
  const TemplateBody = template(
    {
      Live: channel({
        Name: { Ref: "Name" },
        LatencyMode: "{{resolve:ssm:/stack/latency}}",
        Tags: [{ Key: "own", Value: "1" }],
      }),
    },
    {
      Parameters: {
        Name: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/stack/name" },
      },
      Description: "Described",
    },
  );
  const Tags = [
    { Key: "team", Value: "live" },
    { Key: "own", Value: "2" },
  ];
  await create("valued", TemplateBody, { Tags });
  await reaches("valued", "CREATE_COMPLETE");
  const found = async () => {
    const { channels = [] } = await server.clients().ivs.send(new ListChannelsCommand({}));
    return channels.find(({ name }) => name?.startsWith("from-ssm"));
  };
  expect(await found()).toMatchObject({
    ...{ name: "from-ssm", latencyMode: "NORMAL" },
    tags: { team: "live", own: "1" },
  });
  const { Parameters } = await stackOf(client, "valued");
  expect(Parameters).toEqual([
    { ParameterKey: "Name", ParameterValue: "/stack/name", ResolvedValue: "from-ssm" },
  ]);
  await put("/stack/name", "from-ssm-again");
  await update("valued", TemplateBody, { Tags: [{ Key: "team", Value: "night" }] });
  await reaches("valued", "UPDATE_COMPLETE");
  expect(await found()).toMatchObject({
    name: "from-ssm-again",
    tags: { team: "night", own: "1" },
  });
  const valid = await client.send(new ValidateTemplateCommand({ TemplateBody }));
  expect([valid.Description, valid.Parameters?.[0]?.DefaultValue]).toEqual([
    "Described",
    "/stack/name",
  ]);
  const absent = template({ Live: channel({ Name: "{{resolve:ssm:/stack/absent}}" }) });
  const { StackId = "" } = await create("unresolved", absent);
  await reaches(StackId, "ROLLBACK_COMPLETE");
  const NotificationARNs = ["arn:aws:sns:us-east-1:000000000000:topic"];
  expect(await outcomeOf(create("notified", absent, { NotificationARNs }))).toBe(
    "NotImplemented: Rolecast doesn't implement CloudFormation's NotificationARNs.",
  );
});
