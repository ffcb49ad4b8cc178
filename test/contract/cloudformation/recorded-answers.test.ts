import {
  CreateChangeSetCommand,
  CreateStackCommand,
  CreateStackSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeAccountLimitsCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  DescribeTypeCommand,
  EstimateTemplateCostCommand,
  ExecuteChangeSetCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  ListChangeSetsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  ListTypesCommand,
  SetStackPolicyCommand,
  type StackStatus,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { channel, cloudFormationOf, outcomeOf, role, stackOf, template } from "./support.ts";

/*
 * What AWS answers, member by member, where it was recorded: which members a stack or change set
 * has in which state, and which of its several sentences an operation uses.
 */

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
});
afterAll(() => server.close());

const ONE = template({ Channel: channel({ Name: "one" }) });
const TWO = template({ Channel: channel({ Name: "two" }) });

function create(StackName: string, TemplateBody = ONE, more: object = {}) {
  return client.send(new CreateStackCommand({ StackName, TemplateBody, ...more }));
}

function update(StackName: string, TemplateBody: string, more: object = {}) {
  return client.send(new UpdateStackCommand({ StackName, TemplateBody, ...more }));
}

function propose(StackName: string, ChangeSetName: string, TemplateBody = ONE, isNew = true) {
  const ChangeSetType = isNew ? ("CREATE" as const) : ("UPDATE" as const);
  const Capabilities = ["CAPABILITY_AUTO_EXPAND" as const];
  const input = { StackName, ChangeSetName, TemplateBody, ChangeSetType, Capabilities };
  return client.send(new CreateChangeSetCommand(input));
}

function describeSet(ChangeSetName: string, StackName?: string) {
  return client.send(new DescribeChangeSetCommand({ ChangeSetName, StackName }));
}

function execute(ChangeSetName: string) {
  return client.send(new ExecuteChangeSetCommand({ ChangeSetName }));
}

function remove(StackName: string) {
  return client.send(new DeleteStackCommand({ StackName }));
}

test("which members a stack has follows from how it became what it is", async () => {
  const { Id = "", StackId = "" } = await propose("members", "first");
  await execute(Id);
  const made = await stackOf(client, "members");
  expect(made).toMatchObject({ ChangeSetId: Id, LastUpdatedTime: expect.any(Date) });

  await update("members", TWO);
  expect(await stackOf(client, "members")).not.toHaveProperty("ChangeSetId");

  await remove("members");
  const gone = await stackOf(client, StackId);
  expect(gone.DeletionTime).toBeInstanceOf(Date);
  expect(gone).not.toHaveProperty("ChangeSetId");
  expect(gone).not.toHaveProperty("EnableTerminationProtection");
});

test("a creation that is rolled back has a time of deletion", async () => {
  const broken = template({ Role: role({ ManagedPolicyArns: ["arn:aws:iam::aws:policy/None"] }) });
  await create("undone", broken, { Capabilities: ["CAPABILITY_IAM"] });
  const { StackStatus, DeletionTime } = await stackOf(client, "undone");
  expect([StackStatus, DeletionTime]).toEqual(["ROLLBACK_COMPLETE", expect.any(Date)]);
});

test("an update without capabilities keeps those that the stack has", async () => {
  await create("capable", ONE, { Capabilities: ["CAPABILITY_IAM"] });
  await update("capable", TWO);
  expect((await stackOf(client, "capable")).Capabilities).toEqual(["CAPABILITY_IAM"]);
});

test("CreateStack makes a stack in review, and its change sets are obsolete", async () => {
  const { Id = "", StackId } = await propose("review", "waiting");
  expect((await create("review")).StackId).toBe(StackId);
  expect((await stackOf(client, "review")).StackStatus).toBe("CREATE_COMPLETE");
  expect((await describeSet(Id)).ExecutionStatus).toBe("OBSOLETE");

  const next = await propose("review", "next", TWO, false);
  await update("review", template({ Channel: channel({ Name: "three" }) }));
  expect(await outcomeOf(execute(next.Id ?? ""))).toContain("InvalidChangeSetStatus");
});

test("a change set says and lists what AWS's does", async () => {
  const { Id = "" } = await propose("listed", "first");
  expect(await describeSet(Id)).not.toHaveProperty("ImportExistingResources");
  await execute(Id);
  await propose("listed", "second", TWO, false);
  const input = { StackName: "listed" };
  const { Summaries = [] } = await client.send(new ListChangeSetsCommand(input));
  expect(Summaries.map(({ ChangeSetName }) => ChangeSetName)).toEqual(["second"]);
});

test("a parameter in metadata and tags is named as the cause of their change", async () => {
  const body = template(
    {
      Channel: channel(
        { Tags: [{ Key: "secret", Value: { Ref: "Secret" } }] },
        { Metadata: { Secret: { Ref: "Secret" } } },
      ),
    },
    { Parameters: { Secret: { Type: "String" } } },
  );
  const secret = (ParameterValue: string) => ({
    Parameters: [{ ParameterKey: "Secret", ParameterValue }],
  });
  await create("caused", body, secret("one"));
  const input = { StackName: "caused", ChangeSetName: "next", TemplateBody: body };
  await client.send(new CreateChangeSetCommand({ ...input, ...secret("two") }));
  const [change] = (await describeSet("next", "caused")).Changes ?? [];
  expect(change?.ResourceChange?.Scope).toEqual(["Metadata", "Properties"]);
  const details = change?.ResourceChange?.Details ?? [];
  expect(
    details.map(({ Target, ChangeSource, Evaluation }) =>
      [Target?.Attribute, Target?.Name ?? "-", ChangeSource, Evaluation].join(" "),
    ),
  ).toEqual([
    "Metadata - ParameterReference Static",
    "Metadata - DirectModification Dynamic",
    "Properties Tags ParameterReference Static",
    "Properties Tags DirectModification Dynamic",
  ]);
});

test("a transform that fails is a change set's end, of a stack in review", async () => {
  const including = {
    Type: "AWS::IVS::Channel",
    Properties: {
      "Fn::Transform": { Name: "AWS::Include", Parameters: { Location: "s3://absent-one/a.yml" } },
    },
  };
  const body = template({ Channel: including });
  await propose("included", "failing", body);
  const { Status, ExecutionStatus, StatusReason } = await describeSet("failing", "included");
  expect([Status, ExecutionStatus, StatusReason]).toEqual([
    "FAILED",
    "UNAVAILABLE",
    "Transform AWS::Include failed with: S3 bucket [absent-one] does not exist.",
  ]);
  expect((await stackOf(client, "included")).StackStatus).toBe("REVIEW_IN_PROGRESS");
});

test("the events of a cleanup come without properties", async () => {
  await create("clean", template({ Channel: channel(), Other: channel() }));
  await update("clean", template({ Channel: channel() }));
  const input = { StackName: "clean" };
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand(input));
  const removals = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.startsWith("DELETE"));
  expect(removals).toHaveLength(2);
  for (const event of removals) {
    expect(event).not.toHaveProperty("ResourceProperties");
    expect(event.EventId).toMatch(/^Other-[0-9a-f]{8}-[0-9a-f-]{27}$/);
  }
});

test("an empty stack policy is one", async () => {
  await create("policy");
  const StackName = "policy";
  await client.send(new SetStackPolicyCommand({ StackName, StackPolicyBody: "{}" }));
  const { StackPolicyBody } = await client.send(new GetStackPolicyCommand({ StackName }));
  expect(StackPolicyBody).toBe("{}");
});

test("refusals have AWS's sentences", async () => {
  const { StackId = "" } = await create("gone");
  await remove("gone");
  const { StackId: there = "" } = await create("there");
  const unknown = "arn:aws:cloudformation:us-east-1:000000000000:changeSet/none/d065e78c";
  const byUrl = (TemplateURL: string) =>
    client.send(new CreateStackCommand({ StackName: "by-url", TemplateURL }));
  const dropSet = (input: object) =>
    client.send(new DeleteChangeSetCommand({ ChangeSetName: "none", ...input }));
  const triggers = (Type: string, Arn: string) =>
    update("there", TWO, { RollbackConfiguration: { RollbackTriggers: [{ Type, Arn }] } });
  const alarm = "arn:aws:cloudwatch:us-east-1:123456789012";
  const NAME = { Type: "String", Default: "old" };
  const table: readonly (readonly [Promise<unknown>, string])[] = [
    [
      create("flat", JSON.stringify({ Resources: "" })),
      "ValidationError: Template format error: Any Resources member must be an object.",
    ],
    [
      propose(StackId, "revived"),
      `ValidationError: Stack [${StackId}] already exists and cannot be created again with ` +
        "the changeSet [revived].",
    ],
    [describeSet("none", "nowhere"), "ValidationError: Stack [nowhere] does not exist"],
    [dropSet({ StackName: "nowhere" }), "ValidationError: Stack [nowhere] does not exist"],
    [dropSet({ StackName: "there" }), "done"],
    [
      client.send(new GetTemplateCommand({ ChangeSetName: "none" })),
      "ValidationError: StackName is a required parameter.",
    ],
    [
      client.send(
        new DescribeStackResourceCommand({ StackName: there, LogicalResourceId: "None" }),
      ),
      `ValidationError: Resource None does not exist for stack ${there}`,
    ],
    [
      client.send(
        new DescribeStackResourceCommand({ StackName: "nowhere", LogicalResourceId: "None" }),
      ),
      "ValidationError: Stack 'nowhere' does not exist",
    ],
    [
      client.send(new DescribeStackResourcesCommand({ StackName: "nowhere" })),
      "ValidationError: Stack with id nowhere does not exist",
    ],
    [
      client.send(new DescribeStackResourcesCommand({ PhysicalResourceId: "vol-1" })),
      "ValidationError: Stack for vol-1 does not exist",
    ],
    [
      byUrl("s3://bucket/template.yml"),
      "ValidationError: S3 error: Domain name specified in bucket is not a valid S3 domain",
    ],
    [
      byUrl("https://example.com/template.yml"),
      "ValidationError: TemplateURL must be a supported URL.",
    ],
    [
      update("there", TWO, { UsePreviousTemplate: true }),
      "ValidationError: You cannot specify both usePreviousTemplate and Template Body/" +
        "Template URL.",
    ],
    [
      update("there", template({ Channel: channel() }, { Parameters: { Name: NAME } }), {
        Parameters: [{ ParameterKey: "Name", ParameterValue: "new", UsePreviousValue: true }],
      }),
      "ValidationError: Invalid input for parameter key Name. Cannot specify usePreviousValue as " +
        "true and non empty value for a parameter",
    ],
    [triggers("Another", "x"), "ValidationError: Rollback Trigger Type not supported"],
    [
      triggers("AWS::CloudWatch::Alarm", `${alarm}:name`),
      "ValidationError: RelativeId of a Rollback Trigger's ARN is incorrect",
    ],
    [triggers("AWS::CloudWatch::Alarm", `${alarm}:alarm:name`), "done"],
  ];
  expect(await Promise.all(table.map(([sent]) => outcomeOf(sent)))).toEqual(
    table.map(([, text]) => text),
  );
  const missing: unknown = await describeSet(unknown).catch((error: unknown) => error);
  expect(missing).toMatchObject({ $metadata: { httpStatusCode: 404 } });
});

test("the registry, the quotas and a stack's resources are read", async () => {
  await create("readable", ONE);
  const { StackResourceSummaries } = await client.send(
    new ListStackResourcesCommand({ StackName: "readable" }),
  );
  expect(StackResourceSummaries).toMatchObject([
    { LogicalResourceId: "Channel", ResourceType: "AWS::IVS::Channel" },
  ]);
  const Filters = { TypeNamePrefix: "AWS::IVS::Ch" };
  const { TypeSummaries = [] } = await client.send(
    new ListTypesCommand({ Visibility: "PUBLIC", Filters }),
  );
  expect(TypeSummaries.map(({ TypeName }) => TypeName)).toEqual(["AWS::IVS::Channel"]);
  const { Schema = "" } = await client.send(
    new DescribeTypeCommand({ Type: "RESOURCE", TypeName: "AWS::S3::Bucket" }),
  );
  expect(JSON.parse(Schema)).toMatchObject({
    typeName: "AWS::S3::Bucket",
    primaryIdentifier: ["/properties/BucketName"],
  });
  const { AccountLimits } = await client.send(new DescribeAccountLimitsCommand({}));
  expect(AccountLimits).toContainEqual({ Name: "StackLimit", Value: 2_000 });
  const { Url } = await client.send(new EstimateTemplateCostCommand({ TemplateBody: ONE }));
  expect(Url).toMatch(/^https:/);
});

const CIRCLE = template({
  A: { ...channel(), DependsOn: "B" },
  B: { ...channel(), DependsOn: "A" },
});
const tagged = (Key: string, Value: string) => create("tagged", ONE, { Tags: [{ Key, Value }] });
test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "a tag of AWS's",
    () => tagged("aws:own", "1"),
    /^ValidationError: aws: prefixed tag key names are not allowed for external use\.$/,
  ],
  [
    "a circle, by ValidateTemplate too",
    () => client.send(new ValidateTemplateCommand({ TemplateBody: CIRCLE })),
    /^ValidationError: Circular dependency between resources: \[A, B\]$/,
  ],
  [
    "a mapping that there isn't",
    () =>
      create("unmapped", template({ C: channel({ Name: { "Fn::FindInMap": ["M", "a", "b"] } }) })),
    /^ValidationError: Template error: Mapping named 'M' is not present in the 'Mappings' section/,
  ],
  [
    "a summary of a stack and of a template",
    () => client.send(new GetTemplateSummaryCommand({ StackName: "any", TemplateBody: ONE })),
    /^ValidationError: You can specify only one of StackName, TemplateBody or TemplateURL\.$/,
  ],
  ["a tag's empty key", () => tagged("", "1"), /Value '' at 'tags\.1\.member\.key' .* equal to 1/],
  ["a tag's empty value", () => tagged("key", ""), /'tags\.1\.member\.value' .* equal to 1$/],
  ["a tag's long value", () => tagged("key", "x".repeat(257)), /less than or equal to 256$/],
  [
    "a status that stacks don't have",
    () => client.send(new ListStacksCommand({ StackStatusFilter: ["GONE" as StackStatus] })),
    /'stackStatusFilter' failed .*enum value set: \[CREATE_IN_PROGRESS, /,
  ],
  [
    "an empty page",
    () => client.send(new ListTypesCommand({ MaxResults: 0 })),
    /'maxResults' failed .*greater than or equal to 1$/,
  ],
])("%s is refused as by AWS", async (_, send, text) => {
  expect(await outcomeOf(send())).toMatch(text);
});

test.each<[string, () => Promise<unknown>, string]>([
  [
    "stack sets",
    () => client.send(new CreateStackSetCommand({ StackSetName: "set", TemplateBody: ONE })),
    "CreateStackSet",
  ],
  [
    "macros",
    () => create("macros", template({ M: { Type: "AWS::CloudFormation::Macro" } })),
    "Unrecognized resource types: [AWS::CloudFormation::Macro]",
  ],
  [
    "transforms by macros",
    () => {
      const TemplateBody = template({ Channel: channel() }, { Transform: "Own::Macro" });
      const Capabilities = ["CAPABILITY_AUTO_EXPAND" as const];
      return client.send(new CreateStackCommand({ StackName: "own", TemplateBody, Capabilities }));
    },
    "No transform named Own::Macro found.",
  ],
])("%s are refused by name", async (_, send, text) => {
  expect(await outcomeOf(send())).toContain(text);
});
