import {
  type Change,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
  ListStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { channel, cloudFormationOf, outcomeOf, role, stackOf, template } from "./support.ts";

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
  await server.clients().s3.send(new CreateBucketCommand({ Bucket: "trees" }));
});
afterAll(() => server.close());

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];

async function stored(Key: string, Body: string): Promise<string> {
  await server.clients().s3.send(new PutObjectCommand({ Bucket: "trees", Key, Body }));
  return `${server.endpoint}/trees/${Key}`;
}

function nested(TemplateURL: string, Parameters: object = {}) {
  return { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL, Parameters } };
}

const leaf = (latency: string) =>
  template(
    { Live: channel({ LatencyMode: latency, Name: { Ref: "Name" } }) },
    { Parameters: { Name: { Type: "String", MaxLength: 20 } } },
  );

/** A stack of a role and of two nested stacks: one by a parameter, one with another one inside. */
async function tree(prefix: string, latency = "LOW"): Promise<string> {
  const leafUrl = await stored(`${prefix}-leaf-${latency}.json`, leaf(latency));
  const middle = template({ Leaf: nested(leafUrl, { Name: "deep" }) });
  const middleUrl = await stored(`${prefix}-middle-${latency}.json`, middle);
  const fixedUrl = await stored(`${prefix}-fixed.json`, leaf("NORMAL"));
  return template({
    Role: role(),
    Middle: nested(middleUrl),
    Fixed: nested(fixedUrl, {
      Name: { "Fn::Select": [1, { "Fn::Split": ["-", { Ref: "Role" }] }] },
    }),
  });
}

function create(StackName: string, more: Partial<CreateChangeSetCommandInput>) {
  const input = { StackName, ChangeSetName: "tree", Capabilities, IncludeNestedStacks: true };
  return client.send(new CreateChangeSetCommand({ ...input, ...more }));
}

function describeOf(StackName: string | undefined, ChangeSetName = "tree") {
  return client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
}

const execute = (StackName: string) =>
  client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: "tree" }));

function changeOf(changes: readonly Change[] = [], id: string) {
  return changes.find(({ ResourceChange }) => ResourceChange?.LogicalResourceId === id)
    ?.ResourceChange;
}

test("change sets of nested stacks are made and executed with their root's", async () => {
  await create("tree", { ChangeSetType: "CREATE", TemplateBody: await tree("one") });
  const root = await describeOf("tree");
  expect([root.Status, root.IncludeNestedStacks, root.ParentChangeSetId]).toEqual([
    ...["CREATE_COMPLETE", true, undefined],
  ]);
  const change = changeOf(root.Changes, "Middle");
  expect(change?.Action).toBe("Add");
  expect(change?.ChangeSetId).toMatch(/changeSet\/tree-Middle-[A-Z0-9]{12}\//);
  const middle = await describeOf(change?.PhysicalResourceId, change?.ChangeSetId);
  expect(middle).toMatchObject({
    ...{ Status: "CREATE_COMPLETE", ExecutionStatus: "AVAILABLE", IncludeNestedStacks: true },
    ...{ ParentChangeSetId: root.ChangeSetId, RootChangeSetId: root.ChangeSetId },
    StackId: change?.PhysicalResourceId,
  });
  const leafChange = changeOf(middle.Changes, "Leaf");
  const deep = await describeOf(undefined, leafChange?.ChangeSetId);
  expect([deep.ParentChangeSetId, deep.RootChangeSetId]).toEqual([
    ...[middle.ChangeSetId, root.ChangeSetId],
  ]);
  expect(changeOf(deep.Changes, "Live")?.Action).toBe("Add");
  const review = await stackOf(client, middle.StackId ?? "");
  const { StackId } = await stackOf(client, "tree");
  expect([review.StackStatus, review.ParentId, review.RootId]).toEqual([
    ...["REVIEW_IN_PROGRESS", StackId, StackId],
  ]);
  const fixed = changeOf(root.Changes, "Fixed");
  const unknown = await describeOf(undefined, fixed?.ChangeSetId);
  expect(unknown.Parameters?.[0]?.ParameterValue).toContain("{{changeSet:KNOWN_AFTER_APPLY}}");

  const alone = { ChangeSetName: middle.ChangeSetId ?? "" };
  for (const refused of [new ExecuteChangeSetCommand(alone), new DeleteChangeSetCommand(alone)])
    expect(await outcomeOf(client.send(refused as ExecuteChangeSetCommand))).toMatch(
      /^ValidationError: ChangeSet \[.*\] belongs to a nested stack and can only be .*root/,
    );

  await execute("tree");
  expect((await stackOf(client, "tree")).StackStatus).toBe("CREATE_COMPLETE");
  const made = await stackOf(client, middle.StackId ?? "");
  expect([made.StackStatus, made.ChangeSetId]).toEqual(["CREATE_COMPLETE", middle.ChangeSetId]);
  expect((await describeOf(undefined, deep.ChangeSetId)).ExecutionStatus).toBe("EXECUTE_COMPLETE");

  // Only the leaf changes: the other nested stack isn't listed, and stays as it is.
  const next = await tree("one", "NORMAL");
  await client.send(new DeleteChangeSetCommand({ StackName: "tree", ChangeSetName: "tree" }));
  await create("tree", { TemplateBody: next });
  const second = await describeOf("tree");
  expect(second.Changes?.map(({ ResourceChange }) => ResourceChange?.LogicalResourceId)).toEqual([
    "Middle",
  ]);
  const inner = await describeOf(undefined, changeOf(second.Changes, "Middle")?.ChangeSetId);
  const innermost = await describeOf(undefined, changeOf(inner.Changes, "Leaf")?.ChangeSetId);
  expect(changeOf(innermost.Changes, "Live")).toMatchObject({
    Action: "Modify",
    Scope: ["Properties"],
  });
  // The templates are those that the change set was made of.
  await stored("one-leaf-NORMAL.json", "{}");
  await execute("tree");
  const after = await stackOf(client, deep.StackId ?? "");
  expect([after.StackStatus, after.ChangeSetId]).toEqual([
    "UPDATE_COMPLETE",
    innermost.ChangeSetId,
  ]);
  expect((await stackOf(client, unknown.StackId ?? "")).StackStatus).toBe("CREATE_COMPLETE");
});

test("a nested change set that fails fails the others around it", async () => {
  const bad = await stored("bad.json", leaf("LOW"));
  const TemplateBody = template({ Bad: nested(bad, { Name: "longer than twenty characters" }) });
  await create("failing", { ChangeSetType: "CREATE", TemplateBody });
  const root = await describeOf("failing");
  const change = changeOf(root.Changes, "Bad");
  expect([root.Status, root.ExecutionStatus, root.StatusReason]).toEqual([
    ...["FAILED", "UNAVAILABLE"],
    `Nested change set ${change?.ChangeSetId} was not successfully created: Currently in FAILED.`,
  ]);
  const child = await describeOf(undefined, change?.ChangeSetId);
  expect([child.Status, child.StatusReason]).toEqual([
    ...["FAILED", "Parameter 'Name' must contain at most 20 characters"],
  ]);
});

test("stacks in review go with the change set, or the stack, that announces them", async () => {
  const reviews = async (front: string) => {
    const command = new ListStacksCommand({ StackStatusFilter: ["REVIEW_IN_PROGRESS"] });
    const { StackSummaries = [] } = await client.send(command);
    return StackSummaries.filter(({ StackName = "" }) => StackName.startsWith(front)).length;
  };
  const TemplateBody = await tree("two");
  await create("gone", { ChangeSetType: "CREATE", TemplateBody });
  expect(await reviews("gone")).toBe(4);
  await client.send(new DeleteChangeSetCommand({ StackName: "gone", ChangeSetName: "tree" }));
  expect(await reviews("gone")).toBe(1);
  await create("gone", { ChangeSetType: "CREATE", TemplateBody });
  await client.send(new DeleteStackCommand({ StackName: "gone" }));
  expect(await reviews("gone")).toBe(0);
  // Those that another change set of the stack announced go, too.
  await create("many", { ChangeSetType: "CREATE", TemplateBody });
  await create("many", { ChangeSetType: "CREATE", TemplateBody, ChangeSetName: "other" });
  expect(await reviews("many")).toBe(7);
  await execute("many");
  expect(await reviews("many")).toBe(0);
  const { Summaries = [] } = await client.send(new ListChangeSetsCommand({ StackName: "many" }));
  expect(Summaries).toEqual([]);
});

test("what a failed execution never came to is forgotten", async () => {
  const url = await stored("late.json", leaf("LOW"));
  const TemplateBody = template({
    First: channel({ Name: "no/name" }),
    Late: { ...nested(url, { Name: "late" }), DependsOn: "First" },
  });
  await create("stopped", { ChangeSetType: "CREATE", TemplateBody });
  const late = changeOf((await describeOf("stopped")).Changes, "Late");
  await execute("stopped");
  expect((await stackOf(client, "stopped")).StackStatus).toBe("ROLLBACK_COMPLETE");
  expect((await stackOf(client, late?.PhysicalResourceId ?? "")).StackStatus).toBe(
    "DELETE_COMPLETE",
  );
});

test("a template that nests itself comes to an end", async () => {
  const url = `${server.endpoint}/trees/self.json`;
  await stored("self.json", template({ Self: nested(url) }));
  const TemplateBody = template({ Self: nested(url) });
  await create("endless", { ChangeSetType: "CREATE", TemplateBody });
  expect((await describeOf("endless")).Status).toBe("FAILED");
  const StackName = "endless-too";
  await client.send(new CreateStackCommand({ StackName, TemplateBody, OnFailure: "DELETE" }));
  const { StackSummaries = [] } = await client.send(new ListStacksCommand({}));
  const depth = StackSummaries.filter((stack) => stack.StackName?.startsWith(StackName)).length;
  expect(depth).toBeGreaterThan(10);
  expect(depth).toBeLessThan(20);
});
