import {
  CreateStackCommand,
  CreateStackRefactorCommand,
  type CreateStackRefactorCommandInput,
  DeleteStackCommand,
  DescribeStackRefactorCommand,
  DescribeStackResourcesCommand,
  ExecuteStackRefactorCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStackRefactorActionsCommand,
  ListStackRefactorsCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { CreateRoleCommand, GetRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
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

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];

async function deployed(StackName: string, TemplateBody: string): Promise<void> {
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));
  expect((await stackOf(client, StackName)).StackStatus).toBe("CREATE_COMPLETE");
}

async function created(input: CreateStackRefactorCommandInput) {
  const { StackRefactorId } = await client.send(new CreateStackRefactorCommand(input));
  return client.send(new DescribeStackRefactorCommand({ StackRefactorId }));
}

async function executed(StackRefactorId: string | undefined) {
  await client.send(new ExecuteStackRefactorCommand({ StackRefactorId }));
  return client.send(new DescribeStackRefactorCommand({ StackRefactorId }));
}

async function resourcesOf(StackName: string) {
  const command = new DescribeStackResourcesCommand({ StackName });
  const { StackResources = [] } = await client.send(command);
  return Object.fromEntries(
    StackResources.map((each) => [each.LogicalResourceId, each.PhysicalResourceId]),
  );
}

const live = (roleName: unknown) => channel({ Name: roleName });

test("a resource gets another logical id, and stays what it is", async () => {
  const one = template({ Old: role(), Live: live({ Ref: "Old" }) });
  const two = template({ New: role(), Live: live({ Ref: "New" }) });
  await deployed("renamed", one);
  const before = await resourcesOf("renamed");
  const made = await created({
    StackDefinitions: [{ StackName: "renamed", TemplateBody: two }],
    ResourceMappings: [
      {
        Source: { StackName: "renamed", LogicalResourceId: "Old" },
        Destination: { StackName: "renamed", LogicalResourceId: "New" },
      },
    ],
  });
  expect([made.Status, made.StatusReason, made.ExecutionStatus]).toEqual([
    ...["CREATE_COMPLETE", undefined, "AVAILABLE"],
  ]);
  const { StackRefactorActions } = await client.send(
    new ListStackRefactorActionsCommand({ StackRefactorId: made.StackRefactorId }),
  );
  const StackName = made.StackIds?.[0];
  expect(StackRefactorActions).toMatchObject([
    {
      ...{ Action: "MOVE", Entity: "RESOURCE", Detection: "MANUAL" },
      PhysicalResourceId: before.Old,
      ResourceMapping: {
        Source: { StackName, LogicalResourceId: "Old" },
        Destination: { StackName, LogicalResourceId: "New" },
      },
    },
  ]);
  expect((await executed(made.StackRefactorId)).ExecutionStatus).toBe("EXECUTE_COMPLETE");
  expect(await resourcesOf("renamed")).toEqual({ New: before.Old, Live: before.Live });
  expect((await eventsOf(client, "renamed")).slice(-6)).toEqual([
    ...["renamed UPDATE_IN_PROGRESS", "Old EXPORT_IN_PROGRESS", "Old EXPORT_COMPLETE"],
    ...["New IMPORT_IN_PROGRESS", "New IMPORT_COMPLETE", "renamed UPDATE_COMPLETE"],
  ]);
  // The template is the stack's own from now on, and goes on from there.
  const same = client.send(
    new UpdateStackCommand({ StackName: "renamed", TemplateBody: two, Capabilities }),
  );
  expect(await outcomeOf(same)).toBe("ValidationError: No updates are to be performed.");
  const again = outcomeOf(executed(made.StackRefactorId));
  expect(await again).toMatch(/^ValidationError: .*\[EXECUTE_COMPLETE\]$/);
  await client.send(new DeleteStackCommand({ StackName: "renamed" }));
  const gone = server.clients().iam.send(new GetRoleCommand({ RoleName: before.Old }));
  expect(await outcomeOf(gone)).toMatch(/^NoSuchEntity/);
});

test("a stack that a refactor makes has no role that nobody passed to it", async () => {
  const { iam } = server.clients();
  const Service = "cloudformation.amazonaws.com";
  const trust = { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" };
  const allow = { Effect: "Allow", Action: "*", Resource: "*" };
  const document = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });
  const RoleName = "refactored-with";
  const AssumeRolePolicyDocument = document(trust);
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = document(allow);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument }));
  const TemplateBody = template({ Moved: role(), Kept: role() });
  const StackName = "with-role";
  const RoleARN = Role?.Arn;
  const stack = { StackName, TemplateBody, Capabilities, RoleARN };
  await client.send(new CreateStackCommand(stack));
  expect((await stackOf(client, StackName)).RoleARN).toBe(RoleARN);
  const made = await created({
    EnableStackCreation: true,
    StackDefinitions: [
      { StackName, TemplateBody: template({ Kept: role() }) },
      { StackName: "without-role", TemplateBody: template({ Moved: role() }) },
    ],
  });
  expect((await executed(made.StackRefactorId)).ExecutionStatus).toBe("EXECUTE_COMPLETE");
  expect((await stackOf(client, "without-role")).RoleARN).toBeUndefined();
});

test("resources move between stacks, with what they export to each other", async () => {
  const whole = template({ Role: role(), Live: live({ Ref: "Role" }), Kept: role() });
  await deployed("whole", whole);
  const before = await resourcesOf("whole");
  const Outputs = { Role: { Value: { Ref: "Role" }, Export: { Name: "moved-role" } } };
  const input: CreateStackRefactorCommandInput = {
    Description: "parts",
    EnableStackCreation: true,
    StackDefinitions: [
      {
        StackName: "whole",
        TemplateBody: template({ Live: live({ "Fn::ImportValue": "moved-role" }), Kept: role() }),
      },
      { StackName: "part", TemplateBody: template({ Role: role() }, { Outputs }) },
    ],
  };
  const made = await created(input);
  expect([made.Status, made.StatusReason]).toEqual(["CREATE_COMPLETE", undefined]);
  const { StackRefactorActions: actions = [] } = await client.send(
    new ListStackRefactorActionsCommand({ StackRefactorId: made.StackRefactorId }),
  );
  expect(actions.map(({ Action, Entity, Detection }) => [Action, Entity, Detection])).toEqual([
    ["CREATE", "STACK", undefined],
    ["MOVE", "RESOURCE", "AUTO"],
  ]);
  const done = await executed(made.StackRefactorId);
  expect(done.ExecutionStatus).toBe("EXECUTE_COMPLETE");
  const part = await stackOf(client, "part");
  expect([part.StackStatus, part.StackId]).toEqual(["CREATE_COMPLETE", made.StackIds?.[1]]);
  expect(await resourcesOf("part")).toEqual({ Role: before.Role });
  expect(await resourcesOf("whole")).toEqual({ Live: before.Live, Kept: before.Kept });
  const { Exports } = await client.send(new ListExportsCommand({}));
  expect(Exports).toMatchObject([{ Name: "moved-role", Value: before.Role }]);
  const { Imports } = await client.send(new ListImportsCommand({ ExportName: "moved-role" }));
  expect(Imports).toEqual(["whole"]);
  // And back again; the exporting stack keeps a resource of its own.
  const TemplateBody = template({ Role: role(), Other: live("other") }, { Outputs });
  const StackName = "part";
  await client.send(new UpdateStackCommand({ StackName, TemplateBody, Capabilities }));
  const back = await created({
    StackDefinitions: [
      { StackName: "whole", TemplateBody: whole },
      { StackName, TemplateBody: template({ Other: live("other") }) },
    ],
  });
  expect((await executed(back.StackRefactorId)).ExecutionStatus).toBe("EXECUTE_COMPLETE");
  expect(await resourcesOf("whole")).toEqual(before);
  const { StackRefactorSummaries: all = [] } = await client.send(
    new ListStackRefactorsCommand({ ExecutionStatusFilter: ["EXECUTE_COMPLETE"] }),
  );
  expect(all[0]?.StackRefactorId).toBe(back.StackRefactorId);
  expect(all[1]?.Description).toBe("parts");
});

test("what isn't a move is refused, and a refactor of changed stacks is obsolete", async () => {
  const one = template({ Role: role({ Description: "one" }), Live: live("refused") });
  await deployed("refused", one);
  const reasonOf = async (TemplateBody: string, StackName = "refused") => {
    const made = await created({ StackDefinitions: [{ StackName, TemplateBody }] });
    expect([made.Status, made.ExecutionStatus]).toEqual(["CREATE_FAILED", "UNAVAILABLE"]);
    return made.StatusReason;
  };
  const reasons = [
    await reasonOf(one),
    await reasonOf(template({ Role: role({ Description: "one" }) })),
    await reasonOf(template({ Role: role({ Description: "two" }), Live: live("refused") })),
    await reasonOf(one, "absent"),
    await reasonOf("{}"),
  ];
  expect(reasons).toEqual([
    "The stack definitions move no resource.",
    "A stack refactor only moves resources, and these templates remove: [refused.Live]",
    "A stack refactor only moves resources, and these templates change: [refused.Role]",
    "Stack with id absent does not exist",
    "Template format error: At least one Resources member must be defined.",
  ]);
  const twice = { StackName: "refused", TemplateBody: one };
  const refactoring = client.send(
    new CreateStackRefactorCommand({ StackDefinitions: [twice, twice] }),
  );
  await expect(refactoring).rejects.toThrow(
    "Each stack can be defined only once in a stack refactor.",
  );
  const renamed = template({ Other: role({ Description: "one" }), Live: live("refused") });
  const made = await created({
    StackDefinitions: [{ StackName: "refused", TemplateBody: renamed }],
    ResourceMappings: [
      {
        Source: { StackName: "refused", LogicalResourceId: "Role" },
        Destination: { StackName: "refused", LogicalResourceId: "Other" },
      },
    ],
  });
  const next = template({ Role: role({ Description: "next" }), Live: live("refused") });
  const StackName = "refused";
  await client.send(new UpdateStackCommand({ StackName, TemplateBody: next, Capabilities }));
  expect(await outcomeOf(executed(made.StackRefactorId))).toMatch(/\[OBSOLETE\]$/);
  const unknown = client.send(new DescribeStackRefactorCommand({ StackRefactorId: "none" }));
  expect(await outcomeOf(unknown)).toMatch(/^StackRefactorNotFoundException/);
});
