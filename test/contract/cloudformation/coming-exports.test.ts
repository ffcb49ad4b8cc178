import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  ExecuteChangeSetCommand,
  ListImportsCommand,
} from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { cloudFormationOf, endedStack, template } from "./support.ts";

/* An export that a change set imports may come to be between its creation and its execution. */

let server: TestServer;
let client: ReturnType<typeof cloudFormationOf>;

beforeAll(async () => {
  server = await startTestServer({ stackAnswerMs: 10_000 });
  client = cloudFormationOf(server);
});
afterAll(() => server.close());

const imported = (name: string) => ({ "Fn::ImportValue": name });

function parameter(Value: unknown) {
  return { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value } };
}

async function propose(StackName: string, TemplateBody: string) {
  const set = { StackName, ChangeSetName: "one", ChangeSetType: "CREATE" as const };
  await client.send(new CreateChangeSetCommand({ ...set, TemplateBody }));
  const named = { StackName, ChangeSetName: "one" };
  const [short, whole] = await Promise.all(
    [false, true].map((IncludePropertyValues) =>
      client.send(new DescribeChangeSetCommand({ ...named, IncludePropertyValues })),
    ),
  );
  return { short, whole, execute: () => client.send(new ExecuteChangeSetCommand(named)) };
}

function exporting(StackName: string, Name: string) {
  const Outputs = { Out: { Value: "exported", Export: { Name } } };
  const TemplateBody = template({ Any: parameter("any") }, { Outputs });
  return client.send(new CreateStackCommand({ StackName, TemplateBody }));
}

const READY = { Status: "CREATE_COMPLETE", ExecutionStatus: "AVAILABLE" };
const INCOMPLETE =
  "[WARN] --include-property-values option can return incomplete ChangeSet data because: " +
  "ChangeSet creation failed for resource [Mine] because: No export named ";

test("a change set is there before the export, and fails if that doesn't come", async () => {
  const body = template({ Mine: parameter(imported("never")) });
  const { short, whole, execute } = await propose("never", body);
  expect(short).toMatchObject({ ...READY, Changes: [{ ResourceChange: { Action: "Add" } }] });
  expect(short).not.toHaveProperty("StatusReason");
  expect(whole).toMatchObject({ ...READY, StatusReason: `${INCOMPLETE}never` });
  const AfterContext = whole?.Changes?.[0]?.ResourceChange?.AfterContext ?? "{}";
  expect(JSON.parse(AfterContext).Properties).toEqual({
    Type: "String",
    Value: "{{changeSet:KNOWN_AFTER_APPLY}}",
  });
  await execute();
  expect(await endedStack(client, "never")).toMatchObject({ StackStatus: "ROLLBACK_COMPLETE" });
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: "never" }),
  );
  const events = StackEvents.map((each) => [each.ResourceStatus, each.ResourceStatusReason]);
  expect(events.reverse()).toEqual([
    ["REVIEW_IN_PROGRESS", "User Initiated"],
    ["CREATE_IN_PROGRESS", "User Initiated"],
    ["ROLLBACK_IN_PROGRESS", "No export named never found. Rollback requested by user."],
    ["ROLLBACK_COMPLETE", undefined],
  ]);
});

test("it succeeds once the export is there", async () => {
  const Sub = { "Fn::Sub": ["a ${Value}", { Value: imported("coming") }] };
  const Outputs = { Out: { Value: imported("coming") } };
  const body = template({ Mine: parameter(Sub) }, { Outputs });
  const { whole, execute } = await propose("early", body);
  expect(whole).toMatchObject({ ...READY, StatusReason: `${INCOMPLETE}coming` });
  await exporting("exporter", "coming");
  await execute();
  expect(await endedStack(client, "early")).toMatchObject({
    StackStatus: "CREATE_COMPLETE",
    Outputs: [{ OutputKey: "Out", OutputValue: "exported" }],
  });
  const importers = await client.send(new ListImportsCommand({ ExportName: "coming" }));
  expect(importers.Imports).toEqual(["early"]);
});

test("nothing is said of exports that are there", async () => {
  await exporting("there", "there");
  const { whole } = await propose("late", template({ Mine: parameter(imported("there")) }));
  expect(whole).toMatchObject(READY);
  expect(whole).not.toHaveProperty("StatusReason");
  expect(whole?.Changes?.[0]?.ResourceChange?.AfterContext).toContain('"Value":"exported"');
});
