import {
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import {
  channel,
  cloudFormationOf,
  endedStack,
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
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
});
afterAll(() => server.close());

function create(StackName: string, more: Partial<CreateChangeSetCommandInput>) {
  const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
  const input = { StackName, ChangeSetName: "changes", Capabilities, ...more };
  return client.send(new CreateChangeSetCommand(input));
}

function describeChanges(StackName: string, IncludePropertyValues = false) {
  const input = { StackName, ChangeSetName: "changes", IncludePropertyValues };
  return client.send(new DescribeChangeSetCommand(input));
}

let sets = 0;
const part = (index: number, of: object) => ({
  "Fn::Select": [index, { "Fn::Split": [":", of] }],
});

function execute(StackName: string) {
  return client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: "changes" }));
}

test("a change set makes a stack, and another one changes it", async () => {
  const one = template({ Role: role(), Channel: channel({ Name: "one" }) });
  const { StackId = "" } = await create("sets", { ChangeSetType: "CREATE", TemplateBody: one });
  expect((await stackOf(client, "sets")).StackStatus).toBe("REVIEW_IN_PROGRESS");
  const made = await describeChanges("sets");
  expect([made.Status, made.ExecutionStatus]).toEqual(["CREATE_COMPLETE", "AVAILABLE"]);
  expect(made.Changes?.map(({ ResourceChange }) => ResourceChange)).toMatchObject([
    { Action: "Add", LogicalResourceId: "Channel", ResourceType: "AWS::IVS::Channel" },
    { Action: "Add", LogicalResourceId: "Role", ResourceType: "AWS::IAM::Role" },
  ]);
  await execute("sets");
  expect((await stackOf(client, "sets")).StackStatus).toBe("CREATE_COMPLETE");
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: "sets" }));
  expect(TemplateBody).toBe(one);

  await client.send(new DeleteChangeSetCommand({ StackName: "sets", ChangeSetName: "changes" }));
  expect(await outcomeOf(describeChanges("sets"))).toBe(
    "ChangeSetNotFoundException: ChangeSet [changes] does not exist",
  );
  const two = template({ Role: role({ RoleName: "sets-own" }), Channel: channel({ Name: "two" }) });
  await create("sets", { TemplateBody: two });
  const { Changes = [] } = await describeChanges("sets", true);
  expect(Changes.map(({ ResourceChange }) => ResourceChange)).toMatchObject([
    {
      Action: "Modify",
      LogicalResourceId: "Channel",
      Replacement: "False",
      Details: [
        {
          Target: {
            Name: "Name",
            RequiresRecreation: "Never",
            BeforeValue: "one",
            AfterValue: "two",
          },
        },
      ],
    },
    {
      Action: "Modify",
      LogicalResourceId: "Role",
      Replacement: "True",
      PolicyAction: "ReplaceAndDelete",
    },
  ]);
  await execute("sets");
  expect((await stackOf(client, "sets")).StackStatus).toBe("UPDATE_COMPLETE");
  expect((await eventsOf(client, StackId)).slice(0, 2)).toEqual([
    "sets REVIEW_IN_PROGRESS",
    "sets CREATE_IN_PROGRESS",
  ]);

  await client.send(new DeleteChangeSetCommand({ StackName: "sets", ChangeSetName: "changes" }));
  await create("sets", { TemplateBody: two });
  const empty = await describeChanges("sets");
  expect([empty.Status, empty.ExecutionStatus, empty.StatusReason]).toEqual([
    "FAILED",
    "UNAVAILABLE",
    "The submitted information didn't contain changes. Submit different information to " +
      "create a change set.",
  ]);
  expect(await outcomeOf(execute("sets"))).toBe(
    `InvalidChangeSetStatusException: ChangeSet [${empty.ChangeSetId}] cannot be executed in ` +
      "its current status of [FAILED]",
  );
});

test("requests that make no sense are refused in AWS's words", async () => {
  const body = template({ Role: role() });
  const created = await create("words", { ChangeSetType: "CREATE", TemplateBody: body });
  await execute("words");
  const refusals = await Promise.all([
    outcomeOf(create("absent", { TemplateBody: body })),
    outcomeOf(create("words", { ChangeSetType: "CREATE", TemplateBody: body })),
    outcomeOf(create("fresh", { ChangeSetType: "CREATE" })),
    outcomeOf(create("fresh", { ChangeSetType: "CREATE", TemplateBody: body, Capabilities: [] })),
    outcomeOf(
      create("fresh", {
        ChangeSetType: "CREATE",
        TemplateBody: template({ Any: { Type: "AWS::None::Such" } }),
      }),
    ),
    outcomeOf(create("words", { TemplateBody: body, OnStackFailure: "DELETE" })),
    outcomeOf(client.send(new DescribeChangeSetCommand({ ChangeSetName: "changes" }))),
    outcomeOf(client.send(new GetTemplateCommand({}))),
    outcomeOf(
      create("fresh", {
        ChangeSetType: "CREATE",
        TemplateBody: body,
        RoleARN: "arn:aws:iam::000000000000:role/absent",
      }),
    ),
  ]);
  expect(created.Id).toMatch(/^arn:aws:cloudformation:us-east-1:\d{12}:changeSet\/changes\//);
  expect(refusals).toEqual([
    "ValidationError: Stack [absent] does not exist",
    "ValidationError: Stack [words] already exists and cannot be created again with the " +
      "changeSet [changes].",
    "ValidationError: Either Template URL or Template Body must be specified.",
    "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]",
    "ValidationError: Template format error: Unrecognized resource types: [AWS::None::Such]",
    "ValidationError: OnStackFailure DELETE can be used with ChangeSetType CREATE only.",
    "ValidationError: StackName must be specified if ChangeSetName is not specified as an ARN.",
    "ValidationError: StackName is required if ChangeSetName is not specified.",
    "ValidationError: Role arn:aws:iam::000000000000:role/absent is invalid or cannot be assumed",
  ]);
});

test("what happens on failure is said once, in AWS's words", async () => {
  const TemplateBody = template({ Role: role() });
  await create("once", { ChangeSetType: "CREATE", TemplateBody, OnStackFailure: "DELETE" });
  const names = { StackName: "once", ChangeSetName: "changes" };
  const twice = new ExecuteChangeSetCommand({ ...names, DisableRollback: true });
  expect(await outcomeOf(client.send(twice))).toBe(
    "ValidationError: Either DisableRollback or OnStackFailure can be specified, but not both. " +
      "Validation error as OnStackFailure parameter was specified during CreateChangeSet.",
  );
});

const BY_HOOKS = (...hooks: string[]) =>
  `The following hook(s)/validation failed: [${hooks.join(", ")}]. To troubleshoot Early ` +
  "Validation errors, use the DescribeEvents API for detailed failure information.";
const EXISTENCE = "AWS::EarlyValidation::ResourceExistenceCheck";
const PROPERTIES = "AWS::EarlyValidation::PropertyValidation";

/** The events of a change set's validation. */
async function validationsOf(ChangeSetName = "", onlyFailed = true) {
  const Filters = { FailedEvents: onlyFailed };
  const { OperationEvents = [] } = await client.send(
    new DescribeEventsCommand({ ChangeSetName, Filters }),
  );
  return OperationEvents;
}

test("a change set fails early by names that are taken and properties that can't be", async () => {
  const { iam } = server.clients();
  const AssumeRolePolicyDocument = JSON.stringify(TRUST);
  await iam.send(new CreateRoleCommand({ RoleName: "taken", AssumeRolePolicyDocument }));
  const body = template({
    Taken: role({ RoleName: "taken" }),
    Free: role({ RoleName: "free" }),
    Wrong: channel({ LatencyMode: ["LOW"], Nmae: "x" }),
    Later: channel({ Name: { "Fn::GetAtt": ["Free", "Arn"] }, Authorized: { Ref: "Taken" } }),
  });
  const { Id, StackId } = await create("early", { ChangeSetType: "CREATE", TemplateBody: body });
  const made = await describeChanges("early");
  expect([made.Status, made.ExecutionStatus, made.StatusReason, made.Changes?.length]).toEqual([
    ...["FAILED", "UNAVAILABLE", BY_HOOKS(EXISTENCE, PROPERTIES), 4],
  ]);
  const [operation, ...errors] = await validationsOf(Id);
  expect(operation).toMatchObject({
    ...{ EventType: "STACK_EVENT", OperationType: "CREATE_CHANGESET", OperationStatus: "FAILED" },
  });
  const failure = { EventType: "VALIDATION_ERROR", StackId, OperationId: operation?.OperationId };
  const inForce = { ...failure, ValidationFailureMode: "FAIL", ValidationStatus: "FAILED" };
  expect(new Set(errors.map(({ EventId }) => EventId)).size).toBe(errors.length);
  expect(errors).toMatchObject([
    {
      ...inForce,
      ...{ LogicalResourceId: "Taken", ResourceType: "AWS::IAM::Role" },
      ...{ ValidationName: "NAME_CONFLICT_VALIDATION", ValidationPath: "/Resources/Taken" },
      ValidationStatusReason: expect.stringContaining("'taken' already exists"),
    },
    {
      ...inForce,
      ...{ LogicalResourceId: "Wrong", ValidationName: "PROPERTY_VALIDATION" },
      ValidationStatusReason: "#/LatencyMode: expected type: String, found: JSONArray",
      ValidationPath: "/Resources/Wrong/Properties/LatencyMode",
    },
    {
      ValidationStatusReason: "#: extraneous key [Nmae] is not permitted",
      ValidationPath: "/Resources/Wrong/Properties",
    },
  ]);
  expect(await outcomeOf(execute("early"))).toContain("InvalidChangeSetStatus");
});

test("a stack fails before its first resource, unless validation is disabled", async () => {
  const TemplateBody = template({
    First: channel(),
    Wrong: channel({ LatencyMode: ["LOW"] }, { DependsOn: "First" }),
    Taken: role({ RoleName: "taken" }, { DependsOn: "First" }),
  });
  const made = async (StackName: string, DisableValidation: boolean) => {
    const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
    const input = { StackName, TemplateBody, Capabilities, DisableValidation };
    await client.send(new CreateStackCommand(input));
    expect((await endedStack(client, StackName)).StackStatus).toBe("ROLLBACK_COMPLETE");
    return eventsOf(client, StackName);
  };
  const events = await made("foreseen", false);
  expect(events).toEqual(expect.arrayContaining(["Wrong CREATE_FAILED", "Taken CREATE_FAILED"]));
  expect(events.filter((event) => event.startsWith("First"))).toEqual([]);
  const { OperationEvents = [] } = await client.send(
    new DescribeEventsCommand({ StackName: "foreseen", Filters: { FailedEvents: true } }),
  );
  const failure = { EventType: "VALIDATION_ERROR", DetailedStatus: "VALIDATION_FAILED" };
  expect(OperationEvents).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        ...failure,
        ValidationName: "PROPERTY_VALIDATION",
        ValidationPath: "/Resources/Wrong/Properties/LatencyMode",
      }),
      expect.objectContaining({
        ...failure,
        ValidationName: "NAME_CONFLICT_VALIDATION",
        ValidationStatusReason:
          "Resource of type 'AWS::IAM::Role' with identifier 'taken' already exists.",
      }),
    ]),
  );
  expect(await made("unforeseen", true)).toContain("First CREATE_COMPLETE");
  const body = template({ Wrong: channel({ LatencyMode: ["LOW"] }) });
  const more = { ChangeSetType: "CREATE", TemplateBody: body, DisableValidation: true } as const;
  await create("unlooked", more);
  expect((await describeChanges("unlooked")).Status).toBe("CREATE_COMPLETE");
});

test("a bucket with objects warns a change set that removes it", async () => {
  const bucket = { Type: "AWS::S3::Bucket", Properties: { BucketName: "early-full" } };
  const resources = { Channel: channel(), Full: bucket };
  await create("emptying", { ChangeSetType: "CREATE", TemplateBody: template(resources) });
  await execute("emptying");
  const { s3 } = server.clients();
  await s3.send(new PutObjectCommand({ Bucket: "early-full", Key: "one", Body: "x" }));
  const TemplateBody = template({ Channel: channel() });
  const { Id } = await create("emptying", { ChangeSetName: "less", TemplateBody });
  expect(await validationsOf(Id)).toMatchObject([
    {
      ...{
        EventType: "VALIDATION_ERROR",
        LogicalResourceId: "Full",
        ValidationFailureMode: "WARN",
      },
      ...{ ValidationName: "BUCKET_EMPTINESS_VALIDATION", PhysicalResourceId: "early-full" },
    },
  ]);
  const [operation] = await validationsOf(Id, false);
  expect(operation).toMatchObject({ EventType: "STACK_EVENT", OperationStatus: "SUCCEEDED" });
});

test("a name isn't looked for by whoever may not read it", async () => {
  const { iam } = server.clients();
  const UserName = "early-reader";
  const Statement = [{ Effect: "Allow", Action: "cloudformation:*", Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "may", PolicyDocument }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = key ?? {};
  const reader = { accessKeyId, secretAccessKey };
  const input = { StackName: "unread", ChangeSetName: "changes", ChangeSetType: "CREATE" } as const;
  const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
  const TemplateBody = template({ Taken: role({ RoleName: "taken" }) });
  await cloudFormationOf(server, reader).send(
    new CreateChangeSetCommand({ ...input, Capabilities, TemplateBody }),
  );
  expect((await describeChanges("unread")).Status).toBe("CREATE_COMPLETE");
});

test("the name of an executed change set can be used again, and means the latest", async () => {
  const body = (Name: string) => template({ Channel: channel({ Name }) });
  const StackName = "named-again";
  const first = await create(StackName, { ChangeSetType: "CREATE", TemplateBody: body("one") });
  expect(
    await outcomeOf(create(StackName, { ChangeSetType: "CREATE", TemplateBody: body("1") })),
  ).toBe("AlreadyExistsException: ChangeSet changes cannot be created due to a mismatch");
  await execute(StackName);
  await endedStack(client, StackName);
  expect((await describeChanges(StackName)).ChangeSetId).toBe(first.Id);
  const second = await create(StackName, { TemplateBody: body("two") });
  expect((await describeChanges(StackName)).ChangeSetId).toBe(second.Id);
  const byArn = await client.send(new DescribeChangeSetCommand({ ChangeSetName: first.Id }));
  expect(byArn.ExecutionStatus).toBe("EXECUTE_COMPLETE");
  expect((await stackOf(client, StackName)).ChangeSetId).toBe(first.Id);
  await execute(StackName);
  expect((await endedStack(client, StackName)).ChangeSetId).toBe(second.Id);
});

test("a change set's macros need no capability, a stack's do", async () => {
  const TemplateBody = template(
    { "Fn::ForEach::Channels": ["Each", ["A", "B"], { "Channel${Each}": channel() }] },
    { Transform: "AWS::LanguageExtensions" },
  );
  const made = await create("macros", { ChangeSetType: "CREATE", TemplateBody, Capabilities: [] });
  const { Status, Changes, Capabilities } = await client.send(
    new DescribeChangeSetCommand({ ChangeSetName: made.Id }),
  );
  expect([Status, Changes?.length, Capabilities]).toEqual(["CREATE_COMPLETE", 2, []]);
  const stack = client.send(new CreateStackCommand({ StackName: "of-macros", TemplateBody }));
  expect(await outcomeOf(stack)).toBe(
    "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
  );
  await execute("macros");
  expect((await endedStack(client, "macros")).StackStatus).toBe("CREATE_COMPLETE");
});

test.each([
  ["a part of an attribute that isn't known yet", (arn: object) => part(4, arn)],
  [
    "a registry's address",
    (arn: object) => ({ "Fn::Join": ["", [part(4, arn), ".dkr.ecr.", part(3, arn)]] }),
  ],
  ["a text around it", (arn: object) => ({ "Fn::Sub": ["${Id}.dkr", { Id: part(4, arn) }] })],
])("a new resource can have %s", async (_what, value) => {
  const Value = value({ "Fn::GetAtt": ["Repository", "Arn"] });
  const TemplateBody = template(
    {
      Repository: { Type: "AWS::ECR::Repository" },
      Parameter: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value } },
      Named: {
        Type: "AWS::SSM::Parameter",
        Properties: { Type: "String", Name: Value, Value: "1" },
      },
    },
    { Outputs: { Value: { Value } } },
  );
  const made = await create(`parts-${sets++}`, { ChangeSetType: "CREATE", TemplateBody });
  const { Status } = await client.send(new DescribeChangeSetCommand({ ChangeSetName: made.Id }));
  expect(Status).toBe("CREATE_COMPLETE");
});

test("a parameter that names none of the Parameter Store is refused in AWS's words", async () => {
  const Parameters = { Given: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/none" } };
  const TemplateBody = template({ Channel: channel() }, { Parameters });
  expect(await outcomeOf(create("unnamed", { ChangeSetType: "CREATE", TemplateBody }))).toBe(
    "ValidationError: Parameter Given should either have input value or default value",
  );
  const stack = client.send(new CreateStackCommand({ StackName: "unnamed", TemplateBody }));
  expect(await outcomeOf(stack)).toBe(
    "ValidationError: Unable to fetch parameters [/none] from parameter store for this account.",
  );
});
