import {
  type Change,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  CreateStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { GetRoleCommand, UpdateRoleCommand } from "@aws-sdk/client-iam";
import { DeleteParameterCommand, GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { channel, cloudFormationOf, outcomeOf, role, stackOf, template } from "./support.ts";

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;
let ssm: SSMClient;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
  const { endpoint } = server;
  ssm = new SSMClient({ endpoint, region: "us-east-1", credentials: ROOT });
});
afterAll(() => server.close());

const Capabilities = ["CAPABILITY_NAMED_IAM" as const];

function resources(name: string, described: string, hours = 1) {
  return {
    Kept: role({ RoleName: `${name}-kept`, Description: "as declared" }),
    Drifted: role({
      RoleName: `${name}-drifted`,
      Description: described,
      MaxSessionDuration: hours * 3_600,
    }),
    Gone: {
      Type: "AWS::SSM::Parameter",
      Properties: { Name: `/${name}/gone`, Type: "String", Value: "back" },
    },
  };
}

async function drift(name: string): Promise<void> {
  const { iam } = server.clients();
  const input = { RoleName: `${name}-drifted`, Description: "by hand", MaxSessionDuration: 7_200 };
  await iam.send(new UpdateRoleCommand(input));
  await ssm.send(new DeleteParameterCommand({ Name: `/${name}/gone` }));
}

async function reverting(StackName: string, more: Partial<CreateChangeSetCommandInput>) {
  const named = { StackName, ChangeSetName: more.ChangeSetName ?? "revert" };
  const mode = { DeploymentMode: "REVERT_DRIFT" as const };
  await client.send(new CreateChangeSetCommand({ ...named, Capabilities, ...mode, ...more }));
  return client.send(new DescribeChangeSetCommand({ ...named, IncludePropertyValues: true }));
}

function changeOf(changes: readonly Change[] = [], id: string) {
  return changes.find(({ ResourceChange }) => ResourceChange?.LogicalResourceId === id)
    ?.ResourceChange;
}

const execute = (StackName: string) =>
  client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: "revert" }));

async function roleOf(name: string) {
  const { Role } = await server.clients().iam.send(new GetRoleCommand({ RoleName: name }));
  return [Role?.Description, Role?.MaxSessionDuration];
}

test("a change set that reverts drift shows it and brings back what is declared", async () => {
  const TemplateBody = template(resources("one", "declared"));
  await client.send(new CreateStackCommand({ StackName: "one", TemplateBody, Capabilities }));
  await drift("one");
  const set = await reverting("one", { TemplateBody });
  expect([set.Status, set.DeploymentMode]).toEqual(["CREATE_COMPLETE", "REVERT_DRIFT"]);
  expect(changeOf(set.Changes, "Kept")).toBeUndefined();
  const drifted = changeOf(set.Changes, "Drifted");
  expect(drifted).toMatchObject({
    ...{ Action: "Modify", Replacement: "False", ResourceDriftStatus: "MODIFIED" },
    Details: [
      {
        Evaluation: "Static",
        ChangeSource: "DirectModification",
        Target: {
          ...{ Path: "/Properties/Description", AttributeChangeType: "Modify" },
          ...{ BeforeValue: "by hand", BeforeValueFrom: "ACTUAL_STATE" },
          ...{ AfterValue: "declared", AfterValueFrom: "TEMPLATE" },
          Drift: { PreviousValue: "declared", ActualValue: "by hand" },
        },
      },
      {
        Target: { Path: "/Properties/MaxSessionDuration", BeforeValue: "7200", AfterValue: "3600" },
      },
    ],
  });
  expect(changeOf(set.Changes, "Gone")).toMatchObject({
    ...{ Action: "Add", ResourceDriftStatus: "DELETED" },
  });
  const short = await client.send(
    new DescribeChangeSetCommand({ StackName: "one", ChangeSetName: "revert" }),
  );
  expect(changeOf(short.Changes, "Drifted")?.Details?.[0]?.Target).toEqual({
    ...{ Attribute: "Properties", Name: "Description", RequiresRecreation: "Never" },
  });
  await execute("one");
  expect((await stackOf(client, "one")).StackStatus).toBe("UPDATE_COMPLETE");
  expect(await roleOf("one-drifted")).toEqual(["declared", 3_600]);
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: "/one/gone" }));
  expect(Parameter?.Value).toBe("back");

  await ssm.send(new DeleteParameterCommand({ Name: "/one/gone" }));
  const alone = await reverting("one", { TemplateBody, ChangeSetName: "alone" });
  expect(alone.Changes?.map(({ ResourceChange }) => ResourceChange?.Action)).toEqual(["Add"]);
  await client.send(new ExecuteChangeSetCommand({ StackName: "one", ChangeSetName: "alone" }));
  // Without drift there is nothing to do.
  expect((await reverting("one", { TemplateBody, ChangeSetName: "again" })).Status).toBe("FAILED");
});

test("a template that has become what is there changes nothing", async () => {
  const before = template(resources("two", "declared"));
  await client.send(
    new CreateStackCommand({ StackName: "two", TemplateBody: before, Capabilities }),
  );
  await drift("two");
  const { Gone: _gone, ...kept } = resources("two", "by hand", 2);
  const set = await reverting("two", { TemplateBody: template(kept) });
  expect(changeOf(set.Changes, "Drifted")).toMatchObject({
    ...{ Action: "SyncWithActual", ResourceDriftStatus: "MODIFIED" },
    Details: [
      {
        ChangeSource: "NoModification",
        Target: { Path: "/Properties/Description", AttributeChangeType: "SyncWithActual" },
      },
      { Target: { Path: "/Properties/MaxSessionDuration" } },
    ],
  });
  await execute("two");
  expect((await stackOf(client, "two")).StackStatus).toBe("UPDATE_COMPLETE");
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: "two" }),
  );
  const touched = StackEvents.filter(
    (event) => event.LogicalResourceId === "Drifted" && event.ResourceStatus?.startsWith("UPDATE"),
  );
  expect(touched).toEqual([]);
  // The template's state is what the stack expects from now on.
  const next = await reverting("two", { TemplateBody: template(kept), ChangeSetName: "next" });
  expect(next.Status).toBe("FAILED");
});

test("a failure goes back to what was there, and not to what was deployed", async () => {
  const TemplateBody = template(resources("three", "declared"));
  await client.send(new CreateStackCommand({ StackName: "three", TemplateBody, Capabilities }));
  await drift("three");
  const failing = { ...channel({ Name: "no/name" }), DependsOn: ["Drifted", "Gone"] };
  const next = template({ ...resources("three", "declared"), Failing: failing });
  await reverting("three", { TemplateBody: next });
  await execute("three");
  expect((await stackOf(client, "three")).StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect(await roleOf("three-drifted")).toEqual(["by hand", 7_200]);
  // What the stack was deployed with is still what it expects.
  const again = await reverting("three", { TemplateBody, ChangeSetName: "retry" });
  expect(changeOf(again.Changes, "Drifted")?.ResourceDriftStatus).toBe("MODIFIED");
  const named = { StackName: "three", ChangeSetName: "retry" };
  await client.send(new ExecuteChangeSetCommand(named));
  expect(await roleOf("three-drifted")).toEqual(["declared", 3_600]);
  const gone = new DescribeStackResourceCommand({ StackName: "three", LogicalResourceId: "Gone" });
  expect((await client.send(gone)).StackResourceDetail?.ResourceStatus).toBe("CREATE_COMPLETE");
});

test("drift is reverted for new stacks too, and not for imports or nested stacks", async () => {
  const TemplateBody = template({ Role: role() });
  const made = await reverting("fresh", { TemplateBody, ChangeSetType: "CREATE" });
  expect([made.Status, made.DeploymentMode]).toEqual(["CREATE_COMPLETE", "REVERT_DRIFT"]);
  const nested = reverting("fresh2", {
    ...{ TemplateBody, ChangeSetType: "CREATE", IncludeNestedStacks: true },
  });
  expect(await outcomeOf(nested)).toMatch(/^ValidationError: DeploymentMode REVERT_DRIFT/);
});
