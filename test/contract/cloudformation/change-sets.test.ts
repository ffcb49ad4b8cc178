import {
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
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
    "ValidationError: StackName must be specified if ChangeSetName is not specified as an ARN.",
    "ValidationError: StackName is required if ChangeSetName is not specified.",
    "ValidationError: Role arn:aws:iam::000000000000:role/absent is invalid or cannot be assumed",
  ]);
});
